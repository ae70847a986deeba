"use client";

import { useEffect, useEffectEvent } from "react";
import { type RouteDraft } from "./use-route-draft";

/** ⌘Z or Ctrl+Z takes back a step of the draft; in a field it is the browser's. */
export function useDraftKeys(draft: Pick<RouteDraft, "undo">, onUndone: () => void): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const isUndo =
      event.code === "KeyZ" && (event.metaKey || event.ctrlKey) && !event.shiftKey && !event.altKey;
    if (isUndo && !isField(event.target) && draft.undo()) {
      event.preventDefault();
      onUndone();
    }
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      onKey(event);
    };
    window.addEventListener("keydown", listen);
    return () => {
      window.removeEventListener("keydown", listen);
    };
  }, []);
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}
