/** What other targets than those that a call tried would probably have meant: by what they were at that time. */
import { costNanoUsd, loggedUsage } from "../pricing/cost";
import { type CallAlternative, type CallDetail } from "../shared/contract";
import { type TargetLoad } from "../store/attempt-stats";
import { type Window } from "../store/rollups";
import { type PricedTarget } from "./price-book";
import { minutesKeptMs } from "./ranges";

export type Span = Pick<Window, "grain" | "fromMs" | "toMs">;

/** How targets were in a span of time. */
export type Sample = Span & { readonly loads: readonly TargetLoad[] };

type AskedCall = Pick<
  CallDetail,
  "plan" | "attempts" | "promptTokens" | "completionTokens" | "cachedTokens" | "costNanoUsd"
>;

const minuteMs = 60_000;
const quarterMs = 15 * minuteMs;
const hourMs = 4 * quarterMs;
const dayMs = 24 * hourMs;
/** Fewer say nothing. */
const fewest = 20;

/** The hour and the day with an instant in their middle, or as much of them before now; of whole buckets. */
export function spansAround(
  atMs: number,
  nowMs: number,
): { readonly hour: Span; readonly day: Span } {
  const areMinutesKept = atMs - hourMs > nowMs - minutesKeptMs;
  return {
    hour: spanAround(atMs, nowMs, hourMs, areMinutesKept ? "minute" : "quarter"),
    day: spanAround(atMs, nowMs, dayMs, "quarter"),
  };
}

function spanAround(
  atMs: number,
  nowMs: number,
  lengthMs: number,
  grain: "minute" | "quarter",
): Span {
  const stepMs = grain === "minute" ? minuteMs : quarterMs;
  const endMs = Math.ceil(Math.min(atMs + lengthMs / 2, nowMs) / stepMs) * stepMs;
  return { grain, fromMs: endMs - lengthMs, toMs: Math.min(endMs, nowMs) };
}

/** The targets of a call's plan that it did not try. */
export function untriedIn({
  plan,
  attempts,
}: Pick<AskedCall, "plan" | "attempts">): AskedCall["plan"] {
  const tried = new Set(attempts.map(({ targetId }) => targetId));
  return plan.filter(({ target }) => !tried.has(target));
}

/** Those of `ids` of which a sample has too few answers. */
export function fewIn({ loads }: Sample, ids: readonly string[]): string[] {
  const enough = new Set(loads.filter(isEnough).map(({ targetId }) => targetId));
  return ids.filter((id) => !enough.has(id));
}

/** What each target that the call did not try would have meant; the first of `samples` with enough answers tells its time. */
export function alternativesOf(
  call: AskedCall,
  targets: ReadonlyMap<string, PricedTarget>,
  samples: readonly [Sample, ...Sample[]],
): CallAlternative[] {
  const answer = call.attempts.findLast(({ outcome }) => outcome === "succeeded");
  // What was paid is known in full only where the target that answered has a price.
  const isPaidKnown = (targets.get(answer?.targetId ?? "")?.price ?? null) !== null;
  const paid = isPaidKnown ? call.costNanoUsd : null;
  const usage = loggedUsage(call);
  return untriedIn(call).flatMap(({ target: id, decision, reason }) => {
    const target = targets.get(id);
    if (target === undefined) {
      return [];
    }
    const { provider, region, model, price } = target;
    const cost = costNanoUsd(price, usage);
    return {
      target: id,
      ...{ provider, region, model, decision, reason },
      sameProvider: answer === undefined ? null : answer.provider === provider,
      ...timeOf(id, samples),
      costNanoUsd: cost,
      costRatio: cost === null || paid === null || paid === 0 ? null : cost / paid,
    };
  });
}

function timeOf(
  id: string,
  samples: readonly [Sample, ...Sample[]],
): Pick<CallAlternative, "p50Ms" | "answers" | "fromMs" | "toMs"> {
  const { loads, fromMs, toMs } =
    samples.find((sample) => fewIn(sample, [id]).length === 0) ?? samples.at(-1) ?? samples[0];
  const load = loads.find(({ targetId }) => targetId === id);
  const p50Ms = load !== undefined && isEnough(load) ? load.p50Ms : null;
  return { p50Ms, answers: load?.succeeded ?? 0, fromMs, toMs };
}

function isEnough({ succeeded }: TargetLoad): boolean {
  return succeeded >= fewest;
}
