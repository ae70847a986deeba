"use client";

import { useWords } from "../i18n/provider";
import { useNow } from "../live/provider";
import { useCalls, useHealth } from "../live/views";
import type { Tracked, Write } from "./model";
import { type Proof, progressOf, proofOf } from "./proof";
import { proofTexts } from "./proof-text";

/** How far a change has come; null before the targets were read. */
export function useProof(write: Write): Proof | null {
  const nowMs = useNow();
  const health = useHealth().data;
  const calls = useCalls().data;
  return health === undefined ? null : proofOf(write, health, calls, nowMs);
}

/** How far what a form saved has come; null before the nodes were read. */
export function useProgress(tracked: Tracked): Proof | null {
  const nowMs = useNow();
  const nodes = useHealth().data?.nodes;
  return nodes === undefined ? null : progressOf(tracked, nodes, nowMs);
}

type Props = {
  write: Write;
  /** Only the first part, where there is room for no more. */
  isShort?: boolean;
};

/** What the nodes and the calls say of a change, as it happens. */
export function ProofLine({ write, isShort = false }: Props) {
  const { f, say } = useWords();
  const proof = useProof(write);
  if (proof === null) {
    return null;
  }
  const parts = proofTexts(proof, write.wanted, f).map(say);
  return <span title={parts.join(" · ")}>{isShort ? parts[0] : parts.join(" · ")}</span>;
}
