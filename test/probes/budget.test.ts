import { describe, expect, it } from "vitest";
import { createProbeBudget, probeCost } from "@/lib/probes/budget";

const dayMs = 86_400_000;
const price = { inputNanoUsd: 2_000, outputNanoUsd: 8_000, cachedInputNanoUsd: 500 };

describe("the budget of probes", () => {
  it.each([
    ["all is left", 0, 1],
    ["all is spent", 100, 1],
    ["more is spent", 101, 4],
    ["nearly twice is spent", 199, 4],
    ["twice is spent", 200, null],
  ])("%s: intervals grow by the factor, or only free probes are left", (_name, spent, factor) => {
    const budget = createProbeBudget();
    budget.spend(spent, 0);
    expect(budget.stretch(100, 0)).toBe(factor);
  });

  it("is whole again with every UTC day", () => {
    const budget = createProbeBudget();
    budget.spend(500, dayMs - 1);
    expect(budget.stretch(100, dayMs - 1)).toBeNull();
    expect(budget.stretch(100, dayMs)).toBe(1);
    budget.spend(150, dayMs);
    expect(budget.stretch(100, dayMs)).toBe(4);
  });

  it("counts what the provider counted, at list price; an unknown price is null and not 0", () => {
    const usage = { promptTokens: 8, completionTokens: 1 };
    expect(probeCost(price, usage)).toEqual({ tokens: 9, nanoUsd: 24_000 });
    expect(probeCost(null, usage)).toEqual({ tokens: 9, nanoUsd: null });
    expect(probeCost(price, null)).toEqual({ tokens: 0, nanoUsd: 0 });
  });
});
