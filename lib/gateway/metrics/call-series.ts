/** The metrics of calls: their names and labels. */
import * as names from "./gen-ai";
import type { Counter, Histogram, Registry, Series } from "./registry";

/** Value of a label whose name the configuration does not have. */
export const otherName = "other";
/** … and of what a call never came to. */
export const noName = "none";

/** Seconds. */
const overheadBounds = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1,
];

export type CallSeries = {
  readonly calls: Series<Counter>;
  readonly attempts: Series<Counter>;
  readonly fallbacks: Series<Counter>;
  readonly regionSwitches: Series<Counter>;
  readonly costUsd: Series<Counter>;
  readonly overhead: Histogram;
  readonly requestDuration: Series<Histogram>;
  readonly firstToken: Series<Histogram>;
  readonly perToken: Series<Histogram>;
  readonly operationDuration: Series<Histogram>;
  readonly firstChunk: Series<Histogram>;
  readonly tokens: Series<Histogram>;
};

/** The metrics of calls, in `registry`. */
export function callSeries(registry: Registry, withKeys: boolean): CallSeries {
  const base = ["gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model"];
  const served = [...base, "gen_ai_response_model"];
  const place = ["bellwether_provider", "bellwether_region"];
  const histogram = (
    { name, help }: { readonly name: string; readonly help: string },
    labels: readonly string[],
    bounds: readonly number[],
  ): Series<Histogram> => registry.histogram(name, help, labels, bounds);
  return {
    calls: registry.counter("bellwether_calls_total", "Calls that ended, by what became of them.", [
      "route",
      "outcome",
      "rescued_by",
      "error",
      ...(withKeys ? ["key"] : []),
    ]),
    attempts: registry.counter(
      "bellwether_attempts_total",
      "Tries of calls at targets, by what became of them and why.",
      ["provider", "region", "model", "outcome", "reason"],
    ),
    fallbacks: registry.counter(
      "bellwether_fallbacks_total",
      "Calls served by a later model of their chain than the first eligible one.",
      ["route", "from", "to"],
    ),
    regionSwitches: registry.counter(
      "bellwether_region_switches_total",
      "Calls served by the first eligible model in another region than planned.",
      ["model", "from", "to"],
    ),
    costUsd: registry.counter(
      "bellwether_cost_usd_total",
      "What attempts cost at list prices; those of unknown price are left out.",
      ["provider", "region", "model"],
    ),
    overhead: registry
      .histogram(
        "bellwether_overhead_seconds",
        "Calls with an attempt: what the gateway itself took of their time, attempts and waits left out.",
        [],
        overheadBounds,
      )
      .at(),
    requestDuration: histogram(
      names.requestDuration,
      [...served, "error_type"],
      names.durationBounds,
    ),
    firstToken: histogram(names.timeToFirstToken, served, names.firstTokenBounds),
    perToken: histogram(names.timePerOutputToken, served, names.perTokenBounds),
    operationDuration: histogram(
      names.operationDuration,
      [...base, "error_type", ...place],
      names.durationBounds,
    ),
    firstChunk: histogram(names.timeToFirstChunk, [...base, ...place], names.durationBounds),
    tokens: histogram(
      names.tokenUsage,
      [...base, "gen_ai_token_type", ...place],
      names.tokenBounds,
    ),
  };
}
