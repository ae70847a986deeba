"use client";

import { useSyncExternalStore } from "react";

const name = "bellwether_shortcuts";
const changed = "bellwether:shortcuts";

/** Whether single keys do something, which is up to this browser: a key that is struck by chance must not. */
export function areShortcutsOn(): boolean {
  try {
    return localStorage.getItem(name) !== "off";
  } catch {
    return true;
  }
}

/** The same, followed. */
export function useShortcutsOn(): boolean {
  return useSyncExternalStore(subscribe, areShortcutsOn, () => true);
}

/** Remembers the choice in this browser. */
export function setShortcutsOn(isOn: boolean): void {
  try {
    localStorage.setItem(name, isOn ? "on" : "off");
  } catch {
    // A browser that keeps nothing keeps them on.
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
