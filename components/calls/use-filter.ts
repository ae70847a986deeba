"use client";

import { useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";
import { type ReadFilter, readFilter } from "./filter";

/** The filter in the address bar (`?q=`), so that a link shows the same calls. */
export function useFilterText(): {
  readonly text: string;
  readonly read: ReadFilter;
  readonly setText: (text: string) => void;
} {
  const text = useSearchParams().get("q") ?? "";
  const read = useMemo(() => readFilter(text), [text]);
  const setText = useCallback((next: string) => {
    const params = new URLSearchParams(window.location.search);
    if (next === "") {
      params.delete("q");
    } else {
      params.set("q", next);
    }
    const query = params.toString();
    window.history.replaceState(null, "", query === "" ? window.location.pathname : `?${query}`);
  }, []);
  return { text, read, setText };
}
