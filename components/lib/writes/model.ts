import type {
  HealthView,
  ImpactView,
  Intent,
  NodeView,
  PolicyValue,
  SwitchView,
  WriteResult,
} from "@/lib/shared/contract";

export type ObjectType = "target" | "model" | "region" | "provider" | "route";

export interface ObjectRef {
  readonly type: ObjectType;
  readonly id: string;
}

/** What a person asked for. */
export type Wanted =
  | {
      readonly kind: "switch";
      readonly intent: Intent;
      readonly until: number | null;
      readonly reason: string | null;
    }
  | {
      readonly kind: "order";
      readonly chain: readonly string[];
      /** The numbers of its policy that change, by their place; null for the default. */
      readonly policy: PolicyChange;
      readonly reason: string | null;
    };

export type PolicyChange = Readonly<Record<string, PolicyValue | null>>;

/** A change on its way from a click to every node. */
export interface Tracked {
  readonly seq: number;
  /** Null until the server has stored it; `revisions` are all of a change of several objects. */
  readonly sent: {
    readonly revision: number;
    readonly createdAt: number;
    readonly revisions?: readonly number[] | undefined;
  } | null;
  /** How long each node took to apply it, by node id. */
  readonly acks: Readonly<Record<string, number>>;
  /** When all live nodes had applied it, by the server's clock. */
  readonly doneAtMs: number | null;
}

/** What a change does to one object. */
export interface Step {
  readonly ref: ObjectRef;
  readonly wanted: Wanted;
  readonly previous: Wanted;
}

/** A switch or an order that a person changed. */
export interface Write extends Tracked, Step {
  /** Others of its type that change with it, all or none of them. */
  readonly also: readonly Step[];
  /** The revision that the person saw when deciding. */
  readonly basedOn: number;
  /** The change that it takes back. */
  readonly undoes: Write | null;
}

/** A form that was saved. */
export interface Saved extends Tracked {
  /** Of what was saved, as a person reads it. */
  readonly name: string;
  readonly sent: NonNullable<Tracked["sent"]>;
  /** `kept`: it was to be taken back, and could not be. */
  readonly outcome: "saved" | "undoing" | "undone" | "kept";
  /** Null: it cannot be taken back. */
  readonly takeBack: TakeBack | null;
}

/** Sends what was before, unless what was saved as `revision` was changed since. */
export type TakeBack = (revision: number) => Promise<WriteResult>;

export interface WritesState {
  readonly writes: readonly Write[];
  /** What forms saved, until nobody is told of it any more. */
  readonly saves: readonly Saved[];
  /** A change that somebody else's change got in front of. */
  readonly conflict: Conflict | null;
  /** A change that moves too much to happen at once, until somebody says yes. */
  readonly confirming: Confirming | null;
}

export interface Conflict {
  readonly write: Write;
  /** The object that the server named; of several, others may have been changed too. */
  readonly id: string;
  /** What the other one's change made, as far as the server told: the page's own view may be older. */
  readonly theirRevision: number | undefined;
  /** The numbers of a route's policy as the other one left them. */
  readonly theirPolicy: PolicyChange;
}

export interface Confirming {
  readonly ref: ObjectRef;
  /** The ids of others of its type that change with it. */
  readonly also: readonly string[];
  readonly wanted: Wanted;
  /** The revision that the person saw when deciding: what others change while the question stands is in the way. */
  readonly basedOn: number;
  /** Its end is still to be chosen. */
  readonly needsEnd: boolean;
  /** Null: the server could not tell. */
  readonly impact: ImpactView | null;
}

/** How long the proof stays beside its control. */
const shownMs = 30_000;
export const undoMs = 10_000;
const giveUpMs = 120_000;

export const noWrites: WritesState = { writes: [], saves: [], conflict: null, confirming: null };

export const refKey = ({ type, id }: ObjectRef): string => `${type}:${id}`;

export function isOff(wanted: Wanted): boolean {
  return wanted.kind === "switch" && wanted.intent !== "enabled";
}

export function toWanted(view: SwitchView): Wanted {
  return { kind: "switch", intent: view.intent, until: view.until, reason: view.reason };
}

/** A chain as it stands, with nothing of its policy changed. */
export function toOrder(chain: readonly string[]): Wanted {
  return { kind: "order", chain, policy: {}, reason: null };
}

/** What a change does to each of its objects. */
export function stepsOf({ ref, wanted, previous, also }: Write): readonly Step[] {
  return [{ ref, wanted, previous }, ...also];
}

/** The newest change of one object, as far as it is about that one. */
export function writeOf(writes: readonly Write[], ref: ObjectRef): Write | undefined {
  const key = refKey(ref);
  return writes
    .flatMap((write) =>
      stepsOf(write).flatMap((step) =>
        refKey(step.ref) === key ? [step.ref === write.ref ? write : { ...write, ...step }] : [],
      ),
    )
    .at(-1);
}

/** The state with `write` as the only one of its objects. */
export function begun(state: WritesState, write: Write): WritesState {
  const own = new Set(stepsOf(write).map(({ ref }) => refKey(ref)));
  const others = state.writes.filter((other) =>
    stepsOf(other).some(({ ref }) => !own.has(refKey(ref))),
  );
  return { ...state, writes: [...others, write] };
}

export function stored(
  state: WritesState,
  seq: number,
  sent: NonNullable<Write["sent"]>,
): WritesState {
  return changed(state, seq, (write) => ({ ...write, sent }));
}

/** The state without a write that did not happen; what it was to take back stands again. */
export function dropped(state: WritesState, seq: number): WritesState {
  const writes = state.writes.flatMap((write) =>
    write.seq === seq ? (write.undoes ?? []) : [write],
  );
  return { ...state, writes };
}

