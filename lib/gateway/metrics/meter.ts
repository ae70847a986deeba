/** Everything that this node counts and measures, in one place; read by whoever shows it. */
import type { Decision } from "../../core/events";
import type { Target } from "../../core/types";
import type { World } from "../../core/world";
import type { ProbeRecord } from "../../probes/prober";
import type { CallTrace } from "../call-trace";
import { createCallMeter } from "./call-meter";
import { otherName } from "./call-series";
import type { MetricSet } from "./families";
import { watchLoopLag } from "./loop-lag";
import { type Readings, nodeMetrics } from "./node-metrics";
import { processMetrics } from "./process-metrics";
import { createRegistry, defaultLimits } from "./registry";
import { targetGauges } from "./target-gauges";

export type MeterDeps = {
  readonly nodeId: string;
  readonly world: World;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  originOf: (target: Target) => string | undefined;
  readonly withKeys: boolean;
  readonly readings: Readings;
};

export type Meter = {
  /** Counts a call that ended at `endedMs`, monotonic; on its path, so it does little, and it never throws. */
  count(trace: CallTrace, endedMs: number): void;
  onDecision: (decision: Decision) => void;
  onProbe(record: ProbeRecord): void;
  /** All of it as of now. */
  read: () => MetricSet;
  stop(): void;
};

/** Starts counting. */
export function createMeter(deps: MeterDeps): Meter {
  const startedAtMs = Date.now();
  const registry = createRegistry();
  const { world, now } = deps;
  const calls = createCallMeter(registry, { ...deps, snapshot: () => world.snapshot });
  const openings = registry.counter(
    "bellwether_target_openings_total",
    "How often a target was closed to calls; observed: only its rule would have.",
    ["provider", "region", "model", "rule", "observed"],
  );
  const probes = registry.counter(
    "bellwether_probes_total",
    "Probes of models and regions, by what they found.",
    ["kind", "provider", "region", "verdict"],
  );
  const lag = watchLoopLag();
  return {
    count: calls.count,
    onDecision(decision) {
      if (decision.type === "transition" && decision.to === "open") {
        const { target, rule, observed } = decision;
        const model = world.snapshot.targets.has(target.id) ? target.model : otherName;
        openings.at(target.provider, target.region, model, rule, String(observed)).add();
      }
    },
    onProbe({ kind, provider, region, result }) {
      probes.at(kind, provider, region, result.verdict).add();
    },
    read: () => ({
      node: deps.nodeId,
      startedAtMs,
      families: [
        ...registry.families(),
        ...targetGauges(world, now(), defaultLimits.counterSeries),
        ...nodeMetrics(deps.readings, world),
        lag.family(),
        ...processMetrics(startedAtMs),
      ],
    }),
    stop() {
      lag.stop();
    },
  };
}
