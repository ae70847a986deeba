"use client";

import { useSearchParams } from "next/navigation";
import { useCallback } from "react";

export interface RevisionPair {
  readonly from: number;
  readonly to: number;
}

/**
 * The two revisions that are compared; the address has them (`?from=11&to=12`), so that a link shows the same. `?rev=12` is
 * what the twelfth changed.
 */
export function useCompared(): [RevisionPair | null, (pair: RevisionPair | null) => void] {
  const search = useSearchParams();
  const revision = numberOf(search.get("rev"));
  const from = numberOf(search.get("from")) ?? (revision === null ? null : revision - 1);
  const to = numberOf(search.get("to")) ?? revision;
  const setPair = useCallback((pair: RevisionPair | null) => {
    const params = new URLSearchParams(window.location.search);
    params.delete("rev");
    if (pair === null) {
      params.delete("from");
      params.delete("to");
    } else {
      params.set("from", String(pair.from));
      params.set("to", String(pair.to));
    }
    const query = params.toString();
    window.history.pushState(null, "", query === "" ? window.location.pathname : `?${query}`);
  }, []);
  return [from === null || to === null || from < 0 || to < 1 ? null : { from, to }, setPair];
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;
}
