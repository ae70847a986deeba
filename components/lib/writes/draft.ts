"use client";

import { useCallback, useMemo, useSyncExternalStore } from "react";

/** How a route would be. */
export type DraftStep = {
  readonly chain: string[];
  /** Settings as somebody typed them, by place; empty: the default. */
  readonly policy: Record<string, string | boolean>;
};

/** A chain and settings that are not saved yet, and the revision that they were made from. */
export type Draft = DraftStep & {
  readonly basedOn: number;
  /** The steps before, oldest first. */
  readonly past: DraftStep[];
  /** The steps that were taken back, the next to do again first. */
  readonly future: DraftStep[];
  /** What the newest step edited: typing on in the same place is the same step. */
  readonly place: string | null;
};

const mostSteps = 50;
const listeners = new Set<() => void>();
const keyOf = (routeId: string): string => `bellwether.draft.${routeId}`;

/** The unsaved changes of a route; this browser keeps them over reloads. */
export function useDraft(routeId: string): Draft | null {
  const key = keyOf(routeId);
  const read = useCallback(() => localStorage.getItem(key), [key]);
  const text = useSyncExternalStore(subscribe, read, () => null);
  return useMemo(() => parsedDraft(text), [text]);
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

/** `draft`, or a new one from what is saved, one step further. `place`: the setting that is being typed. */
export function nextDraft(
  draft: Draft | null,
  saved: DraftStep & { readonly revision: number },
  step: DraftStep,
  place: string | null = null,
): Draft {
  const { chain, policy } = draft ?? saved;
  const past = draft?.past ?? [];
  const isSameStep = place !== null && draft?.place === place;
  return {
    ...step,
    basedOn: draft?.basedOn ?? saved.revision,
    past: isSameStep ? past : [...past, { chain: [...chain], policy }].slice(-mostSteps),
    future: [],
    place,
  };
}

/** `draft` one step back; null without one. Before its first step it is what is saved, and knows the steps to do again. */
export function formerDraft(draft: Draft): Draft | null {
  const former = draft.past.at(-1);
  return former === undefined
    ? null
    : {
        ...draft,
        ...former,
        past: draft.past.slice(0, -1),
        future: [stepOf(draft), ...draft.future],
        place: null,
      };
}

/** `draft` with the step that was taken back last; null without one. */
export function laterDraft(draft: Draft): Draft | null {
  const [later, ...future] = draft.future;
  return later === undefined
    ? null
    : { ...draft, ...later, past: [...draft.past, stepOf(draft)], future, place: null };
}

function stepOf({ chain, policy }: Draft): DraftStep {
  return { chain, policy };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

/** The draft that a text holds; null for what is none, or one of a release that kept it in another way. */
export function parsedDraft(text: string | null): Draft | null {
  if (text === null) {
    return null;
  }
  try {
    const draft = JSON.parse(text) as Partial<Draft> | null;
    return draft !== null &&
      isStep(draft) &&
      typeof draft.basedOn === "number" &&
      [draft.past, draft.future].every((steps) => Array.isArray(steps) && steps.every(isStep)) &&
      (draft.place === null || typeof draft.place === "string")
      ? (draft as Draft)
      : null;
  } catch {
    return null;
  }
}

function isStep(step: { chain?: unknown; policy?: unknown } | null): boolean {
  return (
    Array.isArray(step?.chain) &&
    step.chain.every((model: unknown) => typeof model === "string") &&
    typeof step.policy === "object" &&
    step.policy !== null &&
    Object.values(step.policy).every((value) => ["string", "boolean"].includes(typeof value))
  );
}
