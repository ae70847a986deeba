/** The answer to `route:explain`: what a call would do now, and why not otherwise. It changes nothing. */
import { limitedUntilMs } from "../core/capacity";
import { type Course, beginCourse, nextStep } from "../core/course";
import { attemptTimes, callMs, isStreamedUpstream } from "../core/deadline";
import type { AttemptHow, CallNeeds, CallSpec, Evidence } from "../core/events";
import { emptySpeed, sizeClassOf } from "../core/latency";
import {
  type Candidate,
  type EligibleReason,
  type Plan,
  type SkipReason,
  planCall,
} from "../core/plan";
import type { Target } from "../core/types";
import { type World, healthOf } from "../core/world";
import { plainCounters } from "./plan-counters";

export type PlanAnswer = {
  readonly object: "route.plan";
  readonly route: string;
  readonly revision: number;
  /** The target that the call would ask first; null when it would wait or fail. */
  readonly chosen: string | null;
  /** `first`, `trial` of a target that was out, or `panic`: nothing but broken targets is left. */
  readonly how: AttemptHow | null;
  /** With nothing chosen: when a target that is only rate-limited has room again. */
  readonly retry_in_ms: number | null;
  readonly entries: readonly ExplainedEntry[];
  readonly limits: Readonly<Record<string, number>>;
  readonly stream: {
    readonly upstream: boolean;
    readonly midstream: string;
    readonly restart: string;
  };
  readonly needs: Readonly<Record<string, number | boolean | null>>;
};

export type ExplainedEntry = {
  readonly target: string;
  readonly provider: string;
  readonly region: string;
  readonly model: string;
  readonly decision: "chosen" | "eligible" | "skipped";
  readonly reason: SkipReason | EligibleReason;
  readonly counters: Evidence;
};

/** An ordinary call: none of the few that a returning or a slow target gets. */
const noLuck = { ramp: 1, degraded: 1 };

/** What the call of `spec` would do at `nowMs`. */
export function planAnswer(world: World, spec: CallSpec, nowMs: number): PlanAnswer {
  const plan = planCall(world, spec, noLuck, nowMs);
  const targets = new Map(
    spec.route.entries.flatMap((entry) => entry.targets.map((target) => [target.id, target])),
  );
  const course = beginCourse(spec, plan, noLuck, nowMs);
  // As if it had waited already: a place in the queue of a rate-limited target would be taken from somebody.
  const step = nextStep(world, { ...course, waited: true }, null, nowMs, half);
  const attempt = step.kind === "attempt" && !isLimited(plan, step.candidate) ? step : null;
  const chosen = attempt?.candidate.target ?? null;
  return {
    object: "route.plan",
    route: spec.route.id,
    revision: world.snapshot.revision,
    chosen: chosen?.id ?? null,
    how: attempt?.how ?? null,
    retry_in_ms: chosen === null ? soonestRoomMs(world, course, nowMs) : null,
    entries: plan.entries.flatMap((entry): ExplainedEntry[] => {
      const target = targets.get(entry.target);
      return target === undefined
        ? []
        : [
            {
              target: target.id,
              provider: target.provider,
              region: target.region,
              model: target.model,
              decision: target.id === chosen?.id ? "chosen" : entry.decision,
              reason: entry.reason,
              counters: plainCounters(entry),
            },
          ];
    }),
    limits: limitsOf(world, course, chosen, attempt?.healthyFollows ?? false),
    stream: {
      upstream: chosen !== null && isStreamedUpstream(spec, chosen, speedFor(world, spec, chosen)),
      midstream: spec.limits.midstream,
      restart: spec.limits.restart,
    },
    needs: needsOf(spec.needs),
  };
}

function isLimited(plan: Plan, { target }: Candidate): boolean {
  return plan.entries.some((one) => one.target === target.id && one.reason === "rate_limited");
}

/** Chance plays no part in a first choice. */
function half(): number {
  return 0.5;
}

function soonestRoomMs(world: World, { plan, spec }: Course, nowMs: number): number | null {
  const { promptTokens } = spec.needs;
  const untils = plan.candidates
    .map(({ target }) => limitedUntilMs(healthOf(world, target).capacity, promptTokens, nowMs))
    .filter((untilMs) => untilMs !== null);
  return untils.length === 0 ? null : Math.ceil(Math.min(...untils) - nowMs);
}

/** Reads what is known without making a place for it. */
function speedFor(
  world: World,
  { needs }: CallSpec,
  target: Target,
): ReturnType<typeof emptySpeed> {
  return healthOf(world, target).speeds[sizeClassOf(needs.promptTokens)] ?? emptySpeed();
}

function limitsOf(
  world: World,
  { spec, attemptsAtMost }: Course,
  chosen: Target | null,
  healthyFollows: boolean,
): Readonly<Record<string, number>> {
  const { limits } = spec;
  const totalMs = callMs(spec, chosen ?? undefined);
  const common = {
    total_ms: totalMs,
    attempts: attemptsAtMost,
    retry_after_wait_ms: limits.retryAfterWaitMs,
  };
  if (chosen === null) {
    return common;
  }
  const speed = speedFor(world, spec, chosen);
  const streamed = isStreamedUpstream(spec, chosen, speed);
  const times = attemptTimes(spec, chosen, speed, streamed, totalMs, totalMs, healthyFollows);
  return {
    ...common,
    connect_ms: times.connectMs,
    first_content_ms: times.firstMs,
    idle_ms: times.idleMs,
    progress_ms: times.progressMs,
    stream_total_ms: times.totalMs,
  };
}

function needsOf(needs: CallNeeds): PlanAnswer["needs"] {
  return {
    stream: needs.stream,
    prompt_tokens: needs.promptTokens,
    max_tokens: needs.maxTokens,
    tools: needs.tools,
    vision: needs.vision,
    json: needs.json,
    reasoning: needs.reasoning,
    resumable: needs.resumable,
    collectable: needs.collectable,
    pinned: needs.pinned,
    unrepeatable: needs.unrepeatable,
  };
}
