"use client";

import { useQuery } from "@tanstack/react-query";
import { policyQueries } from "@/components/lib/queries";
import {
  type Draft,
  type DraftStep,
  formerDraft,
  laterDraft,
  nextDraft,
  storeDraft,
  useDraft,
} from "@/components/lib/writes/draft";
import {
  type ObjectRef,
  shownWanted,
  toOrder,
  type Wanted,
  type Write,
} from "@/components/lib/writes/model";
import { useWrite, useWrites } from "@/components/lib/writes/provider";
import type { HealthView, RoutePolicyView, RouteView } from "@/lib/shared/contract";
import { isSameOrder, movedCount } from "./order";
import { policyChange, policyProblems, type TypedPolicy } from "./policy";

/** A route as it is saved and as somebody would have it. */
export interface RouteDraft {
  /** As it is saved, or as it was sent. */
  readonly live: readonly string[];
  readonly chain: readonly string[];
  readonly typed: TypedPolicy;
  readonly policy: RoutePolicyView | undefined;
  readonly problems: ReturnType<typeof policyProblems>;
  /** How many places and settings are not saved yet. */
  readonly changes: number;
  /** Somebody saved another version since the draft began. */
  readonly isOutdated: boolean;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly write: Write | undefined;
  readonly setChain: (chain: readonly string[]) => void;
  /** `undefined`: as it is saved. */
  readonly setSetting: (place: string, value: string | boolean | undefined) => void;
  readonly undo: () => boolean;
  readonly redo: () => boolean;
  readonly discard: () => void;
  readonly save: () => void;
}

/** The draft of a route. Everybody on the page who asks for it has the same one; where its settings are not shown they are read only to be saved. */
export function useRouteDraft(
  route: RouteView,
  health: HealthView,
  showsPolicy: boolean,
): RouteDraft {
  const writes = useWrites();
  const ref: ObjectRef = { type: "route", id: route.id };
  const write = useWrite(ref);
  const live = chainOf(shownWanted(write, toOrder(route.chain), route.revision), route.chain);
  const draft = useDraft(route.id);
  // A draft without a step left is what was saved when it began, and not what is saved now.
  const edited = draft !== null && draft.past.length > 0 ? draft : null;
  const known = new Set(health.models.map(({ id }) => id));
  const kept = edited?.chain.filter((model) => known.has(model)) ?? [];
  const chain = kept.length > 0 ? kept : live;
  const typed = edited?.policy ?? {};
  const isAsked = showsPolicy || Object.keys(typed).length > 0;
  const policy = useQuery({ ...policyQueries.of(route.id), enabled: isAsked }).data;
  const settings = policy?.settings ?? [];
  const change = policyChange(settings, typed);
  const problems = policyProblems(settings, typed);
  const saved = { chain: [...live], policy: {}, revision: route.revision };
  const edit = (step: DraftStep, place: string | null = null): void => {
    const isBack = isSameOrder(step.chain, live) && Object.keys(step.policy).length === 0;
    storeDraft(route.id, isBack ? null : nextDraft(edited, saved, step, place));
  };
  const go = (next: Draft | null): boolean => {
    if (next !== null) {
      storeDraft(route.id, next);
    }
    return next !== null;
  };
  return {
    live,
    chain,
    typed,
    policy,
    problems,
    // Before the settings are read, what is typed counts as changed.
    changes:
      movedCount(live, chain) +
      Object.keys(policy === undefined ? typed : change).length +
      [...problems.keys()].filter((place) => place in typed && !(place in change)).length,
    isOutdated: edited !== null && edited.basedOn !== route.revision && write === undefined,
    canUndo: edited !== null,
    canRedo: draft !== null && draft.future.length > 0,
    write,
    setChain(next) {
      edit({ chain: [...next], policy: typed });
    },
    setSetting(place, value) {
      const { [place]: _former, ...others } = typed;
      edit(
        { chain: [...chain], policy: value === undefined ? others : { ...typed, [place]: value } },
        place,
      );
    },
    undo: () => go(draft && formerDraft(draft)),
    redo: () => go(draft && laterDraft(draft)),
    discard() {
      storeDraft(route.id, null);
    },
    save() {
      writes
        .ask(
          ref,
          { kind: "order", chain, policy: change, reason: null },
          { basedOn: edited?.basedOn },
        )
        .catch(() => undefined);
    },
  };
}

function chainOf(wanted: Wanted, fallback: readonly string[]): readonly string[] {
  return wanted.kind === "order" ? wanted.chain : fallback;
}
