/** What a rescue cost: the call as it was billed, less what its first choice would have taken for the same tokens. */
import type { Price } from "../core/types";
import { costNanoUsd, loggedUsage } from "./cost";

export type PricedCall = {
  readonly rescuedBy: string | null;
  readonly model: string | null;
  readonly firstModel: string | null;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly cachedTokens: number | null;
  readonly costNanoUsd: number | null;
};

/** Nano-USD, below zero where it was cheaper; null for a call without a rescue, and where a price or the tokens are unknown. */
export function rescueNanoUsd(call: PricedCall, prices: ReadonlyMap<string, Price>): number | null {
  const { rescuedBy, model, firstModel } = call;
  const first = prices.get(firstModel ?? "") ?? null;
  // What was paid is known in full only where the model that answered has a price.
  if (rescuedBy === null || call.costNanoUsd === null || !prices.has(model ?? "")) {
    return null;
  }
  const cost = costNanoUsd(first, loggedUsage(call));
  return cost === null ? null : call.costNanoUsd - cost;
}
