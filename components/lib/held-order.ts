"use client";

import { type FocusEvent, type PointerEvent, useState } from "react";

/** `order` as it was when it began to be held, without what is gone and with what is new behind it. */
export function heldOrder(order: readonly string[], held: readonly string[] | null): string[] {
  if (held === null) {
    return [...order];
  }
  return [...held.filter((id) => order.includes(id)), ...order.filter((id) => !held.includes(id))];
}

/** Keeps an order while somebody points into it or has the focus in it: what moves under a pointer is pressed by mistake. */
export function useHeldOrder(order: readonly string[]): {
  readonly order: readonly string[];
  readonly hold: () => void;
  readonly release: () => void;
  /** Of what holds it while the pointer or the focus is inside. */
  readonly inside: {
    readonly onFocus: () => void;
    readonly onBlur: (event: FocusEvent) => void;
    readonly onPointerEnter: () => void;
    readonly onPointerLeave: (event: PointerEvent) => void;
  };
} {
  const [held, setHeld] = useState<readonly string[] | null>(null);
  const shown = heldOrder(order, held);
  const hold = (): void => {
    setHeld((before) => before ?? shown);
  };
  const release = (): void => {
    setHeld(null);
  };
  return {
    order: shown,
    hold,
    release,
    inside: {
      onFocus: hold,
      onBlur({ currentTarget, relatedTarget }) {
        if (!currentTarget.contains(relatedTarget)) {
          release();
        }
      },
      onPointerEnter: hold,
      onPointerLeave({ currentTarget }) {
        if (!currentTarget.contains(document.activeElement)) {
          release();
        }
      },
    },
  };
}
