"use client";

import { useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";
import { showSearch, withWord } from "@/components/lib/range";
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
    showSearch(withWord(new URLSearchParams(window.location.search), "q", next));
  }, []);
  return { text, read, setText };
}
