import { minSamples } from "@/components/lib/targets/availability";
import type { CallTotals } from "@/lib/shared/contract";

type Totals = Pick<CallTotals, "served" | "p95Ms" | "costNanoUsd">;

/** Over what a call is slow or dear, and the figure that says so; null where too few calls came for one. */
export interface Threshold {
  readonly over: number;
  readonly figure: number | null;
}

const slowMs = 10_000;
const dearNanoUsd = 10_000_000;
/** A call is dear from so many times the mean on. */
export const dearFactor = 5;

/** Milliseconds: the p95 of the range, rounded up to two digits; 10 s where it rests on too few calls. */
export function slowOver(totals: Totals | undefined): Threshold {
  const figure = isKnown(totals) ? totals.p95Ms : null;
  return figure === null ? { over: slowMs, figure } : { over: twoDigits(figure), figure };
}

/** Nano-USD: five times the mean of the range, rounded up to two digits; one cent where it rests on too few calls. */
export function dearOver(totals: Totals | undefined): Threshold {
  const figure =
    isKnown(totals) && totals.costNanoUsd > 0 ? totals.costNanoUsd / totals.served : null;
  return figure === null
    ? { over: dearNanoUsd, figure }
    : { over: twoDigits(dearFactor * figure), figure };
}

function isKnown(totals: Totals | undefined): totals is Totals {
  return totals !== undefined && totals.served >= minSamples;
}

function twoDigits(amount: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, amount))) - 1);
  return Math.ceil(amount / step) * step;
}
