import { z } from "zod";
import { quantileOf, slotCount } from "../shared/histogram";
import { Prisma } from "./generated/client";

/** How long the span of a rollup's row is: a minute (kept 8 days), 15 minutes or a day of the workspace (kept 400). */
export type Grain = "minute" | "quarter" | "day";

/** Spans that begin from `fromMs` to before `toMs`, in epoch ms; and which calls count in them. */
export type Window = {
  readonly grain: Grain;
  readonly fromMs: number;
  readonly toMs: number;
  /** Calls of the demo only, or all but them. */
  readonly demo: boolean;
  /** Calls of one application key. */
  readonly keyId?: string | null;
};

export type Measure = "total" | "ttft" | "overhead" | "speed";

/** The spans of a window, as a condition on a rollup's rows. */
export function withinSpans({ grain, fromMs, toMs }: Omit<Window, "demo">): Prisma.Sql {
  return Prisma.sql`grain = ${grain}::rollup_grain AND at >= ${new Date(fromMs)} AND at < ${new Date(toMs)}`;
}

/** The merged histogram of a measure, of the demo's rows or of the others where asked; parse it with `histogram`. */
export function mergedHistogram(measure: Measure, demo?: boolean): Prisma.Sql {
  const rows = demo === undefined ? "" : ` FILTER (WHERE demo = ${demo})`;
  const sums = Array.from({ length: slotCount }, (_, slot) => `sum(${measure}_${slot})${rows}`);
  return Prisma.raw(`ARRAY[${sums.join(", ")}]::float8[]`);
}

/** Counts by slot; a slot without a value counts nothing. */
export const histogram = z
  // As `mergedHistogram` casts it: a look at each of its numbers would take longer than reading them.
  .custom<readonly (number | null)[]>((value) => Array.isArray(value))
  .transform((counts) => counts.map((count) => count ?? 0));

/** A quantile as a whole number; null of nothing. */
export function wholeQuantile(counts: readonly number[], q: number): number | null {
  const value = quantileOf(counts, q);
  return value === null ? null : Math.round(value);
}
