/**
 * The active health checks: every model target and every region, on connections of their own.
 *
 * The schedule says who is due; here they are asked, and the router hears what came of it.
 */
import { Agent } from "undici";
import type { Decision, ProbeResult } from "../core/events";
import type { Snapshot, Target } from "../core/types";
import type { World } from "../core/world";
import { readPlainAnswer } from "../dialects/openai";
import { connectOptions } from "../shared/egress";
import { log } from "../shared/log";
import { ask } from "./ask";
import { createProbeBudget, probeCost } from "./budget";
import type { Duty } from "./duty";
import { modelProbeBody, modelVerdict, probeShape, regionVerdict } from "./probe";
import { type DueProbe, type RegionPlace, createSchedule } from "./schedule";

export type ProbeRecord = {
  readonly kind: "model" | "region";
  readonly provider: string;
  readonly region: string;
  readonly credential: string | null;
  readonly target: Target | null;
  /** Grows with every probe of this process that starts. */
  readonly seq: number;
  readonly atMs: number;
  readonly result: ProbeResult;
  readonly tokens: number;
  readonly costNanoUsd: number | null;
};

export type ProbedEndpoint = {
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  /** It may have an address of a private network. */
  readonly allowPrivate: boolean;
};

export type ProberDeps = {
  readonly now: () => number;
  readonly random: () => number;
  readonly world: World;
  snapshot: () => Snapshot;
  /** How much of the looking is this node's. */
  duty: () => Duty;
  /** Base URL and headers with the credential; undefined when the configuration has lost the place. */
  endpoint(place: RegionPlace): ProbedEndpoint | undefined;
  regions(): readonly RegionPlace[];
  onModelResult(target: Target, seq: number, result: ProbeResult): void;
  onRegionResult(place: RegionPlace, seq: number, result: ProbeResult): void;
  onRecord(record: ProbeRecord): void;
};

export type Prober = {
  /** Hears the router's wishes for another look. */
  onDecision: (decision: Decision) => void;
  /**
   * Looks at a target at once because a person asks, whatever the budget says, and for nothing at its place too. A look
   * that is under way is the same one.
   *
   * @returns null when the look says nothing: our own loop stood still, or the configuration has lost the target.
   */
  probeNow(target: Target): Promise<ProbeRecord | null>;
  /** When the target will be asked next, monotonic; null when it will not. */
  nextProbeMs: (targetId: string) => number | null;
  /** Takes another node's look for one of our own that has just ended. */
  hearModel(target: Target, result: ProbeResult): void;
  hearRegion(place: RegionPlace, result: ProbeResult): void;
  stop(): Promise<void>;
};

const lookEveryMs = 200;
/** A wished look does not wait for the next round. */
const wishDelayMs = 5;
const maxInFlight = 16;
const regionTimeoutMs = 5_000;
const reasoningTimeoutMs = 15_000;
const connectTimeoutMs = 3_000;
/** Our own loop was this late: what a probe saw says more about us than about the provider. */
const maxLoopLagMs = 200;
/** … so that it is left out, and asked again after this. */
const afterLagMs = 1_000;

