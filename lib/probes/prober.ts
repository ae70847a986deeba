/**
 * The active health checks: every model target and every region, every interval, on connections of their own.
 *
 * Which target is asked when is decided here from what `core` says; a probe that a live call has made needless is
 * skipped.
 */
import { Agent, request } from "undici";
import { type Decision, type ProbeResult, type World, healthOf, labelOf } from "../core/health";
import { samplesToCompare } from "../core/region";
import { type Snapshot, type Target, holdAt } from "../core/types";
import { log } from "../shared/log";
import {
  type ProbeAnswer,
  type ProbeRequest,
  modelVerdict,
  modelProbeBody,
  regionVerdict,
} from "./probe";

export type ProbeRecord = {
  readonly kind: "model" | "region";
  readonly provider: string;
  readonly region: string;
  readonly target: Target | null;
  readonly atMs: number;
  readonly result: ProbeResult;
};

export type RegionPlace = { readonly provider: string; readonly region: string };

export type ProberDeps = {
  readonly now: () => number;
  readonly random: () => number;
  readonly world: World;
  snapshot: () => Snapshot;
  /** Base URL and headers with the credential; undefined when the configuration has lost the place. */
  endpoint(
    place: RegionPlace & { credential: string | null },
  ): { readonly baseUrl: string; readonly headers: Readonly<Record<string, string>> } | undefined;
  regions(): readonly RegionPlace[];
  onModelResult(target: Target, result: ProbeResult): void;
  onRecord(record: ProbeRecord): void;
};

export type Prober = {
  /** Hears the healer's wishes for another look. */
  onDecision: (decision: Decision) => void;
  /** When the target will be asked next, monotonic; null when it will not. */
  nextProbeMs: (targetId: string) => number | null;
  stop(): Promise<void>;
};

const lookEveryMs = 200;
const maxInFlight = 16;
const jitterShare = 0.2;
/** The first look at a target comes this soon after the start, so that regions are measured before traffic. */
const firstLookWithinMs = 1_500;
const regionIntervalMs = 30_000;
const regionTimeoutMs = 5_000;
const maxBodyBytes = 64 * 1024;
/** Our own loop was this late: what a probe saw says more about us than about the provider. */
const maxLoopLagMs = 200;
/** Until its speed is known a target is asked again this soon. */
const measureEveryMs = 4_000;
/** A time to first token older than this is measured again, even while calls succeed: plain calls show none. */
const staleTtftMs = 60_000;
/** Streamed calls measure a target better than probes do. */
const freshTtftMs = 20_000;

