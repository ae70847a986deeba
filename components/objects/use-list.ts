"use client";

import { useSearchParams } from "next/navigation";
import { useState } from "react";
import type { ObjectKind } from "@/components/lib/object-kinds";
import { setPreference, usePreference } from "@/components/lib/preference";
import { showSearch, withWord } from "@/components/lib/range";
import { type Column, columnsIn, columnsText, filterIn, filterNames, sortIn } from "./list";

type ListWord = (typeof filterNames)[number] | "sort" | "cols";

/** Writes one word of the list into the address; null takes it away. */
export function sayInAddress(name: ListWord, value: string | null): void {
  showSearch(withWord(new URLSearchParams(window.location.search), name, value));
}

/** Shows all of the list again. */
export function clearFilter(): void {
  const search = new URLSearchParams(window.location.search);
  for (const name of filterNames) {
    search.delete(name);
  }
  showSearch(search);
}

/** How the list is narrowed, sorted and laid out: by the address, and where that is silent as this browser remembers it. */
export function useList(kind: ObjectKind) {
  const search = useSearchParams();
  const [columnsName, densityName] = [`bellwether_columns_${kind}`, "bellwether_density"];
  const remembered = usePreference(columnsName);
  return {
    filter: filterIn(search),
    sort: sortIn(search.get("sort")),
    columns: columnsIn(search.get("cols") ?? remembered),
    isCompact: usePreference(densityName) === "compact",
    showColumns(columns: ReadonlySet<Column>): void {
      const text = columnsText(columns);
      setPreference(columnsName, text);
      sayInAddress("cols", text);
    },
    setCompact(isCompact: boolean): void {
      setPreference(densityName, isCompact ? "compact" : null);
    },
  };
}

export type List = ReturnType<typeof useList>;

/** The lines that are chosen, of those that are shown. */
export function useChosen(shown: readonly string[]) {
  const [all, setAll] = useState<ReadonlySet<string>>(new Set());
  return {
    ids: shown.filter((id) => all.has(id)),
    choose(ids: readonly string[], isChosen: boolean): void {
      setAll((before) => {
        const next = new Set(before);
        for (const id of ids) {
          if (isChosen) {
            next.add(id);
          } else {
            next.delete(id);
          }
        }
        return next;
      });
    },
  };
}

export type Chosen = ReturnType<typeof useChosen>;
