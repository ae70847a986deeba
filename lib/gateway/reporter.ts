/** What this node tells the others: that it lives, what it obeys, what it thinks of each target, and what changed. */
import type { Decision, Transition } from "../core/events";
import { successors } from "../core/successors";
import type { Snapshot } from "../core/types";
import { type World, labelOf } from "../core/world";
import type { ProbeRecord } from "../probes/prober";
import { log } from "../shared/log";
import { uuidV7 } from "../shared/uuid";
import type { Database } from "../store/database";
import {
  type HealthEventRecord,
  type ProbeResultRecord,
  insertHealthLog,
} from "../store/health-log";
import { type NodeReport, markNodeStopped, upsertNode } from "../store/nodes";
import { type TargetStateRow, deleteNodeStates, writeTargetStates } from "../store/target-states";
import { createLasting } from "./lasting";
import { shownMessage, shownVerdict, stateRow } from "./state-row";

export type ReporterDeps = {
  readonly db: Database;
  readonly nodeId: string;
  readonly world: World;
  readonly now: () => number;
  snapshot: () => Snapshot;
  applied: () => {
    readonly revision: number;
    readonly atMs: number;
    readonly refused: NodeReport["refused"];
  };
  droppedRecords: () => number;
  nextProbeMs: (targetId: string) => number | null;
};

export type Reporter = {
  onDecision: (decision: Decision) => void;
  onProbe(record: ProbeRecord): void;
  /** A new revision is in force, or refused: says so at once. */
  onSwap(): void;
  stop(): Promise<void>;
};

const reportEveryMs = 1_000;
/** A transition is news: it does not wait for the next round. */
const newsDelayMs = 50;
const heartbeatEveryMs = 2_000;
const maxQueued = 10_000;

/** Starts reporting. Failures to report are kept for the next round; nothing here touches a call. */
export function startReporter(deps: ReporterDeps): Reporter {
  const startedAt = Date.now();
  const told = new Map<string, string>();
  const lasting = createLasting();
  let events: HealthEventRecord[] = [];
  let probes: ProbeResultRecord[] = [];
  let heartbeatMs = Number.NEGATIVE_INFINITY;
  let tellNode = true;
  let hasTwin = false;
  let round: Promise<void> | null = null;
  let news: NodeJS.Timeout | null = null;
  let troubled = false;

  const report = async (): Promise<void> => {
    await reportNode();
    await reportLog();
    await reportStates();
  };
  const reportNode = async (): Promise<void> => {
    if (!tellNode && deps.now() - heartbeatMs < heartbeatEveryMs) {
      return;
    }
    const applied = deps.applied();
    const { isForeign } = await upsertNode(deps.db, {
      id: deps.nodeId,
      startedAt,
      appliedRevision: applied.revision,
      appliedAt: applied.atMs,
      droppedRecords: deps.droppedRecords(),
      refused: applied.refused,
    });
    if (isForeign && heartbeatMs > 0 && !hasTwin) {
      hasTwin = true;
      log.error(
        `Another gateway process calls itself ${deps.nodeId} too: give each its own BELLWETHER_NODE_NAME.`,
      );
    }
    heartbeatMs = deps.now();
    const { revision, refused } = deps.applied();
    tellNode = revision !== applied.revision || refused !== applied.refused;
  };
  const reportLog = async (): Promise<void> => {
    if (events.length === 0 && probes.length === 0) {
      return;
    }
    const sent = { events: [...events], probes: [...probes] };
    await insertHealthLog(deps.db, sent.events, sent.probes);
    events = events.slice(sent.events.length);
    probes = probes.slice(sent.probes.length);
  };
  const reportStates = async (): Promise<void> => {
    const wallOffsetMs = Date.now() - deps.now();
    const { targets } = deps.snapshot();
    const ids = [...targets.keys()];
    const places = successors(deps.world, deps.now());
    const changed = [...targets].flatMap(([targetId, target]) => {
      const nowMs = deps.now();
      const state = stateRow(deps.world, target, {
        nowMs,
        wallOffsetMs,
        sinceMs: lasting.sinceMs(targetId, labelOf(deps.world, target, nowMs), nowMs),
        nextProbeMs: deps.nextProbeMs(targetId),
        successors: places.get(targetId) ?? [],
      });
      const text = fingerprint(state);
      return told.get(targetId) === text ? [] : [{ targetId, state, text }];
    });
    const gone = [...told.keys()].filter((id) => !deps.snapshot().targets.has(id));
    if (gone.length > 0) {
      await deleteNodeStates(deps.db, deps.nodeId, ids);
      gone.forEach((id) => {
        told.delete(id);
        lasting.forget(id);
      });
    }
    await writeTargetStates(deps.db, deps.nodeId, changed);
    for (const { targetId, text } of changed) {
      told.set(targetId, text);
    }
  };

  const start = (): void => {
    round ??= report()
      .then(() => {
        if (troubled) {
          log.info("This node reports to the database again.");
        }
        troubled = false;
      })
      .catch((error: unknown) => {
        if (!troubled) {
          log.warn(`Calls go on, but this node cannot report to the database: ${String(error)}`);
        }
        troubled = true;
      })
      .finally(() => {
        round = null;
      });
  };
  const soon = (): void => {
    news ??= setTimeout(() => {
      news = null;
      if (round === null) {
        start();
      } else {
        soon();
      }
    }, newsDelayMs);
  };
  const timer = setInterval(start, reportEveryMs);
  start();

  return {
    onDecision(decision) {
      if (decision.type !== "transition") {
        return;
      }
      if (!decision.observed) {
        lasting.sinceMs(decision.target.id, decision.to, deps.now());
      }
      if (events.length < maxQueued) {
        events.push(eventRecord(deps.nodeId, decision));
        soon();
      }
    },
    onProbe(record) {
      if (probes.length < maxQueued) {
        probes.push(probeRecord(deps, record));
      }
    },
    onSwap() {
      tellNode = true;
      if (round === null) {
        start();
      } else {
        soon();
      }
    },
    async stop() {
      clearInterval(timer);
      clearTimeout(news ?? undefined);
      await round;
      await reportLog().catch(() => undefined);
      await deleteNodeStates(deps.db, deps.nodeId).catch(() => undefined);
      await markNodeStopped(deps.db, deps.nodeId).catch(() => undefined);
    },
  };
}

