import type { Transition } from "@/lib/core/events";
import { step } from "@/lib/core/step";
import type { Running } from "@/lib/sim/running";
import type { Scenario } from "@/lib/sim/scenario";
import type { Reply, Step } from "@/lib/sim/shell";
import { type SimulationResult, simulate } from "@/lib/sim/simulation";

export type Replied = {
  readonly id: string;
  readonly key: string;
  readonly reply: Reply;
  readonly startedMs: number;
  readonly endedMs: number;
  /** To the first content of a stream; to the end of another answer. */
  readonly waitMs: number;
  readonly targets: readonly string[];
  readonly hows: Running["hows"];
};

export type Told = Transition & { readonly atMs: number };

export type Watched = SimulationResult & {
  readonly replies: readonly Replied[];
  readonly transitions: readonly Told[];
};

/** Runs a scenario and keeps every reply and every transition. */
export function watch(scenario: Scenario, driven: Step = step): Watched {
  const replies: Replied[] = [];
  const transitions: Told[] = [];
  const result = simulate(scenario, driven, {
    trace: true,
    onReply(run, reply, _move, stage) {
      const contentMs = run.plan.stream ? run.lastStartedMs + run.fate.firstMs : stage.nowMs;
      replies.push({
        id: run.spec.id,
        key: run.key.id,
        reply,
        startedMs: run.startedMs,
        endedMs: stage.nowMs,
        waitMs: contentMs - run.startedMs,
        targets: run.tried.map(({ target }) => target.id),
        hows: [...run.hows],
      });
    },
    onDecision(decision, atMs) {
      if (decision.type === "transition") {
        transitions.push({ ...decision, atMs });
      }
    },
  });
  return { ...result, replies, transitions };
}

/** Of a list, those that started between two instants. */
export function startedWithin(
  replies: readonly Replied[],
  fromMs: number,
  untilMs: number,
): readonly Replied[] {
  return replies.filter(({ startedMs }) => startedMs >= fromMs && startedMs < untilMs);
}

export function shareOf<T>(list: readonly T[], holds: (one: T) => boolean): number {
  return list.filter(holds).length / Math.max(1, list.length);
}

export function quantileOf(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}

export const first = "acme:us:first";
export const second = "bolt:us:second";