/** Starts probing. */
export function startProber(deps: ProberDeps): Prober {
  const agents = { public: openAgents(false), private: openAgents(true) };
  const agentsFor = ({ allowPrivate }: ProbedEndpoint): ProbeAgents =>
    allowPrivate ? agents.private : agents.public;
  const schedule = createSchedule(deps);
  const budget = createProbeBudget();
  const running = new Map<string, Promise<ProbeRecord | null>>();
  const reshaped = new Set<string>();
  let seq = 0;
  let lastLookMs = deps.now();
  let lagging = false;
  let wished: NodeJS.Timeout | null = null;

  const launch = (id: string, work: () => Promise<ProbeRecord | null>): void => {
    const one = work()
      .catch((error: unknown) => {
        log.error(`A probe of ${id} failed by our own fault: ${String(error)}`);
        return null;
      })
      .finally(() => {
        running.delete(id);
      });
    running.set(id, one);
  };
  const joined = (
    id: string,
    work: () => Promise<ProbeRecord | null>,
  ): Promise<ProbeRecord | null> | undefined => {
    if (!running.has(id)) {
      launch(id, work);
    }
    return running.get(id);
  };
  const mayLaunch = (id: string): boolean => !running.has(id) && running.size < maxInFlight;

  const look = (): void => {
    const budgetNanoUsd = deps.snapshot().probeBudgetNanoUsd * deps.duty().budgetRatio;
    const stretch = budget.stretch(budgetNanoUsd, Date.now());
    for (const due of schedule.takeDue(stretch)) {
      if (mayLaunch(due.target.id)) {
        launch(due.target.id, () => probeModel(due));
      } else if (due.isWished) {
        schedule.wish({ type: "probe", target: due.target, afterMs: lookEveryMs });
      }
    }
    for (const place of schedule.takeDueRegions(deps.regions())) {
      const id = regionId(place);
      if (mayLaunch(id)) {
        launch(id, () => probeRegion(place));
      }
    }
  };
  const round = (): void => {
    const nowMs = deps.now();
    lagging = nowMs - lastLookMs > lookEveryMs + maxLoopLagMs;
    lastLookMs = nowMs;
    look();
  };

  const recorded = (record: ProbeRecord): ProbeRecord => {
    deps.onRecord(record);
    return record;
  };

  const probeModel = async ({ target, isWished }: DueProbe): Promise<ProbeRecord | null> => {
    const endpoint = deps.endpoint(target);
    if (endpoint === undefined) {
      return null;
    }
    seq += 1;
    const own = seq;
    const isReasoning = target.capabilities.reasoning || reshaped.has(target.id);
    const { result, body } = await ask(
      agentsFor(endpoint)[isWished ? "fresh" : "kept"],
      {
        method: "POST",
        url: `${endpoint.baseUrl}/chat/completions`,
        headers: endpoint.headers,
        body: modelProbeBody(target.upstreamModel, isReasoning),
        timeoutMs: isReasoning
          ? Math.max(reasoningTimeoutMs, target.probe.timeoutMs)
          : target.probe.timeoutMs,
      },
      deps.now,
      modelVerdict,
    );
    if (lagging && result.verdict === "fail") {
      schedule.wish({ type: "probe", target, afterMs: afterLagMs });
      return null;
    }
    if (result.reason === probeShape && !reshaped.has(target.id)) {
      reshaped.add(target.id);
      log.warn(
        `${target.id} refuses the shape of our probe; it is asked as a reasoning model now.`,
      );
    }
    const answer = body === null ? null : readPlainAnswer(body);
    const { tokens, nanoUsd } = probeCost(
      target.price,
      answer?.kind === "answer" ? answer.usage : null,
    );
    budget.spend(nanoUsd ?? 0, Date.now());
    deps.onModelResult(target, own, result);
    const { provider, region, credential } = target;
    const place = { provider, region, credential };
    const cost = { tokens, costNanoUsd: nanoUsd };
    const probed = { kind: "model", ...place, target, seq: own, result, ...cost } as const;
    return recorded({ ...probed, atMs: deps.now() });
  };

  const probeRegion = async (place: RegionPlace): Promise<ProbeRecord | null> => {
    const endpoint = deps.endpoint(place);
    if (endpoint === undefined) {
      return null;
    }
    seq += 1;
    const own = seq;
    const { result } = await ask(
      agentsFor(endpoint).fresh,
      {
        method: "GET",
        url: `${endpoint.baseUrl}/models`,
        headers: endpoint.headers,
        body: null,
        timeoutMs: regionTimeoutMs,
      },
      deps.now,
      regionVerdict,
    );
    if (lagging && result.verdict === "fail") {
      schedule.wish({ type: "probe_region", ...place, afterMs: afterLagMs });
      return null;
    }
    deps.onRegionResult(place, own, result);
    const { provider, region, credential } = place;
    const free = { tokens: 0, costNanoUsd: 0 };
    const where = { provider, region, credential, target: null };
    return recorded({ kind: "region", ...where, seq: own, atMs: deps.now(), result, ...free });
  };

  const timer = setInterval(round, lookEveryMs);
  round();
  return {
    onDecision(decision) {
      if (decision.type !== "probe" && decision.type !== "probe_region") {
        return;
      }
      schedule.wish(decision);
      if (decision.afterMs === 0) {
        wished ??= setTimeout(() => {
          wished = null;
          look();
        }, wishDelayMs);
      }
    },
    async probeNow(target) {
      const { provider, region, credential } = target;
      const place = { provider, region, credential };
      const [record = null] = await Promise.all([
        joined(target.id, () => probeModel({ target, isWished: true })),
        joined(regionId(place), () => probeRegion(place)),
      ]);
      return record;
    },
    nextProbeMs: (targetId) => schedule.nextMs(targetId),
    hearModel(target, result) {
      // A look of our own that is under way will know better.
      if (!running.has(target.id)) {
        seq += 1;
        deps.onModelResult(target, seq, result);
      }
    },
    hearRegion(place, result) {
      if (!running.has(regionId(place))) {
        seq += 1;
        deps.onRegionResult(place, seq, result);
      }
    },
    async stop() {
      clearInterval(timer);
      clearTimeout(wished ?? undefined);
      await Promise.all(
        Object.values(agents).flatMap(({ kept, fresh }) => [kept.destroy(), fresh.destroy()]),
      );
      await Promise.all(running.values());
    },
  };
}

type ProbeAgents = { readonly kept: Agent; readonly fresh: Agent };

function openAgents(allowPrivate: boolean): ProbeAgents {
  const connect = connectOptions(allowPrivate, connectTimeoutMs);
  const options = { connect, headersTimeout: 0, bodyTimeout: 0 };
  return {
    kept: new Agent({ ...options, pipelining: 1 }),
    // A connection that hangs must not speak for the target: who is in doubt is asked on a fresh one.
    fresh: new Agent({ ...options, pipelining: 0 }),
  };
}

function regionId({ provider, region, credential }: RegionPlace): string {
  return `${provider} ${region} ${credential ?? ""}`;
}
