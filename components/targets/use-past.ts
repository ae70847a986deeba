"use client";

import { useEffect, useState } from "react";
import { showSearch } from "@/components/lib/range";
import type { Past } from "./film";

const name = "at";
/** The film goes on faster than a browser lets an address change. */
const settledMs = 300;

/** The moment that is looked at, which is in the address: a link shows it as well. */
export function usePast(): [Past | null, (past: Past | null) => void] {
  const [past, setPast] = useState<Past | null>(null);
  const [isTouched, setTouched] = useState(false);
  const from = past?.from ?? null;
  useEffect(() => {
    if (!isTouched) {
      return undefined;
    }
    const timer = setTimeout(() => {
      const search = new URLSearchParams(window.location.search);
      if (from === null) {
        search.delete(name);
      } else {
        search.set(name, new Date(from).toISOString());
      }
      showSearch(search);
    }, settledMs);
    return () => {
      clearTimeout(timer);
    };
  }, [from, isTouched]);
  return [
    past,
    (next) => {
      setPast(next);
      setTouched(true);
    },
  ];
}

/** The moment that an address asks for, in epoch ms; null for now. */
export function momentAsked(search: URLSearchParams): number | null {
  const atMs = Date.parse(search.get(name) ?? "");
  return Number.isNaN(atMs) ? null : atMs;
}
