"use client";

import { useSearchParams } from "next/navigation";
import { useCallback } from "react";
import type { CallView } from "@/lib/shared/contract";

/** The open call is in the address, so that a link shows it. */
export function useOpenCall(): [string | null, (id: string | null) => void] {
  const search = useSearchParams();
  const open = useCallback((id: string | null): void => {
    const next = new URLSearchParams(window.location.search);
    if (id === null) {
      next.delete("call");
    } else {
      next.set("call", id);
    }
    const query = next.toString();
    window.history.pushState(null, "", query === "" ? window.location.pathname : `?${query}`);
  }, []);
  return [search.get("call"), open];
}

/** How many of the newest calls a list does not show yet. */
export function newCount(newest: readonly CallView[], held: readonly CallView[]): number {
  const known = new Set(held.map(({ id }) => id));
  return newest.filter(({ id }) => !known.has(id)).length;
}
