import { describe, expect, it } from "vitest";
import { step } from "@/lib/core/step";
import { runArticle } from "@/lib/sim/article";
import { simulate } from "@/lib/sim/simulation";
import { countFalseOpenings } from "@/lib/sim/statistics";
import { swarmScenario } from "@/lib/sim/swarm";

describe("every rule holds", () => {
  it.each(Array.from({ length: 300 }, (_, index) => 10_000 + index))(
    "in the large random world of seed %d",
    (seed) => {
      const { violations } = simulate(swarmScenario(seed, { calls: 5_000 }), step);
      expect(violations).toEqual([]);
    },
  );
});

describe("5 % background errors", () => {
  it("turn a healthy target away at most once an hour, over more than 300 hours", () => {
    const counts = [1, 2, 3].flatMap((seed) => countFalseOpenings(step, 100 * seed));
    const hours = counts.reduce((sum, one) => sum + one.hours, 0);
    const openings = counts.reduce((sum, one) => sum + one.openings, 0);
    expect(hours).toBeGreaterThan(300);
    expect(openings / hours).toBeLessThanOrEqual(1);
  });
});

describe("the article's experiment", () => {
  it("of three whole months fails no call beside a healthy, enabled target", () => {
    const { result, neglected } = runArticle(step, 3);
    expect(neglected).toBe(0);
    expect(result.violations).toEqual([]);
  });
});
