import type { QueryClient } from "@tanstack/react-query";
import type { RouteRequest, SwitchRequest, WriteResult } from "@/lib/shared/contract";
import { ApiFailure, sendChange } from "../api";
import { changesQueries, healthQueries, policyQueries } from "../queries";
import type { Store } from "../store";
import { storeDraft } from "./draft";
import { impactRequest, isHopeless, readImpact } from "./impact";
import {
  begun,
  type Conflict,
  dropped,
  observed,
  type ObjectRef,
  type Saved,
  servedObject,
  type Step,
  stored,
  type TakeBack,
  type Wanted,
  withSaved,
  type Write,
  writeOf,
  type WritesState,
} from "./model";

export interface WriteDeps {
  readonly client: QueryClient;
  readonly store: Store<WritesState>;
  readonly nowMs: () => number;
  readonly onStored: (write: Write) => void;
  readonly onFailed: (write: Write, error: unknown) => void;
  readonly onSaved: (saved: Saved) => void;
}

const paths = {
  target: "targets",
  model: "models",
  region: "regions",
  provider: "providers",
  route: "routes",
} as const;

/** Before any node said a word. */
const untold = { acks: {}, doneAtMs: null };

let lastSeq = 0;

export interface AskOptions {
  /** The revision that was decided on; absent: the one that the page shows. */
  readonly basedOn?: number | undefined;
  /** The ids of others of its type that are to change with it, all or none of them. */
  readonly also?: readonly string[];
  readonly isConfirmed?: boolean;
  /** Its end is still to be chosen, so it is shown before it happens, however little it moves. */
  readonly needsEnd?: boolean;
}

/**
 * Asks for `wanted`; the page shows it at once and takes it back when the server refuses.
 *
 * @returns whether the server stored it
 */
export async function ask(
  deps: WriteDeps,
  ref: ObjectRef,
  wanted: Wanted,
  { basedOn, also = [], isConfirmed = false, needsEnd = false }: AskOptions = {},
): Promise<boolean> {
  const health = deps.client.getQueryData(healthQueries.view().queryKey);
  const served = health && servedObject(health, ref);
  if (health === undefined || served === undefined) {
    return false;
  }
  const own = writeOf(deps.store.get().writes, ref)?.sent;
  const shown = also.length > 0 ? health.revision : served.revision;
  // Somebody who changes their mind before the view tells of their last change is in nobody's way.
  const seen = Math.max(basedOn ?? shown, also.length > 0 ? 0 : (own?.revision ?? 0));
  const others = also.flatMap((id): Step[] => {
    const other = { type: ref.type, id };
    const previous = servedObject(health, other)?.wanted;
    return previous === undefined ? [] : [{ ref: other, wanted, previous }];
  });
  // One number stands for all of them: the view that they were seen in.
  const write = { ...newWrite(ref, wanted, served.wanted, seen), also: others };
  if (!isConfirmed && !(await mayHappen(deps, write, needsEnd))) {
    return false;
  }
  return run(deps, write, () => sendWanted(write));
}

/** Whether the change is small enough to happen at once; when it is not, somebody is asked. */
async function mayHappen(
  { store, onFailed }: WriteDeps,
  write: Write,
  needsEnd: boolean,
): Promise<boolean> {
  const { ref, wanted, basedOn } = write;
  const also = idsOf(write.also);
  const confirming = { ref, also, wanted, basedOn, needsEnd };
  const request = impactRequest(ref, wanted, also);
  if (request === null) {
    return true;
  }
  try {
    const impact = await readImpact(request);
    if (impact.tier === "T0" && !needsEnd) {
      return true;
    }
    store.update((state) => ({ ...state, confirming: { ...confirming, impact } }));
  } catch (error) {
    if (isHopeless(error)) {
      onFailed(write, error);
    } else {
      store.update((state) => ({ ...state, confirming: { ...confirming, impact: null } }));
    }
  }
  return false;
}

/**
 * Takes back a stored change with a new revision; what others changed since too if `overruled` is given, the revision up
 * to which the person has seen that.
 */
export async function undo(deps: WriteDeps, done: Write, overruled?: number): Promise<void> {
  if (done.sent === null) {
    return;
  }
  const { revision, revisions } = done.sent;
  const write = {
    ...newWrite(done.ref, done.previous, done.wanted, overruled ?? revision),
    also: done.also.map(({ ref, wanted, previous }) => ({
      ref,
      wanted: previous,
      previous: wanted,
    })),
    undoes: done,
  };
  await run(deps, write, () => sendRevert(revision, { also: revisions, overruled }));
}

