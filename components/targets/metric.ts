import type { Text } from "@/components/lib/i18n/messages";
import { minSamples, shownRatio } from "@/components/lib/targets/availability";
import type { TargetView } from "@/lib/shared/contract";
import { type Format, noValue } from "@/lib/shared/format";

/** What the cells of the grid can tell, all of the window that the health view has. */
export const matrixMetrics = ["availability", "p95", "fallbacks", "cost", "load"] as const;
export type MatrixMetric = (typeof matrixMetrics)[number];

/** The metric that an address asks for; availability when it asks for none. */
export function metricIn(text: string | null): MatrixMetric {
  return matrixMetrics.find((metric) => metric === text) ?? "availability";
}

/** A target's value: a ratio, milliseconds, nano-USD, or calls in flight; null where it would rest on too little. */
export function metricValue(target: TargetView, metric: MatrixMetric): number | null {
  switch (metric) {
    case "availability":
      return shownRatio(target.availability);
    case "p95":
      return answersOf(target) < minSamples ? null : target.p95Ms;
    case "fallbacks":
      return fallbackRate([target]);
    case "cost":
      return target.attempts === 0 ? null : target.costNanoUsd;
    case "load":
      return target.inFlight;
  }
}

/** The value of several targets together; null where values do not add up. */
export function metricTotal(targets: readonly TargetView[], metric: MatrixMetric): number | null {
  const sum = (of: (target: TargetView) => number): number =>
    targets.reduce((total, target) => total + of(target), 0);
  switch (metric) {
    case "availability":
    case "p95":
      return null;
    case "fallbacks":
      return fallbackRate(targets);
    case "cost":
      return sum(({ costNanoUsd }) => costNanoUsd);
    case "load":
      return sum(({ inFlight }) => inFlight);
  }
}

/** Of the calls whose first choice was here, those that another place answered. */
function fallbackRate(targets: readonly TargetView[]): number | null {
  const first = targets.reduce((sum, { firstChoice }) => sum + firstChoice, 0);
  const out = targets.reduce((sum, { movedOut }) => sum + movedOut, 0);
  return first < minSamples ? null : out / first;
}

/** Live attempts that say something; probes are no answers. */
function answersOf({ availability: { n, source } }: TargetView): number {
  return source === "live" ? n : 0;
}

/** A value as it is printed, its unit apart. */
export function metricFigure(
  value: number | null,
  metric: MatrixMetric,
  f: Format,
): { readonly value: string; readonly unit: string } {
  if (value === null) {
    return { value: noValue, unit: "" };
  }
  switch (metric) {
    case "availability":
    case "fallbacks":
      return { value: f.percentValue(value), unit: "%" };
    case "p95":
      return { value: f.count(value), unit: "ms" };
    case "cost":
      return { value: f.money(value), unit: "" };
    case "load":
      return { value: f.count(value), unit: "" };
  }
}

/** What a value rests on. */
export function metricNote(
  target: TargetView,
  metric: MatrixMetric,
  windowMs: number,
  f: Format,
): Text {
  const { attempts, costNanoUsd, firstChoice, movedOut, p50Ms, ttftMs } = target;
  switch (metric) {
    case "availability":
      return {
        key: "matrix.latency",
        values: { p50: f.ms(p50Ms), ttft: f.ms(ttftMs) },
      };
    case "p95":
      return {
        key: "matrix.note.p95",
        values: { n: f.count(answersOf(target)), p50: f.ms(p50Ms) },
      };
    case "fallbacks":
      return {
        key: "matrix.note.fallbacks",
        values: { n: f.count(movedOut), of: f.count(firstChoice) },
      };
    case "cost":
      return {
        key: "matrix.note.cost",
        values: {
          n: f.count(attempts),
          money: f.money(attempts < minSamples ? null : costNanoUsd / attempts),
        },
      };
    case "load":
      return {
        key: "matrix.note.load",
        values: {
          n: f.count(Math.round(attempts / (windowMs / 60_000))),
          window: f.duration(windowMs),
        },
      };
  }
}

/** How many steps of lightness a scale has. */
export const scaleSteps = 5;

/** A scale of one hue from the least to the greatest value; null where there is nothing to compare. */
export interface Scale {
  readonly least: number;
  readonly most: number;
}

export function scaleOf(values: readonly (number | null)[]): Scale | null {
  const known = values.filter((value) => value !== null);
  const scale = { least: Math.min(...known), most: Math.max(...known) };
  return known.length < 2 || scale.least === scale.most ? null : scale;
}

/** The step of a value, from 0, the lightest, on; null without a scale or a value. */
export function scaleStep(value: number | null, scale: Scale | null): number | null {
  if (value === null || scale === null) {
    return null;
  }
  const share = (value - scale.least) / (scale.most - scale.least);
  return Math.min(scaleSteps - 1, Math.floor(share * scaleSteps));
}
