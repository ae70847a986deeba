import { type CallAlternatives, type CallDetail } from "../shared/contract";
import { targetLoadsIn } from "../store/attempt-stats";
import { findCall } from "../store/calls";
import {
  alternativesOf,
  fewIn,
  type Sample,
  type Span,
  spansAround,
  untriedIn,
} from "./alternatives-of";
import { isCallId, throwNoCall } from "./calls-page";
import { targetsAt } from "./price-book";
import { type ControlDeps, defineVerb } from "./verb";

/**
 * What the targets of a call's plan that it did not try would probably have meant: their median time around the call, of
 * an hour or, where that has too few answers, of a day; and the call's tokens at their prices. @throws {GatewayError} `not_found`.
 */
export const callAlternatives = defineVerb<{ readonly id: string }, CallAlternatives>(
  "read",
  async (_actor, deps, { id }) => {
    const call = (isCallId(id) ? await findCall(deps.db, id) : undefined) ?? throwNoCall();
    const ids = untriedIn(call).map(({ target }) => target);
    if (ids.length === 0) {
      return { generatedAt: Date.now(), alternatives: [] };
    }
    const [targets, samples] = await Promise.all([
      targetsAt(deps, call.revision),
      readSamples(deps, call, ids),
    ]);
    return { generatedAt: Date.now(), alternatives: alternativesOf(call, targets, samples) };
  },
);

async function readSamples(
  { db }: ControlDeps,
  { startedAt, demo }: Pick<CallDetail, "startedAt" | "demo">,
  ids: readonly string[],
): Promise<[Sample, ...Sample[]]> {
  const spans = spansAround(startedAt, Date.now());
  const read = async (span: Span, of: readonly string[]): Promise<Sample> => ({
    ...span,
    loads: await targetLoadsIn(db, { ...span, demo }, of),
  });
  const hour = await read(spans.hour, ids);
  const few = fewIn(hour, ids);
  return few.length === 0 ? [hour] : [hour, await read(spans.day, few)];
}
