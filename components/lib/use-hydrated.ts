"use client";

import { useSyncExternalStore } from "react";

const never = (): (() => void) => () => undefined;

/** False on the server and while hydrating: what only this browser remembers is not known there. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
