"use client";

import type { Intent, SwitchView } from "@/lib/shared/contract";
import type { AskOptions } from "./actions";
import { isOff, type ObjectRef, shownWanted, toWanted, type Wanted, type Write } from "./model";
import { useWrite, useWrites } from "./provider";

/** One switch: what it shows, and the change under way or just proved. */
export interface SwitchControl {
  readonly isOn: boolean;
  readonly isPending: boolean;
  readonly write: Write | undefined;
  /** Off drains; on turns on. */
  readonly toggle: () => void;
  /** Asks first until when, and why. */
  readonly turnOffUntil: () => void;
  readonly set: (wanted: Wanted) => void;
}

export function useSwitch(ref: ObjectRef, view: SwitchView): SwitchControl {
  const writes = useWrites();
  const write = useWrite(ref);
  const isOn = !isOff(shownWanted(write, toWanted(view), view.revision));
  const set = (wanted: Wanted, options?: AskOptions): void => {
    writes.ask(ref, wanted, options).catch(() => undefined);
  };
  const plain = (intent: Intent): Wanted => ({ kind: "switch", intent, until: null, reason: null });
  return {
    isOn,
    isPending: write?.doneAtMs === null,
    write,
    set,
    toggle: () => {
      set(plain(isOn ? "draining" : "enabled"));
    },
    turnOffUntil: () => {
      set(plain("draining"), { needsEnd: true });
    },
  };
}
