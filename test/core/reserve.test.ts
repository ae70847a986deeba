import { describe, expect, it, test } from "vitest";
import type { Candidate } from "@/lib/core/plan";
import {
  type CallSize,
  expectedAnswerTokens,
  expectedCostNanoUsd,
  greatestCostNanoUsd,
} from "@/lib/core/reserve";
import type { Capabilities, Price } from "@/lib/core/types";
import { snapshotOf } from "./fixture";

const base: CallSize = { promptTokens: 100, promptBytes: () => 400, maxTokens: 50, choices: 1 };
const cheap: Price = { inputNanoUsd: 1, outputNanoUsd: 2, cachedInputNanoUsd: 1 };
const dear: Price = { inputNanoUsd: 3, outputNanoUsd: 10, cachedInputNanoUsd: 1 };

function candidate(
  model: string,
  price: Price | null,
  capabilities: Partial<Capabilities> = {},
): Candidate {
  const [target] = snapshotOf().targets.values();
  return {
    target: {
      ...target!,
      model,
      price,
      capabilities: { ...target!.capabilities, ...capabilities },
    },
    entryIndex: 0,
  };
}

test.each<[string, Partial<CallSize>, number | null, number]>([
  ["the caller's limit, while nothing else is known", {}, null, 50],
  ["twice the usual, when that is less", { maxTokens: 1_000 }, 200, 400],
  ["the caller's limit, when that is less", {}, 200, 50],
  ["twice the usual without a limit", { maxTokens: null }, 200, 400],
  ["a careful guess when nothing is known", { maxTokens: null }, null, 4_096],
  ["every choice", { choices: 3 }, null, 150],
])("expects %s", (_name, over, usual, tokens) => {
  expect(expectedAnswerTokens({ ...base, ...over }, usual)).toBe(tokens);
});

describe("what a call is expected to cost", () => {
  it("is what the dearest target would charge", () => {
    const candidates = [candidate("a", cheap), candidate("b", dear), candidate("c", null)];
    expect(expectedCostNanoUsd(candidates, base, () => null)).toBe(100 * 3 + 50 * 10);
  });

  it("goes by the answers of each target's own model", () => {
    const candidates = [candidate("short", dear), candidate("long", cheap)];
    const usual = (model: string): number => (model === "short" ? 1 : 1_000_000);
    const needs = { ...base, maxTokens: 1_000 };
    expect(expectedCostNanoUsd(candidates, needs, usual)).toBe(100 + 1_000 * 2);
  });

  it("is nothing where nobody has a price", () => {
    expect(expectedCostNanoUsd([candidate("a", null)], base, () => null)).toBe(0);
  });
});

describe("what a call can cost at most", () => {
  it("counts every byte as a token, and an answer as long as the caller allows", () => {
    expect(greatestCostNanoUsd([candidate("a", cheap), candidate("b", dear)], base)).toBe(
      500 * 3 + 50 * 10,
    );
  });

  it("goes by the model's own limit when the caller has none", () => {
    const needs = { ...base, maxTokens: null };
    const limited = candidate("a", dear, { outputTokens: 70, contextTokens: 9_000 });
    expect(greatestCostNanoUsd([limited], needs)).toBe(500 * 3 + 70 * 10);
    const wide = candidate("a", dear, { outputTokens: null, contextTokens: 9_000 });
    expect(greatestCostNanoUsd([wide], needs)).toBe(500 * 3 + 9_000 * 10);
  });

  it("is unknown without a price, or without any limit of the answer", () => {
    expect(greatestCostNanoUsd([candidate("a", cheap), candidate("b", null)], base)).toEqual({
      why: "no_price",
      model: "b",
    });
    const open = candidate("a", cheap, { outputTokens: null, contextTokens: null });
    expect(greatestCostNanoUsd([open], { ...base, maxTokens: null })).toEqual({
      why: "no_answer_limit",
      model: "a",
    });
  });
});