/** Of what the breaker counts, what every good call changes. */
const flickering: ReadonlySet<string> = new Set(["counted", "outOf", "opensAt"]);

/** Everything that a page shows; what merely flickers (in flight, decimals, good calls counted) is not news by itself. */
function fingerprint(state: TargetStateRow): string {
  return JSON.stringify(
    { ...state, inFlight: Math.min(state.inFlight, 1) },
    (key, value: unknown) => (flickering.has(key) ? undefined : value),
  );
}

function eventRecord(
  nodeId: string,
  { target, from, to, reason, evidence, observed }: Transition,
): HealthEventRecord {
  const atMs = Date.now();
  const { message } = evidence;
  const shown =
    typeof message === "string" ? { ...evidence, message: shownMessage(message) } : evidence;
  return {
    id: uuidV7(atMs),
    at: new Date(atMs).toISOString(),
    node_id: nodeId,
    target_id: target.id,
    provider: target.provider,
    region: target.region,
    model: target.model,
    from_state: from,
    to_state: to,
    reason,
    evidence: observed ? { ...shown, observed: 1 } : shown,
  };
}

function probeRecord(deps: ReporterDeps, record: ProbeRecord): ProbeResultRecord {
  const atMs = Date.now() - (deps.now() - record.atMs);
  const { result, target } = record;
  return {
    id: uuidV7(atMs),
    at: new Date(atMs).toISOString(),
    node_id: deps.nodeId,
    kind: record.kind,
    provider: record.provider,
    region: record.region,
    model: target?.model ?? null,
    target_id: target?.id ?? null,
    verdict: shownVerdict(result.verdict),
    status: result.status,
    reason: result.reason,
    latency_ms: result.latencyMs,
    tokens: record.tokens,
    cost_nano_usd: record.costNanoUsd,
  };
}