/** Books what the nodes have applied by now, and forgets writes whose proof was shown long enough. */
export function observed(
  state: WritesState,
  nodes: readonly NodeView[],
  nowMs: number,
): WritesState {
  const live = nodes.filter((node) => node.live);
  const writes = state.writes
    .map((write) => withAcks(write, live, nowMs))
    .filter((write) => !isShownLong(write, nowMs) && !isGivenUp(write, nowMs));
  // What a silent node has not applied is told of until a person has read it.
  const saves = state.saves
    .map((saved) => withAcks(saved, live, nowMs))
    .filter((saved) => !isShownLong(saved, nowMs));
  const isSame = areSame(writes, state.writes) && areSame(saves, state.saves);
  return isSame ? state : { ...state, writes, saves };
}

/** Whether a node's word on a change is worth waiting for. */
export function isAwaited({ writes, saves }: WritesState, nowMs: number): boolean {
  return [...writes, ...saves].some(
    (tracked) => tracked.doneAtMs === null && !isGivenUp(tracked, nowMs),
  );
}

function areSame(these: readonly Tracked[], those: readonly Tracked[]): boolean {
  return these.length === those.length && these.every((one, index) => one === those[index]);
}

function isShownLong({ doneAtMs }: Tracked, nowMs: number): boolean {
  return doneAtMs !== null && nowMs - doneAtMs > shownMs;
}

function isGivenUp({ sent }: Tracked, nowMs: number): boolean {
  return sent !== null && nowMs - sent.createdAt > giveUpMs;
}

/** The newest change that can be taken back by a key: of the last ten seconds, and no taking back itself. */
export function undoable({ writes, saves }: WritesState, nowMs: number): Write | Saved | undefined {
  const isFresh = ({ sent }: Tracked): boolean => sent !== null && nowMs - sent.createdAt < undoMs;
  return [
    ...writes.filter((write) => write.undoes === null && isFresh(write)),
    ...saves.filter(
      (saved) => saved.outcome === "saved" && saved.takeBack !== null && isFresh(saved),
    ),
  ].sort((a, b) => b.seq - a.seq)[0];
}

/** The state with the save of `seq` as `part` says; without it, where that is null. */
export function withSaved(
  state: WritesState,
  seq: number,
  part: Partial<Saved> | null,
): WritesState {
  return {
    ...state,
    saves: state.saves.flatMap((saved) => {
      if (saved.seq !== seq) {
        return [saved];
      }
      return part === null ? [] : [{ ...saved, ...part }];
    }),
  };
}

/** A node goes past a configuration that it refuses: later switches and keys count all the same. */
export function obeys({ appliedRevision, refused }: NodeView, revision: number): boolean {
  return appliedRevision >= revision && refused?.revision !== revision;
}

function withAcks<T extends Tracked>(write: T, live: readonly NodeView[], nowMs: number): T {
  const { sent } = write;
  if (sent === null) {
    return write;
  }
  const fresh = live.filter((node) => obeys(node, sent.revision) && !(node.id in write.acks));
  const acks = { ...write.acks };
  for (const node of fresh) {
    acks[node.id] = Math.max(0, node.appliedAt - sent.createdAt);
  }
  const isDone = live.length > 0 && live.every((node) => node.id in acks);
  const doneAtMs = isDone ? (write.doneAtMs ?? nowMs) : write.doneAtMs;
  return fresh.length === 0 && doneAtMs === write.doneAtMs ? write : { ...write, acks, doneAtMs };
}

function changed(state: WritesState, seq: number, change: (write: Write) => Write): WritesState {
  return {
    ...state,
    writes: state.writes.map((write) => (write.seq === seq ? change(write) : write)),
  };
}

/** What the control of `ref` must show: the person's wish until the server's answer contains it. */
export function shownWanted(write: Write | undefined, served: Wanted, revision: number): Wanted {
  const isAhead = write !== undefined && (write.sent === null || revision < write.sent.revision);
  return isAhead ? write.wanted : served;
}

/** The object's present state and revision in the server's view; undefined when it is gone. */
export function servedObject(
  health: HealthView,
  ref: ObjectRef,
): { wanted: Wanted; revision: number } | undefined {
  if (ref.type === "route") {
    const route = health.routes.find(({ id }) => id === ref.id);
    return route && { wanted: toOrder(route.chain), revision: route.revision };
  }
  const { targets, models, regions, providers } = health;
  const lists = { target: targets, model: models, region: regions, provider: providers };
  const object = lists[ref.type].find(({ id }) => id === ref.id);
  return object && { wanted: toWanted(object.switch), revision: object.switch.revision };
}

/** What stands in the way of one object's change; `theirs` is undefined when it is gone. */
export interface Disputed {
  readonly ref: ObjectRef;
  readonly theirs: ReturnType<typeof servedObject>;
}

/** What somebody else changed: the object that the server named, and each one that is newer and not as wanted anyway. */
export function disputedIn({ write, id }: Conflict, health: HealthView): Disputed[] {
  return stepsOf(write).flatMap(({ ref, wanted }) => {
    const theirs = servedObject(health, ref);
    const isOther =
      theirs !== undefined &&
      theirs.revision > write.basedOn &&
      !isSameSwitch(theirs.wanted, wanted);
    return ref.id === id || isOther ? [{ ref, theirs }] : [];
  });
}

export function isSameSwitch(one: Wanted, other: Wanted): boolean {
  return (
    one.kind === "switch" &&
    other.kind === "switch" &&
    one.intent === other.intent &&
    one.until === other.until
  );
}
