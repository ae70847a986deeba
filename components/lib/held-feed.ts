"use client";

import { useState } from "react";

/** What a feed showed when it began to be held, without what came since; `fresh` is how many did. */
export function heldFeed<T extends { readonly id: string }>(
  items: readonly T[],
  newestHeld: string | null,
): { readonly shown: readonly T[]; readonly fresh: number } {
  const fresh = Math.max(
    0,
    items.findIndex(({ id }) => id === newestHeld),
  );
  return { shown: items.slice(fresh), fresh };
}

/** Keeps a feed of newest things where it is while somebody points into it or has the focus in it. */
export function useHeldFeed<T extends { readonly id: string }>(
  items: readonly T[],
): ReturnType<typeof heldFeed<T>> & {
  /** Of what holds the feed. */
  readonly listeners: Readonly<
    Record<"onPointerEnter" | "onPointerLeave" | "onFocus" | "onBlur", () => void>
  >;
} {
  const [newestHeld, setHeld] = useState<string | null>(null);
  const hold = (): void => {
    setHeld((before) => before ?? items[0]?.id ?? null);
  };
  const release = (): void => {
    setHeld(null);
  };
  return {
    ...heldFeed(items, newestHeld),
    listeners: {
      onPointerEnter: hold,
      onPointerLeave: release,
      onFocus: hold,
      onBlur: release,
    },
  };
}
