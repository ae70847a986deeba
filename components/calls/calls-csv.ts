import { csvText } from "@/components/charts/csv";
import { presetOf, type Range, windowOf } from "@/components/lib/range";
import type { CallView } from "@/lib/shared/contract";
import { flagsOf } from "./flags";

const minuteMs = 60_000;

/** What the file of a list is called: with the length of its range, and when that begins; else with its newest call. */
export function csvName(
  range: Range | null,
  newestAtMs: number,
): { readonly name: string; readonly atMs: number } {
  if (range === null) {
    return { name: "requests", atMs: newestAtMs };
  }
  const { fromMs, toMs } = windowOf(range, newestAtMs + minuteMs);
  const spanMs = toMs - fromMs;
  return {
    name: `requests-${presetOf(spanMs) ?? `${Math.ceil(spanMs / minuteMs)}m`}`,
    atMs: fromMs,
  };
}

const nanoPerUsd = 1e9;

/** Calls as a file, in their order: durations in milliseconds, cost in US dollars, no prompts and no answers. */
export function callsCsv(calls: readonly CallView[]): string {
  return csvText(
    [
      "time_utc",
      "id",
      "app",
      "asked",
      "outcome",
      "status",
      "error_code",
      "rescued_by",
      "model",
      "provider",
      "region",
      "attempts",
      "ttft_ms",
      "total_ms",
      "prompt_tokens",
      "cached_tokens",
      "completion_tokens",
      "cost_usd",
      "estimated",
      "first_model",
      "rescue_cost_usd",
      "flags",
    ],
    calls.map((call) => [
      new Date(call.startedAt).toISOString(),
      call.id,
      call.keyId,
      call.askedModel,
      call.outcome,
      call.status,
      call.errorCode,
      call.rescuedBy,
      call.model,
      call.provider,
      call.region,
      call.attempts.length,
      call.ttftMs,
      call.totalMs,
      call.promptTokens,
      call.cachedTokens,
      call.completionTokens,
      usd(call.costNanoUsd),
      call.tokensEstimated ? "yes" : "no",
      call.firstModel,
      usd(call.rescueNanoUsd),
      flagsOf(call).join(" "),
    ]),
  );
}

function usd(nano: number | null): number | null {
  return nano === null ? null : nano / nanoPerUsd;
}
