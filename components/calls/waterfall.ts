import type { AttemptView, CallDetail } from "@/lib/shared/contract";

/** One line of a call's waterfall; times are milliseconds from its beginning. */
export type WaterfallRow =
  | { readonly kind: "gateway"; readonly fromMs: 0; readonly forMs: number }
  /** Nobody was asked: a limit's reset, or the pause before the same target is asked once more. */
  | { readonly kind: "wait"; readonly fromMs: number; readonly forMs: number }
  | {
      readonly kind: "attempt";
      readonly attempt: AttemptView;
      readonly fromMs: number;
      readonly forMs: number;
      /** From the beginning of the attempt; null when none came. */
      readonly firstTokenMs: number | null;
    };

/** Shorter gaps are the clock's, and not a wait. */
const shortestWaitMs = 10;

/** What a call spent its time on, line by line: the gateway's own part apart, then every attempt and the waits between. */
export function waterfallRows(
  call: Pick<CallDetail, "startedAt" | "totalMs" | "overheadUs" | "attempts">,
): WaterfallRow[] {
  let endMs = 0;
  const rows: WaterfallRow[] = [{ kind: "gateway", fromMs: 0, forMs: call.overheadUs / 1_000 }];
  for (const attempt of call.attempts) {
    const fromMs = Math.max(0, attempt.startedAt - call.startedAt);
    if (fromMs - endMs >= shortestWaitMs) {
      rows.push({ kind: "wait", fromMs: endMs, forMs: fromMs - endMs });
    }
    const { durationMs: forMs, ttftMs: firstTokenMs } = attempt;
    rows.push({ kind: "attempt", attempt, fromMs, forMs, firstTokenMs });
    endMs = Math.max(endMs, fromMs + forMs);
  }
  return rows;
}

/** A span within a whole, as percents that stay inside of it and can be seen. */
export function barOf(
  fromMs: number,
  forMs: number,
  wholeMs: number,
): { readonly left: number; readonly width: number } {
  const percent = (ms: number): number => (wholeMs <= 0 ? 0 : (ms / wholeMs) * 100);
  const left = Math.min(99.4, Math.max(0, percent(fromMs)));
  return { left, width: Math.min(100 - left, Math.max(0.6, percent(forMs))) };
}

/** Where the scale is marked: its beginning, middle and end, in whole milliseconds. */
export function ticksOf(wholeMs: number): number[] {
  return [0, Math.round(wholeMs / 2), Math.round(wholeMs)];
}
