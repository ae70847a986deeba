import type { BreakerFigures, TargetView } from "@/lib/shared/contract";
import type { Format } from "@/lib/shared/format";
import type { Text } from "../i18n/messages";
import { shownState } from "./state";

const bars = ["credential_dead", "region_down", "blocked", "probe_down"] as const;
type Bar = (typeof bars)[number];

/**
 * How a breaker stands, what it counts against what opens it, and what comes next, or that something else
 * keeps calls away; none where no node has said so.
 */
export function breakerTexts(target: TargetView, f: Format, nowMs: number): Text[] {
  const { breaker, figures, consecutiveFailures } = target;
  if (figures === null) {
    return [];
  }
  const state = stateText(breaker, figures, f, nowMs);
  const bar = barOf(target);
  if (bar !== null) {
    return [{ key: `breaker.keptOut.${bar}` }, state];
  }
  if (breaker !== "closed") {
    return [state, ...trialTexts(breaker, figures, f, nowMs), ...closingTexts(figures, f)];
  }
  const { runToOpen, share, ratio, step, longestOpenMs, observed } = figures;
  const observes: Text[] = observed ? [{ key: "breaker.observes" }] : [];
  const backoff: Text[] =
    step === 0
      ? []
      : [{ key: "breaker.nextOpening", values: { longest: f.duration(longestOpenMs) } }];
  return [
    state,
    { key: "breaker.run", values: { n: consecutiveFailures, of: runToOpen } },
    ...(share.failed === 0 ? [] : [{ key: "breaker.share", values: share } as const]),
    ...(ratio.failed === 0 ? [] : [{ key: "breaker.ratio", values: ratio } as const]),
    ...backoff,
    ...observes,
  ];
}

/** What keeps calls away whatever the breaker does; null where the breaker has the say. */
function barOf(target: TargetView): Bar | null {
  return shownState(target) === "down" ? (bars.find((bar) => bar === target.label) ?? null) : null;
}

function stateText(
  breaker: TargetView["breaker"],
  { since }: BreakerFigures,
  f: Format,
  nowMs: number,
): Text {
  return breaker === "closed" || since === null
    ? { key: `breaker.state.${breaker}` }
    : { key: `breaker.for.${breaker}`, values: { since: f.duration(nowMs - since) } };
}

function trialTexts(
  breaker: TargetView["breaker"],
  { until }: BreakerFigures,
  f: Format,
  nowMs: number,
): Text[] {
  if (breaker === "half_open") {
    return [{ key: "breaker.trials" }];
  }
  if (until === null) {
    return [];
  }
  return until <= nowMs
    ? [{ key: "breaker.trialDue" }]
    : [{ key: "breaker.trialIn", values: { left: f.duration(until - nowMs) } }];
}

function closingTexts({ goodToClose, step, longestOpenMs }: BreakerFigures, f: Format): Text[] {
  const closes: Text[] =
    goodToClose === null ? [] : [{ key: "breaker.closes", values: { n: goodToClose } }];
  const longest = f.duration(longestOpenMs);
  return [...closes, { key: "breaker.step", values: { n: step + 1, longest } }];
}
