/** What this node tells the others: that it lives, what it obeys, what it thinks of each target, and what changed. */
import { failureRun } from "../core/breaker";
import { type Decision, type TargetHealth, type World, healthOf, labelOf } from "../core/health";
import { log } from "../shared/log";
import { uuidV7 } from "../shared/uuid";
import type { Database } from "../store/database";
import {
  type HealthEventRecord,
  type ProbeResultRecord,
  insertHealthLog,
} from "../store/health-log";
import { markNodeStopped, upsertNode } from "../store/nodes";
import { type TargetStateRow, deleteNodeStates, writeTargetStates } from "../store/target-states";
import type { ProbeRecord } from "../probes/prober";
import type { Snapshot } from "../core/types";

export type ReporterDeps = {
  readonly db: Database;
  readonly nodeId: string;
  readonly world: World;
  readonly now: () => number;
  snapshot: () => Snapshot;
  applied: () => { readonly revision: number; readonly atMs: number };
  droppedRecords: () => number;
  nextProbeMs: (targetId: string) => number | null;
};

export type Reporter = {
  onDecision: (decision: Decision) => void;
  onProbe(record: ProbeRecord): void;
  /** A new revision is in force: says so at once. */
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
  let events: HealthEventRecord[] = [];
  let probes: ProbeResultRecord[] = [];
  let heartbeatMs = Number.NEGATIVE_INFINITY;
  let tellNode = true;
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
    const { revision, atMs } = deps.applied();
    await upsertNode(deps.db, {
      id: deps.nodeId,
      startedAt,
      appliedRevision: revision,
      appliedAt: atMs,
      droppedRecords: deps.droppedRecords(),
    });
    heartbeatMs = deps.now();
    tellNode = deps.applied().revision !== revision;
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
    const ids = [...deps.snapshot().targets.keys()];
    const changed = ids.flatMap((targetId) => {
      const state = stateRow(deps, healthOf(deps.world, targetId), wallOffsetMs);
      const text = fingerprint(state);
      return told.get(targetId) === text ? [] : [{ targetId, state, text }];
    });
    const gone = [...told.keys()].filter((id) => !deps.snapshot().targets.has(id));
    if (gone.length > 0) {
      await deleteNodeStates(deps.db, deps.nodeId, ids);
      gone.forEach((id) => told.delete(id));
    }
    await writeTargetStates(deps.db, deps.nodeId, changed);
    for (const { targetId, text } of changed) {
      told.set(targetId, text);
    }
  };

  const start = (): void => {
    round ??= report()
      .then(() => {
        troubled = false;
      })
      .catch((error: unknown) => {
        if (!troubled) {
          log.warn(`This node cannot report to the database: ${String(error)}`);
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
      if (decision.type === "transition" && events.length < maxQueued) {
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

/** Everything that a page shows; what merely flickers (in flight, decimals) is not news by itself. */
function fingerprint(state: TargetStateRow): string {
  return JSON.stringify({ ...state, inFlight: Math.min(state.inFlight, 1) });
}

function stateRow(deps: ReporterDeps, health: TargetHealth, wallOffsetMs: number): TargetStateRow {
  const wall = (ms: number | null): number | null =>
    ms === null ? null : Math.round(ms + wallOffsetMs);
  const { breaker, probe, lastError } = health;
  const label = labelOf(health);
  return {
    breaker: breaker.state,
    soft: "none",
    since: breaker.sinceMs === 0 ? null : wall(breaker.sinceMs),
    until: breaker.state === "open" ? wall(breaker.untilMs) : null,
    reason: label === "closed" ? null : (lastError?.reason ?? label),
    openings: health.openings,
    consecutiveFailures: failureRun(health.starts),
    rateLimitedUntil:
      health.rateLimitedUntilMs !== null && health.rateLimitedUntilMs > deps.now()
        ? wall(health.rateLimitedUntilMs)
        : null,
    probe: probe.state,
    lastProbe:
      probe.atMs === null || probe.verdict === null
        ? null
        : { at: wall(probe.atMs) ?? 0, verdict: probe.verdict, latencyMs: probe.latencyMs },
    nextProbeAt: wall(deps.nextProbeMs(health.id)),
    inFlight: health.inFlight,
    ttftMs: health.ttftMs === null ? null : Math.round(health.ttftMs),
    lastError:
      lastError === null
        ? null
        : {
            at: wall(lastError.atMs) ?? 0,
            reason: lastError.reason,
            status: lastError.status,
            message: lastError.message,
          },
  };
}

function eventRecord(
  nodeId: string,
  { target, from, to, reason, evidence }: Extract<Decision, { type: "transition" }>,
): HealthEventRecord {
  const atMs = Date.now();
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
    evidence,
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
    verdict: result.verdict,
    status: result.status,
    reason: result.reason,
    latency_ms: result.latencyMs,
    tokens: 0,
    cost_nano_usd: null,
  };
}
