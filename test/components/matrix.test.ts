import { describe, expect, it } from "vitest";
import { scaleHours } from "@/components/targets/film";
import { gridOf, problemsFirst } from "@/components/targets/grid";
import { heldFeed } from "@/components/lib/held-feed";
import { heldOrder } from "@/components/lib/held-order";
import {
  metricFigure,
  metricIn,
  metricNote,
  metricTotal,
  metricValue,
  scaleOf,
  scaleStep,
} from "@/components/targets/metric";

import { down, health, target } from "./fixtures";
import { wordsOf } from "./words";

const { f, say } = wordsOf("en");
const live = (n: number) => ({ ratio: 1, n, source: "live" }) as const;

describe("what a cell tells", () => {
  it.each([
    ["availability", 0.9996, "99.96 %", "p50 812 ms · TTFT 240 ms"],
    ["p95", 1_980, "1,980 ms", "n 2,914 · p50 812 ms"],
    ["fallbacks", 12 / 2_900, "0.41 %", "12 of 2,900 first meant for here"],
    ["cost", 4_200_000_000, "$4.20", "n 2,930 · $0.00143 an attempt"],
    ["load", 7, "7", "195 attempts a minute in 15 min"],
  ] as const)("of its %s", (metric, value, printed, note) => {
    const one = target({ inFlight: 7 });
    expect(metricValue(one, metric)).toBe(value);
    const { value: text, unit } = metricFigure(value, metric, f);
    expect([text, unit].filter(Boolean).join(" ")).toBe(printed);
    expect(say(metricNote(one, metric, 900_000, f))).toBe(note);
  });

  it("is a dash where it would rest on fewer than twenty", () => {
    expect(metricValue(target({ availability: live(19) }), "p95")).toBeNull();
    const probed = target({ availability: { ratio: 1, n: 40, source: "probe" } });
    expect(metricValue(probed, "p95")).toBeNull();
    expect(metricValue(target({ firstChoice: 19, movedOut: 9 }), "fallbacks")).toBeNull();
    expect(metricValue(target({ attempts: 0, costNanoUsd: 0 }), "cost")).toBeNull();
    expect(metricFigure(null, "p95", f)).toEqual({ value: "—", unit: "" });
  });

  it("adds up in the heads where it can", () => {
    const all = [target({ inFlight: 2 }), target({ inFlight: 3, firstChoice: 100, movedOut: 50 })];
    expect(metricTotal(all, "load")).toBe(5);
    expect(metricTotal(all, "cost")).toBe(8_400_000_000);
    expect(metricTotal(all, "fallbacks")).toBeCloseTo(62 / 3_000);
    expect(metricTotal(all, "p95")).toBeNull();
  });

  it("is what the address asks for", () => {
    expect(["p95", "load", "no-such", null].map(metricIn)).toEqual([
      "p95",
      "load",
      "availability",
      "availability",
    ]);
  });
});

describe("the scale of the cells", () => {
  it("goes from the least to the greatest value in five steps", () => {
    const scale = scaleOf([100, null, 600, 200]);
    expect(scale).toEqual({ least: 100, most: 600 });
    expect([100, 199, 200, 599, 600, null].map((value) => scaleStep(value, scale))).toEqual([
      0,
      0,
      1,
      4,
      4,
      null,
    ]);
  });

  it("is none where there is nothing to compare", () => {
    expect([scaleOf([]), scaleOf([7, null]), scaleOf([7, 7])]).toEqual([null, null, null]);
    expect(scaleStep(7, null)).toBeNull();
  });
});

describe("the order of the rows", () => {
  const fine = target({ model: "a" });
  const slow = target({ model: "b", state: "degraded" });
  const broken = down({ model: "c" });
  const view = health([fine, slow, broken, target({ model: "d" })]);

  it("has problems first, the worst before all, and the operator's order behind them", () => {
    expect(problemsFirst(view)).toEqual(["c", "b", "a", "d"]);
    expect(gridOf(view, problemsFirst(view)).rows.map(({ model }) => model)).toEqual([
      "c",
      "b",
      "a",
      "d",
    ]);
  });

  it("holds still, loses what is gone, and has what is new behind it", () => {
    expect(heldOrder(["c", "a", "e"], ["a", "b", "c"])).toEqual(["a", "c", "e"]);
    expect(heldOrder(["c", "a"], null)).toEqual(["c", "a"]);
  });

  it("keeps a feed on what was its newest, and counts what has come since", () => {
    const feed = ["d", "c", "b"].map((id) => ({ id }));
    const held = heldFeed(feed, "b");
    expect([held.shown.map(({ id }) => id), held.fresh]).toEqual([["b"], 2]);
    expect(heldFeed(feed, null)).toEqual({ shown: feed, fresh: 0 });
    // What was held is so old that it is not there any more.
    expect(heldFeed(feed, "a")).toEqual({ shown: feed, fresh: 0 });
  });
});

describe("the hours under the film", () => {
  const hour = 3_600_000;

  it("are of the reader's clock, and none of them hangs over an end", () => {
    const from = Date.UTC(2026, 10, 22, 8, 15);
    const hours = scaleHours(from, from + 24 * hour, "Asia/Seoul");
    const clock = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Seoul", timeStyle: "short" });
    expect(hours.map(({ at }) => clock.format(at))).toEqual([
      "18:00",
      "21:00",
      "00:00",
      "03:00",
      "06:00",
      "09:00",
      "12:00",
      "15:00",
    ]);
    // On a phone the first of them would stand half outside.
    expect(hours.filter(({ isMain }) => isMain).map(({ at }) => clock.format(at))).toEqual([
      "00:00",
      "06:00",
      "12:00",
    ]);
    const early = scaleHours(Date.UTC(2026, 10, 22, 8, 50), from + 24 * hour, "Asia/Seoul");
    expect(early[0]?.share).toBeGreaterThan(0.02);
  });

  it("count in zones that are half an hour aside too", () => {
    const from = Date.UTC(2026, 10, 22);
    expect(scaleHours(from, from + 24 * hour, "Asia/Kolkata").length).toBeGreaterThan(5);
  });
});
