import { describe, expect, it } from "vitest";
import {
  alternativesOf,
  fewIn,
  type Sample,
  spansAround,
  untriedIn,
} from "@/lib/control/alternatives-of";
import { type PricedTarget } from "@/lib/control/price-book";
import { type AttemptView } from "@/lib/shared/contract";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const now = Date.UTC(2026, 10, 27, 14, 7, 30);

function target(provider: string, model: string, outputUsd: number | null): PricedTarget {
  const id = `${provider}:eu:${model}`;
  const price =
    outputUsd === null
      ? null
      : { inputNanoUsd: 2_000, cachedInputNanoUsd: 500, outputNanoUsd: outputUsd * 1_000 };
  return { id, provider, region: "eu", model, upstreamModel: model, credential: null, price };
}

const answering = target("acme", "model-a", 8);
const same = target("acme", "model-b", 4);
const other = target("beta", "model-c", 16);
const free = target("beta", "model-d", null);
const targets = new Map([answering, same, other, free].map((one) => [one.id, one]));

const attempt: AttemptView = {
  seq: 1,
  startedAt: now,
  targetId: answering.id,
  provider: "acme",
  region: "eu",
  model: "model-a",
  outcome: "succeeded",
  reason: null,
  status: 200,
  error: null,
  health: true,
  ttftMs: null,
  durationMs: 900,
};

const eligible = ({ id }: PricedTarget) =>
  ({ target: id, decision: "eligible", reason: "chain_order" }) as const;

const call = {
  plan: [
    eligible(answering),
    { target: same.id, decision: "skipped" as const, reason: "open" },
    eligible(other),
    eligible(free),
    eligible(target("gone", "model-e", 1)),
  ],
  attempts: [attempt],
  // 60 × 2,000 + 40 × 500 + 10 × 8,000
  promptTokens: 100,
  cachedTokens: 40,
  completionTokens: 10,
  costNanoUsd: 220_000,
};

function load({ id }: PricedTarget, succeeded: number, p50Ms: number): Sample["loads"][number] {
  const rest = { promptTokens: 0, completionTokens: 0, costNanoUsd: 0, p95Ms: null };
  return { targetId: id, attempts: succeeded + 5, succeeded, p50Ms, ...rest };
}

const { hour: anHour, day: aDay } = spansAround(now - hour, now);
const inHour = { ...anHour, loads: [load(same, 20, 1_300), load(other, 19, 10)] };
const inDay = { ...aDay, loads: [load(other, 300, 700)] };

describe("what other targets would have meant", () => {
  it("is the median time around the call and its tokens at their price, for every one not tried", () => {
    expect(alternativesOf(call, targets, [inHour, inDay])).toEqual([
      {
        target: same.id,
        ...{ provider: "acme", region: "eu", model: "model-b" },
        ...{ decision: "skipped", reason: "open", sameProvider: true },
        ...{ p50Ms: 1_300, answers: 20, fromMs: anHour.fromMs, toMs: anHour.toMs },
        costNanoUsd: 180_000,
        costRatio: 180 / 220,
      },
      expect.objectContaining({
        target: other.id,
        sameProvider: false,
        // 19 answers in the hour are too few: the day tells.
        ...{ p50Ms: 700, answers: 300, fromMs: aDay.fromMs, toMs: aDay.toMs },
        costNanoUsd: 300_000,
        costRatio: 300 / 220,
      }),
      expect.objectContaining({
        target: free.id,
        ...{ p50Ms: null, answers: 0, fromMs: aDay.fromMs, costNanoUsd: null, costRatio: null },
      }),
    ]);
  });

  it("is no time of too few answers, however they went", () => {
    const few = { ...aDay, loads: [load(other, 19, 700)] };
    expect(alternativesOf(call, targets, [inHour, few])[1]).toMatchObject({
      p50Ms: null,
      answers: 19,
    });
  });

  it("compares costs only with one that is known in full", () => {
    const ratios = (changes: Partial<typeof call> | { costNanoUsd: null }) =>
      alternativesOf({ ...call, ...changes }, targets, [inHour]).map((one) => one.costRatio);
    expect(ratios({ costNanoUsd: null })).toEqual([null, null, null]);
    expect(ratios({ costNanoUsd: 0 })).toEqual([null, null, null]);
    // Its answer has no price: what it cost is the price of its failed attempts at most.
    expect(ratios({ attempts: [{ ...attempt, targetId: free.id }] })).toEqual([null, null, null]);
  });

  it("says nothing of cost without tokens, nor of a provider where nobody answered", () => {
    const failed = { ...attempt, outcome: "failed" as const };
    const [first] = alternativesOf(
      { ...call, attempts: [failed], completionTokens: null, costNanoUsd: null },
      targets,
      [inHour],
    );
    expect(first).toMatchObject({ costNanoUsd: null, costRatio: null, sameProvider: null });
  });

  it("is of nobody where all were tried", () => {
    const attempts = call.plan.map((entry) => ({ ...attempt, targetId: entry.target }));
    expect(untriedIn({ plan: call.plan, attempts })).toEqual([]);
  });

  it("needs twenty answers of each", () => {
    expect(fewIn(inHour, [same.id, other.id, free.id])).toEqual([other.id, free.id]);
  });
});

describe("the time around a call", () => {
  it.each([
    ["long over", now - day, "13:38:00", "14:38:00"],
    [
      "just over: the hour before now, with the minute that is not over",
      now - 1_000,
      "13:08:00",
      "14:07:30",
    ],
  ])("%s", (_, atMs, from, to) => {
    const { hour: span } = spansAround(atMs, now);
    expect(span.grain).toBe("minute");
    expect([clock(span.fromMs), clock(span.toMs)]).toEqual([from, to]);
  });

  it("is of quarters for a day, and for an hour whose minutes are pruned", () => {
    const { hour: short, day: long } = spansAround(now - 9 * day, now);
    expect([short.grain, clock(short.fromMs), clock(short.toMs)]).toEqual([
      "quarter",
      "13:45:00",
      "14:45:00",
    ]);
    expect([long.grain, long.toMs - long.fromMs]).toEqual(["quarter", day]);
    expect(spansAround(now - 8 * day + 90 * minute, now).hour.grain).toBe("minute");
    expect(spansAround(now - 8 * day + 30 * minute, now).hour.grain).toBe("quarter");
  });
});

function clock(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 19);
}
