"use client";

import { useSearchParams } from "next/navigation";
import { showSearch } from "@/components/lib/range";

/** The object whose changes the address asks for (`?object=model:gpt-4.1`). */
export function useObject(): string | null {
  return useSearchParams().get("object");
}

/** The instant that the address asks the state of (`?asof=2026-11-27T03:00:00.000Z`). */
export function useAsOf(): number | null {
  const atMs = Date.parse(useSearchParams().get("asof") ?? "");
  return Number.isNaN(atMs) ? null : atMs;
}

/** Asks for something else; what the address says besides stays. */
export function ask(name: "by" | "object" | "asof", value: string | null): void {
  const search = new URLSearchParams(window.location.search);
  if (value === null || value === "") {
    search.delete(name);
  } else {
    search.set(name, value);
  }
  showSearch(search);
}
