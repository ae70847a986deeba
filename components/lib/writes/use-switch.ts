"use client";

import { type SwitchView } from "@/lib/shared/contract";
import { useWords } from "../i18n/provider";
import { useNow } from "../live/provider";
import { isOff, type ObjectRef, shownWanted, toWanted, type Wanted, type Write } from "./model";
import { type Proof } from "./proof";
import { proofTexts } from "./proof-text";
import { useProof, useWrite, useWrites } from "./provider";

/** One switch: what it shows, and what is known of a change under way. */
export interface SwitchControl {
  readonly isOn: boolean;
  readonly isPending: boolean;
  readonly write: Write | undefined;
  readonly proof: Proof | null;
  /** The proof as one line; null when there is nothing to prove. */
  readonly proofLine: string | null;
  /** Its first part, where there is room for no more. */
  readonly proofShort: string | null;
  /** Off drains; on turns on. */
  readonly toggle: () => void;
  readonly set: (wanted: Wanted) => void;
}

export function useSwitch(ref: ObjectRef, view: SwitchView): SwitchControl {
  const { f, say } = useWords();
  const nowMs = useNow();
  const writes = useWrites();
  const write = useWrite(ref);
  const proof = useProof(write, nowMs);
  const isOn = !isOff(shownWanted(write, toWanted(view), view.revision));
  const parts =
    proof === null || write === undefined ? [] : proofTexts(proof, write.wanted, f).map(say);
  const set = (wanted: Wanted): void => {
    writes.ask(ref, wanted).catch(() => undefined);
  };
  return {
    isOn,
    isPending: proof !== null && proof.kind !== "applied",
    write,
    proof,
    proofLine: parts.length === 0 ? null : parts.join(" · "),
    proofShort: parts[0] ?? null,
    set,
    toggle: () => {
      set({ kind: "switch", intent: isOn ? "draining" : "enabled", until: null, reason: null });
    },
  };
}
