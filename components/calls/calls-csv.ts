import { csvText } from "@/components/charts/csv";
import type { CallView } from "@/lib/shared/contract";

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
      "completion_tokens",
      "cost_usd",
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
      call.completionTokens,
      call.costNanoUsd === null ? null : call.costNanoUsd / nanoPerUsd,
    ]),
  );
}
