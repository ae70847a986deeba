"use client";

import { useCallback, useSyncExternalStore } from "react";

const changed = "bellwether:preference";

/** What this browser remembers under `name`; null for nothing, and where it remembers nothing. */
export function preference(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** The same, followed; null on the server. */
export function usePreference(name: string): string | null {
  const read = useCallback(() => preference(name), [name]);
  return useSyncExternalStore(subscribe, read, () => null);
}

/** Remembers a choice in this browser; null forgets it. */
export function setPreference(name: string, value: string | null): void {
  try {
    if (value === null) {
      localStorage.removeItem(name);
    } else {
      localStorage.setItem(name, value);
    }
  } catch {
    // A browser that keeps nothing goes by what is usual.
  }
  window.dispatchEvent(new Event(changed));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener(changed, listener);
  window.addEventListener("storage", listener);
  return () => {
    window.removeEventListener(changed, listener);
    window.removeEventListener("storage", listener);
  };
}
