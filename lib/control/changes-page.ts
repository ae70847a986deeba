import { type Change, type ChangesPage } from "../shared/contract";
import { wrongParameter } from "../shared/errors";
import { type BodyOpeningRow, listOpenings } from "../store/call-bodies";
import { type HealthEventRow, listHealthEvents } from "../store/health-events";
import { listRevisions, type RevisionRow } from "../store/revisions";
import { changeLines } from "./change-lines";
import { type Current, readCurrent } from "./current";
import { documentObjects } from "./document-objects";
import { revertOutcome } from "./revert-outcome";
import { type ControlDeps, defineVerb } from "./verb";

export type ChangesQuery = {
  /** 1 to 100. */
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
  /** Whose changes; everybody's when it is not said. */
  readonly by?: (typeof changers)[number];
  /** Only what changed this object: `model:gpt-4.1`, `route:auto`, `key:shop`, `settings`, … */
  readonly object?: string;
};

/**
 * People, the configuration file, schedules (Bellwether's own clock and first start), and the healer; all but the healer are
 * the others. Openings of bodies change nothing: they have a list of their own.
 */
export const changers = ["people", "file", "schedule", "healer", "others", "openings"] as const;

const freshMs = 900;
const linesShown = 20;

/** The feed: people's revisions and the healer's transitions, newest first. It stays as it is while new ones come. */
export const changesPage = defineVerb<ChangesQuery, ChangesPage>(
  "read",
  async (_actor, deps, query) => {
    const current = await readCurrent(deps);
    const key = `changes ${current.revision} ${JSON.stringify(query)}`;
    return deps.cache.get(key, freshMs, () =>
      query.by === "openings"
        ? readOpenings(deps, query)
        : readChanges(deps, current, query.by, query),
    );
  },
);

async function readOpenings(
  { db }: ControlDeps,
  { limit, cursor: text, object }: ChangesQuery,
): Promise<ChangesPage> {
  const cursor = text === undefined ? undefined : parseCursor(text);
  const belowId = cursor?.kind === "opening" ? cursor.id : undefined;
  // Nobody's object changes when a body is opened.
  const rows = object === undefined ? await listOpenings(db, limit + 1, belowId) : [];
  return pageOf(rows.map(toOpening), limit);
}

function pageOf(changes: Change[], limit: number): ChangesPage {
  const page = changes.slice(0, limit);
  const last = page.at(-1);
  return {
    generatedAt: Date.now(),
    changes: page,
    nextCursor: changes.length > limit && last !== undefined ? `${last.at}.${last.id}` : null,
  };
}

async function readChanges(
  { db }: ControlDeps,
  current: Current,
  by: keyof typeof actorTypes | "healer" | "others" | undefined,
  { limit, cursor: text, object }: ChangesQuery,
): Promise<ChangesPage> {
  const cursor = text === undefined ? undefined : parseCursor(text);
  const targets = targetsOf(object);
  const [revisions, events] = await Promise.all([
    by === "healer"
      ? []
      : listRevisions(db, limit + 1, {
          ...revisionBound(cursor),
          ...(by !== undefined && by !== "others" && { actor: actorTypes[by] }),
          ...(object !== undefined && { object }),
        }),
    (by !== undefined && by !== "healer") || targets === null
      ? []
      : listHealthEvents(db, limit + 1, eventBound(cursor), targets),
  ]);
  const objects = documentObjects(current.document);
  const changes = [
    ...revisions.map((row) => toRevisionChange(row, revertable(row, current, objects))),
    ...events.map(toHealthChange),
  ].sort((left, right) => right.at - left.at || rank(left) - rank(right));
  return pageOf(changes, limit);
}

/** Whose health an object's is; null for one that has none. */
function targetsOf(object: string | undefined): Parameters<typeof listHealthEvents>[3] | null {
  const [type = "", ...rest] = (object ?? "").split(":");
  const id = rest.join(":");
  switch (type) {
    case "":
      return {};
    case "provider":
    case "region":
    case "model":
      return { [type]: id };
    case "target":
      return { targetId: id };
    default:
      return null;
  }
}

const actorTypes = { people: "operator", file: "file", schedule: "system" } as const;

/** Of the same millisecond, revisions come first. */
function rank(change: Change): number {
  return change.revision === null ? 1 : 0;
}

type Cursor =
  | { readonly at: number; readonly kind: "revision"; readonly id: number }
  | { readonly at: number; readonly kind: "opening"; readonly id: number }
  | { readonly at: number; readonly kind: "event"; readonly id: string };

/** The last line of the page before: its instant and its id. */
function parseCursor(text: string): Cursor {
  const [, at, revision, event, opening] =
    /^(\d{1,15})\.(?:r:(\d{1,9})|h:([0-9a-f-]{36})|o:(\d{1,9}))$/.exec(text) ?? [];
  if (at !== undefined && revision !== undefined) {
    return { at: Number(at), kind: "revision", id: Number(revision) };
  }
  if (at !== undefined && event !== undefined) {
    return { at: Number(at), kind: "event", id: event };
  }
  if (at !== undefined && opening !== undefined) {
    return { at: Number(at), kind: "opening", id: Number(opening) };
  }
  throw wrongParameter("cursor", "`cursor` is not the `nextCursor` of a page.");
}

function revisionBound(cursor: Cursor | undefined): { belowId?: number; beforeMs?: number } {
  if (cursor === undefined) {
    return {};
  }
  return cursor.kind === "revision" ? { belowId: cursor.id } : { beforeMs: cursor.at };
}

function eventBound(
  cursor: Cursor | undefined,
): { readonly at: number; readonly id: string | null } | undefined {
  return cursor && { at: cursor.at, id: cursor.kind === "event" ? cursor.id : null };
}

function toRevisionChange(row: RevisionRow, revertable: boolean): Change {
  const { id, kind, actor, reason, summary, reverts, createdAt } = row;
  const lines = changeLines(row);
  return {
    id: `r:${id}`,
    at: createdAt,
    kind,
    actor,
    revision: id,
    reason,
    summary: { ...summary },
    lines: lines.slice(0, linesShown),
    lineCount: lines.length,
    reverts,
    revertable,
  };
}

function toHealthChange(event: HealthEventRow): Change {
  const { id, at, nodeId, targetId, provider, region, model, from, to, reason, evidence } = event;
  return {
    id: `h:${id}`,
    at,
    kind: "health",
    actor: { type: "healer", name: nodeId },
    revision: null,
    reason,
    summary: {
      type: "health",
      target: targetId,
      provider,
      model,
      region,
      from,
      to,
      reason,
      evidence,
      node: nodeId,
    },
    lines: [],
    lineCount: 0,
    reverts: null,
    revertable: false,
  };
}

function toOpening({ id, at, callId, actor }: BodyOpeningRow): Change {
  return {
    id: `o:${id}`,
    at,
    kind: "opening",
    actor,
    revision: null,
    reason: null,
    summary: { type: "opening", callId },
    lines: [],
    lineCount: 0,
    reverts: null,
    revertable: false,
  };
}

/** The answer holds for as long as what people decided does, and costs a validation of the whole configuration. */
const known = new WeakMap<Current, Map<number, boolean>>();

function revertable(
  row: RevisionRow,
  current: Current,
  objects: ReadonlyMap<string, unknown>,
): boolean {
  const byRevision = known.get(current) ?? new Map<number, boolean>();
  known.set(current, byRevision);
  const answer = byRevision.get(row.id) ?? revertOutcome(row, current, objects) !== null;
  byRevision.set(row.id, answer);
  return answer;
}