/** Follows what a form saved to the nodes. */
export function follow(
  { store, onSaved, nowMs }: WriteDeps,
  name: string,
  { revision, createdAt, nodes }: WriteResult,
  takeBack: TakeBack | null = (saved) => sendRevert(saved),
): void {
  lastSeq += 1;
  const saved: Saved = {
    seq: lastSeq,
    name,
    sent: { revision, createdAt },
    ...untold,
    outcome: "saved",
    takeBack,
  };
  store.update((state) => observed({ ...state, saves: [...state.saves, saved] }, nodes, nowMs()));
  onSaved(saved);
}

/** Takes back what a form saved, with a new revision; its notice says what came of it. */
export async function undoSaved(deps: WriteDeps, saved: Saved): Promise<void> {
  const { client, store, nowMs, onSaved } = deps;
  const { takeBack } = saved;
  if (takeBack === null) {
    return;
  }
  store.update((state) => withSaved(state, saved.seq, { outcome: "undoing" }));
  try {
    const { revision, createdAt, nodes } = await takeBack(saved.sent.revision);
    const undone = { ...untold, outcome: "undone", sent: { revision, createdAt } } as const;
    store.update((state) => observed(withSaved(state, saved.seq, undone), nodes, nowMs()));
  } catch {
    store.update((state) => withSaved(state, saved.seq, { outcome: "kept" }));
  }
  onSaved(saved);
  await client.invalidateQueries();
}

async function run(
  deps: WriteDeps,
  write: Write,
  send: () => Promise<WriteResult>,
): Promise<boolean> {
  const { client, store } = deps;
  let isStored = false;
  store.update((state) => begun(state, write));
  try {
    const { revision, revisions, createdAt, nodes } = await send();
    const sent = { revision, revisions, createdAt };
    store.update((state) => observed(stored(state, write.seq, sent), nodes, deps.nowMs()));
    isStored = true;
    if (write.ref.type === "route" && write.undoes === null) {
      storeDraft(write.ref.id, null);
    }
    deps.onStored({ ...write, sent });
  } catch (error) {
    const isConflict = error instanceof ApiFailure && error.status === 409;
    store.update((state) => ({
      ...dropped(state, write.seq),
      conflict: isConflict ? toConflict(write, error) : state.conflict,
    }));
    if (!isConflict) {
      deps.onFailed(write, error);
    }
  }
  await refresh(client);
  return isStored;
}

/** What the server says of the object as it is now. */
type Details = { current?: { revision?: number; policy?: Conflict["theirPolicy"] } };

function toConflict(write: Write, { details, refusal }: ApiFailure): Conflict {
  const { current } = details as Details;
  const id = write.also.length === 0 ? write.ref.id : String(refusal.values?.["id"]);
  return { write, id, theirRevision: current?.revision, theirPolicy: current?.policy ?? {} };
}

async function refresh(client: QueryClient): Promise<void> {
  await Promise.all([
    client.invalidateQueries({ queryKey: healthQueries.all() }),
    client.invalidateQueries({ queryKey: changesQueries.all() }),
    client.invalidateQueries({ queryKey: policyQueries.all() }),
  ]);
}

function newWrite(ref: ObjectRef, wanted: Wanted, previous: Wanted, basedOn: number): Write {
  lastSeq += 1;
  return {
    seq: lastSeq,
    ref,
    wanted,
    previous,
    basedOn,
    also: [],
    undoes: null,
    sent: null,
    ...untold,
  };
}

function idsOf(steps: readonly Step[]): string[] {
  return steps.map(({ ref }) => ref.id);
}

function sendWanted({ ref, wanted, basedOn, also }: Write): Promise<WriteResult> {
  const path = `/api/${paths[ref.type]}/${encodeURIComponent(ref.id)}`;
  if (wanted.kind === "order") {
    const { chain, policy, reason } = wanted;
    const body: RouteRequest = {
      chain: [...chain],
      ...(Object.keys(policy).length > 0 && { policy }),
      ...(reason !== null && { reason }),
    };
    return sendChange({ method: "PUT", path, body, ifMatch: basedOn });
  }
  const body: SwitchRequest = {
    intent: wanted.intent,
    until: wanted.until,
    ...(also.length > 0 && { also: idsOf(also) }),
    ...(wanted.reason === null ? {} : { reason: wanted.reason }),
  };
  return sendChange({ method: "PATCH", path, body, ifMatch: basedOn });
}

type Taken = { also?: readonly number[] | undefined; overruled?: number | undefined };

function sendRevert(revision: number, { also = [], overruled }: Taken = {}): Promise<WriteResult> {
  const body = {
    ...(also.length > 1 && { also }),
    ...(overruled !== undefined && { overrule: true }),
  };
  const path = `/api/changes/${revision}/revert`;
  const ifMatch = overruled === undefined ? {} : { ifMatch: overruled };
  return sendChange({ method: "POST", path, body, ...ifMatch });
}
