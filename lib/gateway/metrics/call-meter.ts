/**
 * What a finished call adds to the metrics.
 *
 * Labels come from the configuration and from our own enumerations, never from a caller's words: a name that the
 * configuration does not have is `other`.
 */
import type { Snapshot, Target } from "../../core/types";
import { errorCatalog } from "../../shared/errors";
import { callFlow } from "../call-flow";
import { overheadMs } from "../call-record";
import {
  type AttemptTrace,
  type CallTrace,
  attemptCostNanoUsd,
  rescuedBy,
  usageOf,
} from "../call-trace";
import { noName, otherName, callSeries } from "./call-series";
import { chatOperation, providerName } from "./gen-ai";
import { type Counter, type Histogram, type Registry, lazily } from "./registry";

export type CallMeterDeps = {
  snapshot: () => Snapshot;
  /** Where a target answers; undefined when the configuration has lost it. */
  originOf: (target: Target) => string | undefined;
  /** Whether calls are told apart by application key. */
  readonly withKeys: boolean;
};

export type CallMeter = {
  /** Counts a call that ended at `endedMs`, monotonic. Never throws. */
  count: (trace: CallTrace, endedMs: number) => void;
};

/** Kinds of calls whose cells are remembered; beyond it they are looked up again. */
const maxRemembered = 5_000;

type CallCells = {
  readonly calls: Counter;
  readonly duration: Histogram | null;
  readonly firstToken: () => Histogram;
  readonly perToken: () => Histogram;
};

type TargetCells = {
  readonly byOutcome: Map<string, OutcomeCells>;
  readonly firstChunk: () => Histogram;
  readonly input: () => Histogram;
  readonly output: () => Histogram;
  readonly costUsd: () => Counter;
};
type OutcomeCells = { readonly attempts: Counter; readonly duration: Histogram };

