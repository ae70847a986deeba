import { z } from "zod";
import { type NodeView, type TargetView } from "../shared/contract";
import { groupBy } from "../shared/group-by";
import { activeCells } from "../store/attempt-stats";
import { type HealthEventRow, listHealthEventsSince } from "../store/health-events";
import { listRevisionsSince, type RevisionRow } from "../store/revisions";
import { type TargetState } from "../store/target-states";
import { type Current } from "./current";
import { labelOf } from "./display-state";
import { switchView } from "./effective-intent";
import { wasDone } from "./health-done";
import {
  nodeTimeline,
  type NodeTimeline,
  offSpans,
  type Span,
  stateStrip,
  type SwitchChange,
} from "./state-strip";
import { type ControlDeps } from "./verb";

const minuteMs = 60_000;
/** More than this is noise that no strip can show. */
const mostRows = 5_000;

type NodeState = TargetState & { readonly nodeId: string };
type SwitchHistory = ReadonlyMap<string, readonly SwitchChange[]>;

/** So many cells of whole minutes up to `now`, the running one last. */
export type StripSpan = { readonly cells: number; readonly cellMs: number; readonly now: number };

/** Start of the first cell. */
export function stripFrom({ cells, cellMs, now }: StripSpan): number {
  return (Math.floor(now / cellMs) - cells + 1) * cellMs;
}

/** The strip of every target: the worst state of each cell. */
export async function readStrips(
  deps: ControlDeps,
  { revision, targets, switches }: Current,
  nodes: readonly NodeView[],
  states: readonly NodeState[],
  span: StripSpan,
): Promise<ReadonlyMap<string, TargetView["strip"]>> {
  const { db, cache } = deps;
  const { cells, cellMs, now } = span;
  const from = stripFrom(span);
  const [events, history, active] = await Promise.all([
    listHealthEventsSince(db, from, mostRows),
    cache.get(`switch history ${revision} ${from}`, minuteMs, async () =>
      switchHistory(await listRevisionsSince(db, from, mostRows)),
    ),
    activeCells(db, { fromMs: from, toMs: now }, cellMs),
  ]);
  const eventsByTarget = groupBy(events.filter(wasDone), ({ targetId }) => targetId);
  const activeByTarget = groupBy(active, ({ targetId }) => targetId);
  const statesByTarget = groupBy(states, ({ targetId }) => targetId);
  return new Map(
    targets.map((target) => {
      const { id, provider, region, model } = target;
      const off = Object.entries({ target: id, model, region, provider }).flatMap(([type, own]) =>
        offSpans(history.get(`${type} ${own}`) ?? [], {
          from,
          until: now + cellMs,
          now: switchView(switches, type as "target", own, now).intent,
        }),
      );
      const strip = stateStrip({
        from,
        cells,
        cellMs,
        now,
        nodes: timelines(
          nodes,
          eventsByTarget.get(id) ?? [],
          statesByTarget.get(id) ?? [],
          from,
          now,
        ),
        off: merge(off),
        active: new Set((activeByTarget.get(id) ?? []).map(({ cell }) => cell)),
      });
      return [id, strip];
    }),
  );
}

function timelines(
  nodes: readonly NodeView[],
  events: readonly HealthEventRow[],
  states: readonly NodeState[],
  from: number,
  now: number,
): NodeTimeline[] {
  return nodes.map((node) => {
    const state = states.find(({ nodeId }) => nodeId === node.id)?.state;
    return nodeTimeline(
      events.filter(({ nodeId }) => nodeId === node.id),
      {
        from,
        startedAt: node.startedAt,
        until: node.live ? now + minuteMs : node.heartbeatAt,
        now: state === undefined ? null : labelOf(state),
      },
    );
  });
}

const switchSummary = z.object({
  objectType: z.string(),
  objectId: z.string(),
  from: z.string(),
  to: z.string(),
});

function switchHistory(revisions: readonly RevisionRow[]): SwitchHistory {
  const history = new Map<string, SwitchChange[]>();
  for (const { kind, summary, createdAt } of revisions) {
    const parsed = kind === "switch" ? switchSummary.safeParse(summary) : undefined;
    if (parsed?.success === true) {
      const { objectType, objectId, from, to } = parsed.data;
      const name = `${objectType} ${objectId}`;
      history.set(name, [...(history.get(name) ?? []), { at: createdAt, from, to }]);
    }
  }
  return history;
}

/** Overlapping spans as one, so that "off the whole time" is one question. */
function merge(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((left, right) => left.from - right.from)) {
    const last = merged.at(-1);
    if (last !== undefined && span.from <= last.to) {
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    } else {
      merged.push(span);
    }
  }
  return merged;
}