/** Starts probing. */
export function startProber(deps: ProberDeps): Prober {
  const agent = new Agent({
    connect: { timeout: 3_000 },
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const due = new Map<string, number>();
  const regionDue = new Map<string, number>();
  const running = new Set<Promise<void>>();
  const busy = new Set<string>();
  let lastLookMs = deps.now();
  let lagging = false;

  const soon = (withinMs: number): number => deps.now() + deps.random() * withinMs;
  const jittered = (intervalMs: number): number =>
    deps.now() + intervalMs * (1 + deps.random() * jitterShare);

  const launch = (id: string, work: () => Promise<void>): void => {
    busy.add(id);
    const one = work()
      .catch((error: unknown) => {
        log.error(`A probe of ${id} failed by our own fault: ${String(error)}`);
      })
      .finally(() => {
        busy.delete(id);
        running.delete(one);
      });
    running.add(one);
  };

  const look = (): void => {
    const nowMs = deps.now();
    lagging = nowMs - lastLookMs > lookEveryMs + maxLoopLagMs;
    lastLookMs = nowMs;
    const snapshot = deps.snapshot();
    for (const target of snapshot.targets.values()) {
      if (!due.has(target.id)) {
        due.set(target.id, soon(firstLookWithinMs));
      }
      if (
        nowMs < (due.get(target.id) ?? 0) ||
        busy.has(target.id) ||
        running.size >= maxInFlight ||
        !mayProbe(snapshot, target, nowMs)
      ) {
        continue;
      }
      const everyMs = isMeasured(target) ? target.probe.intervalMs : measureEveryMs;
      due.set(target.id, jittered(Math.min(everyMs, target.probe.intervalMs)));
      if (!isProvenByTraffic(target, nowMs)) {
        launch(target.id, () => probeModel(target));
      }
    }
    for (const place of deps.regions()) {
      const id = `${place.provider} ${place.region}`;
      if (!regionDue.has(id)) {
        regionDue.set(id, soon(firstLookWithinMs));
      }
      if (nowMs >= (regionDue.get(id) ?? 0) && !busy.has(id) && running.size < maxInFlight) {
        regionDue.set(id, jittered(regionIntervalMs));
        launch(id, () => probeRegion(place));
      }
    }
    forget(due, (id) => snapshot.targets.has(id));
  };

  const isMeasured = (target: Target): boolean =>
    healthOf(deps.world, target.id).ttftSamples >= samplesToCompare;

  const isProvenByTraffic = (target: Target, nowMs: number): boolean => {
    const health = healthOf(deps.world, target.id);
    return (
      labelOf(health) === "closed" &&
      isMeasured(target) &&
      nowMs - (health.ttftAtMs ?? 0) < staleTtftMs &&
      health.lastSuccessMs !== null &&
      nowMs - health.lastSuccessMs < target.probe.intervalMs
    );
  };

  const probeModel = async (target: Target): Promise<void> => {
    const endpoint = deps.endpoint(target);
    if (endpoint === undefined) {
      return;
    }
    const result = await ask(
      {
        method: "POST",
        url: `${endpoint.baseUrl}/chat/completions`,
        headers: endpoint.headers,
        body: modelProbeBody(target.upstreamModel, target.capabilities.reasoning),
        timeoutMs: target.probe.timeoutMs,
      },
      modelVerdict,
    );
    if (lagging && result.verdict === "fail") {
      return;
    }
    deps.onModelResult(target, result);
    deps.onRecord({ kind: "model", ...target, target, atMs: deps.now(), result });
  };

  const probeRegion = async (place: RegionPlace): Promise<void> => {
    const endpoint = deps.endpoint({ ...place, credential: null });
    if (endpoint === undefined) {
      return;
    }
    const result = await ask(
      {
        method: "GET",
        url: `${endpoint.baseUrl}/models`,
        headers: endpoint.headers,
        body: null,
        timeoutMs: regionTimeoutMs,
      },
      regionVerdict,
    );
    deps.onRecord({ kind: "region", ...place, target: null, atMs: deps.now(), result });
  };

  const ask = async (
    probe: ProbeRequest,
    verdict: (answer: ProbeAnswer, latencyMs: number) => ProbeResult,
  ): Promise<ProbeResult> => {
    const startedMs = deps.now();
    const latencyMs = (): number => Math.round(deps.now() - startedMs);
    try {
      const answer = await askOnce(agent, probe);
      return verdict(answer, latencyMs());
    } catch (error) {
      const reason =
        error instanceof Error && error.name === "TimeoutError" ? "timeout" : "unreachable";
      return { verdict: "fail", latencyMs: latencyMs(), status: null, reason, retryAfterMs: null };
    }
  };

  const timer = setInterval(look, lookEveryMs);
  look();
  return {
    onDecision(decision) {
      if (decision.type === "probe_again") {
        due.set(decision.target.id, deps.now() + decision.afterMs);
      }
    },
    nextProbeMs(targetId) {
      const target = deps.snapshot().targets.get(targetId);
      return target !== undefined && mayProbe(deps.snapshot(), target, deps.now())
        ? (due.get(targetId) ?? null)
        : null;
    },
    async stop() {
      clearInterval(timer);
      await agent.destroy();
      await Promise.all(running);
    },
  };
}

/** Draining targets are still watched; disabled ones are left in peace. */
function mayProbe(snapshot: Snapshot, target: Target, nowMs: number): boolean {
  return target.probe.enabled && holdAt(snapshot, target, nowMs)?.intent !== "disabled";
}

function forget(due: Map<string, number>, exists: (id: string) => boolean): void {
  for (const id of due.keys()) {
    if (!exists(id)) {
      due.delete(id);
    }
  }
}

async function askOnce(agent: Agent, probe: ProbeRequest): Promise<ProbeAnswer> {
  const answer = await request(probe.url, {
    dispatcher: agent,
    method: probe.method,
    headers: { ...probe.headers, "user-agent": "bellwether-probe" },
    body: probe.body,
    signal: AbortSignal.timeout(probe.timeoutMs),
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) {
      chunks.push(chunk);
    }
  }
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    headers[name] = Array.isArray(value) ? value[0] : value;
  }
  return { status: answer.statusCode, headers, body: Buffer.concat(chunks).toString("utf8") };
}

/** The time to first token that a probe stands for, when no streamed call has measured the target lately; else null. */
export function probeTtftMs(
  world: World,
  target: Target,
  result: ProbeResult,
  nowMs: number,
): number | null {
  const { ttftAtMs, ttftSamples } = healthOf(world, target.id);
  const isFresh = ttftAtMs !== null && nowMs - ttftAtMs < freshTtftMs;
  const isEnough = isFresh && ttftSamples >= samplesToCompare;
  return result.verdict === "pass" && !isEnough ? result.latencyMs : null;
}
