"use client";

import { useCallback, useMemo, useState, useSyncExternalStore } from "react";
import { draftText, isSame, keepDraft, parsedStoredDraft } from "./stored-draft";

type Options<T> = {
  /** Of the form, and of what it is about. */
  readonly name: string;
  readonly initial: T;
  readonly isKind: (value: unknown) => value is T;
  /** The revision that `initial` is of. */
  readonly revision?: number | null;
  /** What may be kept of it: everything but secrets. */
  readonly withoutSecrets?: (value: T) => T;
};

export type Typed<T> = {
  readonly value: T;
  readonly set: (value: T) => void;
  /** The revision that it was begun from, or a later one that changed nothing of it. */
  readonly basedOn: number | null;
  /** When what a reload would have lost was typed; null: nothing was brought back. */
  readonly restoredAtMs: number | null;
  /** Back to how the form began. */
  readonly discard: () => void;
  /** It is saved: nothing is to be brought back. */
  readonly forget: () => void;
};

type Held<T> = {
  readonly value: T;
  readonly basedOn: number | null;
  readonly from: unknown;
  readonly restoredAtMs: number | null;
};

const never = (): (() => void) => () => undefined;
const storage = (): Storage => sessionStorage;

/** What is typed into a form; a reload or a slip of the hand does not lose it, and secrets are not kept. */
export function useStoredDraft<T>({
  name,
  initial,
  isKind,
  revision = null,
  withoutSecrets = (value) => value,
}: Options<T>): Typed<T> {
  const read = useCallback(() => draftText(storage, name), [name]);
  const text = useSyncExternalStore(never, read, () => null);
  const stored = useMemo(() => parsedStoredDraft(text, isKind), [text, isKind]);
  // Undefined: nothing was typed or let go yet, and what is stored holds.
  const [typed, setTyped] = useState<Held<T> | null>();
  const restored = stored === null ? null : { ...stored, restoredAtMs: stored.atMs };
  const held = typed === undefined ? restored : typed;
  const began = withoutSecrets(initial);
  // What others changed elsewhere is in nobody's way.
  const isAsBegun = held === null || isSame(held.from, began);
  const basedOn = isAsBegun ? revision : held.basedOn;
  return {
    value: held === null ? initial : held.value,
    basedOn,
    restoredAtMs: held?.restoredAtMs ?? null,
    set(value) {
      const from = held === null ? began : held.from;
      keepDraft(storage, name, {
        atMs: Date.now(),
        ...{ basedOn, from },
        value: withoutSecrets(value),
      });
      setTyped({ value, basedOn, from, restoredAtMs: held?.restoredAtMs ?? null });
    },
    discard() {
      keepDraft(storage, name, null);
      setTyped(null);
    },
    forget() {
      keepDraft(storage, name, null);
      setTyped(held === null ? null : { ...held, restoredAtMs: null });
    },
  };
}
