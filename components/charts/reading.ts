"use client";

import { useSyncExternalStore } from "react";
import { createStore } from "@/components/lib/store";

/** Where on the screen a chart was pointed at. */
export interface PointedAt {
  readonly x: number;
  readonly y: number;
}

const isReading = createStore(false);
let pointedAt: PointedAt | null = null;

/**
 * Somebody wants to read values: all charts of the page learn to tell them, because they share a cursor. That is what of a
 * chart takes most time and code, and most visits need none of it.
 */
export function beginReading(at: PointedAt | null): void {
  pointedAt = at;
  isReading.update(() => true);
}

/** Where the pointer was when reading began, once, and if that is within: the chart there tells its value without a move. */
export function takePointedAt({ left, right, top, bottom }: DOMRect): PointedAt | null {
  const at = pointedAt;
  if (at === null || at.x < left || at.x > right || at.y < top || at.y > bottom) {
    return null;
  }
  pointedAt = null;
  return at;
}

export function useReading(): boolean {
  return useSyncExternalStore(isReading.subscribe, isReading.get, () => false);
}
