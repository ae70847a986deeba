import type { DisplayState, HealthView, TargetView } from "@/lib/shared/contract";
import type { MessageKey } from "../i18n/messages";
import type { ObjectRef } from "../writes/model";

/** From most to least urgent. */
export const urgency: readonly DisplayState[] = [
  "down",
  "degraded",
  "recovering",
  "draining",
  "no_data",
  "healthy",
  // What a person took out says nothing about those that answer.
  "off",
];

const impaired: ReadonlySet<DisplayState> = new Set(["down", "degraded", "recovering"]);

/** What the page calls a target: draining is over when nothing is in flight. */
export function shownState(target: TargetView): DisplayState {
  return target.state === "draining" && target.inFlight === 0 ? "off" : target.state;
}

export function stateKey(state: DisplayState): MessageKey {
  return `state.${state}`;
}

/** Hurt, and not by a person's wish. */
export function isImpaired(target: TargetView): boolean {
  return impaired.has(shownState(target));
}

export function byUrgency(a: TargetView, b: TargetView): number {
  return urgencyOf(shownState(a)) - urgencyOf(shownState(b));
}

/** How far a state is from the most urgent one. */
export function urgencyOf(state: DisplayState): number {
  return urgency.indexOf(state);
}

/** The most urgent state of several targets; `no_data` for none. */
export function worstState(targets: readonly TargetView[]): DisplayState {
  const states = new Set(targets.map(shownState));
  return urgency.find((state) => states.has(state)) ?? "no_data";
}

/** Whether a gateway tells how the targets are: without one nothing is known of any. */
export function isHeard({ nodes }: Pick<HealthView, "nodes">): boolean {
  return nodes.some(({ live }) => live);
}

/** Those that nobody has switched off, nor anything that they belong to: whom a call may reach. */
export function targetsOn({ targets }: HealthView): TargetView[] {
  return targets.filter(({ effectiveIntent }) => effectiveIntent === "enabled");
}

/** Impaired targets, worst and longest first. */
export function impairedTargets(health: HealthView): TargetView[] {
  return health.targets
    .filter(isImpaired)
    .sort((a, b) => byUrgency(a, b) || (a.since ?? 0) - (b.since ?? 0));
}

/** `model / region`, with the provider where the pair alone is not unique. */
export function targetName(target: TargetView, targets: readonly TargetView[]): string {
  const twins = targets.filter(
    (other) => other.model === target.model && other.region === target.region,
  );
  const pair = `${target.model} / ${target.region}`;
  return twins.length > 1 ? `${pair} (${laneName(target, twins)})` : pair;
}

/** The provider, with the credential where it has several. */
export function laneName(target: TargetView, twins: readonly TargetView[]): string {
  const credential = target.id.split("#")[1];
  const isShared = twins.some(
    (other) => other.id !== target.id && other.provider === target.provider,
  );
  return isShared && credential !== undefined
    ? `${target.provider} #${credential}`
    : target.provider;
}

/** On, or held off by nothing but the object `id` itself. */
export function isOnBut(
  { switch: own, offBy }: TargetView,
  kind: ObjectRef["type"],
  id: string,
): boolean {
  const isHeldElsewhere = offBy !== null && !(offBy.type === kind && offBy.id === id);
  return own.intent === "enabled" && !isHeldElsewhere;
}

/** In how many of its places a model, or a region, is on but for its own switch. */
export function placesOn(
  targets: readonly TargetView[],
  kind: "model" | "region",
  id: string,
): { readonly on: number; readonly of: number } {
  const placesOf = (some: readonly TargetView[]): number =>
    new Set(some.map((target) => target[kind === "model" ? "region" : "model"])).size;
  return {
    on: placesOf(targets.filter((target) => isOnBut(target, kind, id))),
    of: placesOf(targets),
  };
}
