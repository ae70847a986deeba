/** The numbers of a route: their bounds, for the document's check and for whoever edits them. */
import { type z } from "zod";
import { type Unit, numberWithin, wholeWithin } from "./bounds";

export type NumberBounds = {
  readonly least: number;
  readonly most: number;
  readonly isWhole: boolean;
  readonly unit?: Unit;
};

const seconds = (least: number, most: number): NumberBounds => ({
  least,
  most,
  isWhole: false,
  unit: "seconds",
});

/** By place in a route of the document. A prompt is kept for a month at most. */
export const routeNumbers = {
  "limits.ttft_s": seconds(0.1, 300),
  "limits.idle_s": seconds(0.1, 600),
  "limits.total_s": seconds(1, 3_600),
  "limits.reasoning_ttft_s": seconds(0.1, 900),
  "limits.reasoning_total_s": seconds(1, 3_600),
  "limits.stream_total_s": seconds(1, 86_400),
  "limits.attempts": { least: 1, most: 32, isWhole: true },
  "limits.retry_after_wait_ms": { least: 0, most: 10_000, isWhole: true, unit: "milliseconds" },
  "breaker.min_threshold": { least: 1, most: 100, isWhole: true },
  "breaker.base_ejection_s": seconds(0.1, 300),
  "breaker.max_ejection_s": seconds(1, 3_600),
  "log_bodies.keep_hours": { least: 1, most: 720, isWhole: true, unit: "hours" },
} as const satisfies Record<string, NumberBounds>;

/** The check of a number by its bounds. */
export function boundedNumber({
  least,
  most,
  isWhole,
  unit,
}: NumberBounds): z.ZodNumber | z.ZodInt {
  return isWhole ? wholeWithin(least, most, unit) : numberWithin(least, most, unit);
}
