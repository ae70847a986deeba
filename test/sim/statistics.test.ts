import { describe, expect, it, vi } from "vitest";
import { step } from "@/lib/core/step";
import { article, articleScenario, runArticle } from "@/lib/sim/article";
import { simulateSwarm } from "@/lib/sim/many";
import { articleReport, manyReport } from "@/lib/sim/report";
import { countFalseOpenings } from "@/lib/sim/statistics";

// A busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

describe("5 % background errors", () => {
  it("turn a healthy target away at most once an hour, at any rate", () => {
    const counts = countFalseOpenings(step, 1, 0.08);
    const hours = counts.reduce((sum, one) => sum + one.hours, 0);
    const openings = counts.reduce((sum, one) => sum + one.openings, 0);
    expect(openings / hours).toBeLessThanOrEqual(1);
    expect(counts.every(({ violations }) => violations === 0)).toBe(true);
  });
});

describe("the article's experiment", () => {
  it("has its number of calls, and its table says what its counts leave out", () => {
    expect(articleScenario(1).maxCalls).toBe(article.calls);
    expect(article.calls - article.succeeded - article.failed).toBe(247);
  });

  it("fails no call beside a healthy, enabled target", () => {
    const ran = runArticle(step, 1, 0.02);
    const { ledger, violations } = ran.result;
    const table = articleReport(ran);
    expect(ran.neglected).toBe(0);
    expect(violations).toEqual([]);
    expect(ledger.calls).toBe(Math.round(article.calls * 0.02));
    expect(ledger.served / ledger.calls).toBeGreaterThanOrEqual(0.9985);
    expect(ran.latencyMs.business.mean).toBeGreaterThan(110);
    expect(ran.latencyMs.business.mean).toBeLessThan(150);
    expect(ran.latencyMs.night.mean ?? 0).toBeLessThan(ran.latencyMs.peak.mean ?? 0);
    expect(table).toContain("527612 (99.85 %)");
    expect(table).toContain("247 (0.05 %)");
  });
});

describe("a run of many worlds", () => {
  it("makes as many calls as it was asked for, breaks no rule and tells what it found", () => {
    const result = simulateSwarm(step, 7, 6_000);
    const text = manyReport(result, 1);
    expect(result.ledger.calls).toBeGreaterThanOrEqual(6_000);
    expect(result.findings).toEqual([]);
    expect(text).toContain(`decision hash`);
    expect(text).toContain(result.digest);
  });

  it("comes to the same hash again, and to another with another seed", () => {
    const digest = (seed: number) => simulateSwarm(step, seed, 1_500).digest;
    expect(digest(9)).toBe(digest(9));
    expect(digest(9)).not.toBe(digest(10));
  });
});
