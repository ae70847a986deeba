"use client";

import { useCallback, useMemo, useSyncExternalStore } from "react";
import * as z from "zod/mini";

const Draft = z.object({ chain: z.array(z.string()), basedOn: z.number() });
/** An order that is not saved yet, and the revision that it was made from. */
export type Draft = z.infer<typeof Draft>;

const listeners = new Set<() => void>();
const keyOf = (routeId: string): string => `bellwether.draft.${routeId}`;

/** The unsaved order of a route; this browser keeps it over reloads. */
export function useDraft(routeId: string): [Draft | null, (draft: Draft | null) => void] {
  const key = keyOf(routeId);
  const read = useCallback(() => localStorage.getItem(key), [key]);
  const text = useSyncExternalStore(subscribe, read, () => null);
  const draft = useMemo(() => parsedDraft(text), [text]);
  const setDraft = useCallback(
    (next: Draft | null) => {
      storeDraft(routeId, next);
    },
    [routeId],
  );
  return [draft, setDraft];
}

export function storeDraft(routeId: string, draft: Draft | null): void {
  if (draft === null) {
    localStorage.removeItem(keyOf(routeId));
  } else {
    localStorage.setItem(keyOf(routeId), JSON.stringify(draft));
  }
  for (const listener of listeners) {
    listener();
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

function parsedDraft(text: string | null): Draft | null {
  if (text === null) {
    return null;
  }
  try {
    return z.safeParse(Draft, JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
