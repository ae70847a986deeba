"use client";

import { preference, setPreference, usePreference } from "./preference";

const name = "bellwether_shortcuts";

/** Whether single keys do something, which is up to this browser: a key that is struck by chance must not. */
export function areShortcutsOn(): boolean {
  return preference(name) !== "off";
}

/** The same, followed. */
export function useShortcutsOn(): boolean {
  return usePreference(name) !== "off";
}

/** Remembers the choice in this browser. */
export function setShortcutsOn(isOn: boolean): void {
  setPreference(name, isOn ? "on" : "off");
}
