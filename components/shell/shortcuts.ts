"use client";

import { useEffect, useEffectEvent } from "react";
import { useTogglePause } from "@/components/lib/live/provider";
import { areShortcutsOn } from "@/components/lib/shortcuts-preference";
import { useWrites } from "@/components/lib/writes/provider";

/** Keys of the whole page, matched by place so that a Korean keyboard works too; silent while somebody types. */
export function useShortcuts(onHelp: () => void): void {
  const togglePause = useTogglePause();
  const { undoLatest } = useWrites();
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (!areShortcutsOn()) {
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event)) {
      return;
    }
    if (event.code === "Slash" && event.shiftKey) {
      onHelp();
    } else if (event.code === "Period" && !event.shiftKey) {
      togglePause();
    } else if (event.code === "KeyU" && !event.shiftKey) {
      undoLatest();
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

function isTyping({ target }: KeyboardEvent): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
  );
}
