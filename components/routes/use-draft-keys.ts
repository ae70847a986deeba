"use client";

import { useWindowKey } from "@/components/lib/use-window-key";
import type { RouteDraft } from "./use-route-draft";

/** ⌘Z or Ctrl+Z takes back a step of the draft; in a field it is the browser's. */
export function useDraftKeys(draft: Pick<RouteDraft, "undo">, onUndone: () => void): void {
  useWindowKey((event) => {
    const isUndo =
      event.code === "KeyZ" && (event.metaKey || event.ctrlKey) && !event.shiftKey && !event.altKey;
    if (isUndo && !isField(event.target) && draft.undo()) {
      event.preventDefault();
      onUndone();
    }
  });
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}