/** Counts calls into `registry`. */
export function createCallMeter(registry: Registry, deps: CallMeterDeps): CallMeter {
  const series = callSeries(registry, deps.withKeys);
  const callCells = new Map<string, CallCells>();
  const targetCells = new WeakMap<Target, TargetCells>();

  let snapshot = deps.snapshot();

  const cellsOfCall = (trace: CallTrace): CallCells => {
    if (snapshot !== deps.snapshot()) {
      snapshot = deps.snapshot();
      callCells.clear();
    }
    const route = routeName(trace, snapshot);
    const outcome = trace.error === null ? "served" : errorCatalog[trace.error.code].outcome;
    const rescued = (trace.error === null ? rescuedBy(trace) : null) ?? noName;
    const code = trace.error?.code ?? "";
    const key = deps.withKeys ? (trace.key?.id ?? noName) : "";
    const last = trace.answering ?? trace.attempts.at(-1);
    const text = `${route}\n${outcome}\n${rescued}\n${code}\n${key}\n${last?.target.id ?? ""}`;
    const known = callCells.get(text);
    if (known !== undefined) {
      return known;
    }
    const provider = last === undefined ? noName : nameOfProvider(last.target);
    const model = last === undefined ? "" : modelName(last.target);
    const attributes = [chatOperation, provider, route, model] as const;
    const callLabels = [route, outcome, rescued, code];
    const cells = {
      calls: series.calls.at(...callLabels, ...(deps.withKeys ? [key] : [])),
      duration: trace.route === null ? null : series.requestDuration.at(...attributes, code),
      firstToken: lazily(series.firstToken, ...attributes),
      perToken: lazily(series.perToken, ...attributes),
    };
    if (callCells.size >= maxRemembered) {
      callCells.clear();
    }
    callCells.set(text, cells);
    return cells;
  };
  const nameOfProvider = (target: Target): string =>
    providerName(deps.originOf(target), target.provider);
  const modelName = (target: Target): string =>
    snapshot.targets.has(target.id) ? target.model : otherName;
  const upstreamName = (target: Target): string =>
    snapshot.targets.has(target.id) ? target.upstreamModel : otherName;

  const cellsOfTarget = (target: Target): TargetCells => {
    const known = targetCells.get(target);
    if (known !== undefined) {
      return known;
    }
    const { place, attributes } = labelsOf(target);
    const { provider, region } = target;
    const cells = {
      byOutcome: new Map<string, OutcomeCells>(),
      firstChunk: lazily(series.firstChunk, ...attributes, ...place),
      input: lazily(series.tokens, ...attributes, "input", ...place),
      output: lazily(series.tokens, ...attributes, "output", ...place),
      costUsd: lazily(series.costUsd, provider, region, modelName(target)),
    };
    targetCells.set(target, cells);
    return cells;
  };
  const labelsOf = (
    target: Target,
  ): { attributes: readonly string[]; place: readonly string[] } => ({
    attributes: [chatOperation, nameOfProvider(target), upstreamName(target)],
    place: [target.provider, target.region],
  });
  const outcomeOf = (
    cells: TargetCells,
    { target, outcome, reason }: AttemptTrace,
  ): OutcomeCells => {
    const why = outcome === "succeeded" ? "" : (reason ?? noName);
    // Of every outcome the reasons are its own.
    const key = why === "" ? outcome : why;
    const known = cells.byOutcome.get(key);
    if (known !== undefined) {
      return known;
    }
    const { attributes, place } = labelsOf(target);
    const made = {
      attempts: series.attempts.at(...place, modelName(target), outcome, why),
      duration: series.operationDuration.at(...attributes, why, ...place),
    };
    cells.byOutcome.set(key, made);
    return made;
  };

  const countAttempt = (trace: CallTrace, one: AttemptTrace, endedMs: number): void => {
    const cells = cellsOfTarget(one.target);
    const outcome = outcomeOf(cells, one);
    outcome.attempts.add();
    outcome.duration.observe(((one.endedMs ?? endedMs) - one.startedMs) / 1_000);
    if (one.firstTokenMs !== null) {
      cells.firstChunk().observe((one.firstTokenMs - one.startedMs) / 1_000);
    }
    const usage = usageOf(trace, one);
    if (usage !== null) {
      cells.input().observe(usage.promptTokens);
      cells.output().observe(usage.completionTokens);
    }
    const costNanoUsd = attemptCostNanoUsd(trace, one);
    if (costNanoUsd !== null) {
      cells.costUsd().add(costNanoUsd / 1e9);
    }
  };

  const countStream = (trace: CallTrace, cells: CallCells, endedMs: number): void => {
    const { firstTokenMs, answering } = trace;
    if (trace.error !== null || firstTokenMs === null || answering === null) {
      return;
    }
    cells.firstToken().observe((firstTokenMs - trace.startedMs) / 1_000);
    const tokens = (trace.joinedUsage ?? usageOf(trace, answering))?.completionTokens ?? 0;
    if (tokens > 1) {
      cells.perToken().observe((endedMs - firstTokenMs) / 1_000 / (tokens - 1));
    }
  };

  const countFlow = (trace: CallTrace): void => {
    const { first, served, isFallback, isRegionSwitch } = callFlow(trace);
    if (first === null || served === null) {
      return;
    }
    const model = modelName(served.target);
    if (isFallback) {
      const route = routeName(trace, snapshot);
      series.fallbacks.at(route, modelName(first.target), model).add();
    } else if (isRegionSwitch) {
      series.regionSwitches.at(model, first.target.region, served.target.region).add();
    }
  };

  return {
    count(trace, endedMs) {
      const cells = cellsOfCall(trace);
      cells.calls.add();
      cells.duration?.observe((endedMs - trace.startedMs) / 1_000);
      if (trace.attempts.length > 0) {
        series.overhead.observe(overheadMs(trace, endedMs) / 1_000);
      }
      for (const one of trace.attempts) {
        countAttempt(trace, one, endedMs);
      }
      countStream(trace, cells, endedMs);
      countFlow(trace);
    },
  };
}

/** The route's name as far as the configuration has it. */
function routeName({ route, request }: CallTrace, snapshot: Snapshot): string {
  if (route === null) {
    return request === null ? noName : otherName;
  }
  return snapshot.routes.has(route) ? route : otherName;
}
