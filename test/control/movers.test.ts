import { describe, expect, it } from "vitest";
import { comparedTargets, moversOf } from "@/lib/control/movers";
import { type TargetFigures } from "@/lib/store/target-figures";

function figures(target: string, over: Partial<TargetFigures> = {}): TargetFigures {
  return {
    target,
    provider: "acme",
    region: "us-east",
    model: "gpt-4.1",
    succeeded: 100,
    failed: 0,
    costNanoUsd: 100_000,
    p95Ms: 1_000,
    ...over,
  };
}

const found = (now: TargetFigures[], former: TargetFigures[]) =>
  moversOf(comparedTargets(now, former));

describe("what moved most", () => {
  it.each([
    ["a p95", { p95Ms: 2_400 }, { measure: "p95", now: 2_400, former: 1_000, affected: 100 }],
    [
      "more errors",
      { succeeded: 80, failed: 20, costNanoUsd: 80_000 },
      { measure: "errors", now: 0.2, former: 0, n: 100, affected: 20 },
    ],
    ["a cost", { costNanoUsd: 150_000 }, { measure: "cost", now: 1_500, former: 1_000, n: 100 }],
  ] as const)("is %s", (_what, now, expected) => {
    expect(found([figures("a", now)], [figures("a")])).toMatchObject([expected]);
  });

  it("is what moved furthest of a target, in steps that are worth a look", () => {
    const now = figures("a", { p95Ms: 1_300, costNanoUsd: 900_000 });
    expect(found([now], [figures("a")])).toMatchObject([{ measure: "cost" }]);
  });

  it("counts as felt by those who were answered where errors became fewer", () => {
    const was = figures("a", { succeeded: 50, failed: 50, costNanoUsd: 50_000 });
    expect(found([figures("a")], [was])).toMatchObject([{ measure: "errors", affected: 100 }]);
  });

  it.each([
    ["a change that percentiles may have made up", { p95Ms: 1_220 }],
    ["a hair more errors", { succeeded: 995, failed: 5, costNanoUsd: 995_000 }],
    ["nineteen answers", { succeeded: 19, p95Ms: 9_000 }],
    ["a p95 of nothing", { p95Ms: null }],
    ["a cost that began", { costNanoUsd: 0 }],
  ])("is not %s", (_what, now) => {
    expect(found([figures("a", now)], [figures("a")])).toEqual([]);
  });

  it("is nothing of a target that nobody called before", () => {
    expect(found([figures("new", { p95Ms: 9_000 })], [])).toEqual([]);
  });

  it("are the five that moved furthest, those first that most calls felt", () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const now = names.map((name, index) =>
      figures(name, {
        succeeded: 100 - 10 * index,
        costNanoUsd: (100 - 10 * index) * 1_000,
        p95Ms: 2_000 + 1_000 * index,
      }),
    );
    const rows = found(
      now,
      names.map((name) => figures(name)),
    );
    expect(rows.map(({ target }) => target)).toEqual(["b", "c", "d", "e", "f"]);
  });
});
