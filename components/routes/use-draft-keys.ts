"use client";

import { useWindowKey } from "@/components/lib/use-window-key";
import type { RouteDraft } from "./use-route-draft";

/** ⌘Z or Ctrl+Z takes back a step of the draft, with Shift it is done again; in a field they are the browser's. */
export function useDraftKeys(
  draft: Pick<RouteDraft, "undo" | "redo">,
  onDone: (what: "undo" | "redo") => void,
): void {
  useWindowKey((event) => {
    const isOurs = event.code === "KeyZ" && (event.metaKey || event.ctrlKey) && !event.altKey;
    const what = event.shiftKey ? "redo" : "undo";
    if (isOurs && !isField(event.target) && draft[what]()) {
      event.preventDefault();
      onDone(what);
    }
  });
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}
