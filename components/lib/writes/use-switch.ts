"use client";

import type { SwitchView } from "@/lib/shared/contract";
import { isOff, type ObjectRef, shownWanted, toWanted, type Wanted, type Write } from "./model";
import { useWrite, useWrites } from "./provider";

/** One switch: what it shows, and the change under way or just proved. */
export interface SwitchControl {
  readonly isOn: boolean;
  readonly isPending: boolean;
  readonly write: Write | undefined;
  /** Off drains; on turns on. */
  readonly toggle: () => void;
  readonly set: (wanted: Wanted) => void;
}

export function useSwitch(ref: ObjectRef, view: SwitchView): SwitchControl {
  const writes = useWrites();
  const write = useWrite(ref);
  const isOn = !isOff(shownWanted(write, toWanted(view), view.revision));
  const set = (wanted: Wanted): void => {
    writes.ask(ref, wanted).catch(() => undefined);
  };
  return {
    isOn,
    isPending: write?.doneAtMs === null,
    write,
    set,
    toggle: () => {
      set({ kind: "switch", intent: isOn ? "draining" : "enabled", until: null, reason: null });
    },
  };
}
