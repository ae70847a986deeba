import { describe, expect, it } from "vitest";
import {
  callsBefore,
  clustered,
  countTicks,
  outcomeRows,
  timeTicks,
} from "@/components/charts/outcome-rows";
import { frameOf } from "@/components/charts/frame";
import { areaPath, dotsPath, linePath, stacked } from "@/components/charts/series-paths";
import { shownTicks } from "@/components/charts/time-axis";
import { sparkGeometry } from "@/components/charts/spark-geometry";
import { stripPaths } from "@/components/charts/strip-paths";
import { tilesOf } from "@/components/metrics/tiles";
import { bucket, metrics } from "./fixtures";
import { wordsOf } from "./words";

describe("outcome rows", () => {
  const row = (t: number, gap = false) =>
    bucket(t, { firstTry: gap ? 0 : 5, refused: gap ? 0 : 1, gap });

  it("leave gaps empty and the running bucket out of the areas", () => {
    const rows = outcomeRows([row(0), row(1), row(2, true), row(3), row(4)], 4);
    expect(rows.map(({ firstTry }) => firstTry)).toEqual([5, 5, null, 5, null]);
    expect(rows.map(({ partial }) => partial)).toEqual([null, null, null, 6, 6]);
    expect(rows.map(({ isIsolated }) => isIsolated)).toEqual([false, false, false, true, false]);
  });
});

describe("the same hours before", () => {
  const hours = (t0: number, bucketMs: number, sums: readonly (number | null)[]) => ({
    bucketMs,
    series: sums.map((sum, index) =>
      bucket(t0 + index * bucketMs, { firstTry: sum ?? 0, gap: sum === null }),
    ),
  });

  it("are laid under the bucket that they were in, and gaps stay gaps", () => {
    const before = callsBefore(hours(0, 10, [4, null, 6]), 1_000, 10);
    expect([1_000, 1_010, 1_020, 1_030].map(before)).toEqual([4, null, 6, null]);
  });

  it("are as many as a bucket of this chart would have, where theirs were longer", () => {
    const before = callsBefore(hours(0, 30, [9, 3]), 1_000, 10);
    expect([1_000, 1_010, 1_020, 1_030].map(before)).toEqual([3, 3, 3, 1]);
  });
});

describe("axes", () => {
  it.each([
    [0, [0, 1]],
    [3, [0, 1, 2, 3]],
    [460, [0, 200, 400, 600]],
    [2400, [0, 1000, 2000, 3000]],
  ])("count to %s in round steps", (max, ticks) => {
    expect(countTicks(max)).toEqual(ticks);
  });

  it("stand on round instants, six at most", () => {
    const hour = 3_600_000;
    expect(timeTicks(60_000, hour)).toEqual([1, 2, 3, 4].map((n) => n * 900_000));
    expect(timeTicks(0, hour)[0]).toBe(900_000);
    expect(timeTicks(0, 24 * hour).length).toBeLessThanOrEqual(7);
  });

  it("leave out hours that have no room, and keep the last within the chart", () => {
    const ticks = [100, 150, 200, 392].map((x) => ({ x, text: "14:31" }));
    expect(shownTicks(ticks, 400).map(({ x }) => x)).toEqual([100, 150, 200, 392]);
    expect(shownTicks(ticks, 400).at(-1)?.textX).toBeLessThan(392);
    const days = ticks.map(({ x }) => ({ x, text: "11월 22일 일" }));
    expect(shownTicks(days, 400).map(({ x }) => x)).toEqual([100, 200, 392]);
  });

  it("join annotations that stand too close", () => {
    const groups = clustered([{ t: 30 }, { t: 0 }, { t: 5 }], 10);
    expect(groups).toEqual([[{ t: 0 }, { t: 5 }], [{ t: 30 }]]);
  });
});

describe("drawings", () => {
  const edges = { top: 10, bottom: 20, hours: 15 };
  const sizes = { width: 128, height: 130, left: 20, edges };
  const frame = frameOf({ ...sizes, from: 1_000, to: 2_000, domain: [0, 10] });
  const point = (t: number, value: number) => ({ t, value });

  it("put instants and values on pixels of the plot, and pixels back on instants", () => {
    expect([frame.left, frame.right, frame.top, frame.base]).toEqual([20, 120, 10, 110]);
    expect([1_000, 1_500, 2_000].map(frame.xOf)).toEqual([20, 70, 120]);
    expect([0, 5, 10].map(frame.yOf)).toEqual([110, 60, 10]);
    expect([0, 20, 70, 400].map(frame.atOf)).toEqual([1_000, 1_000, 1_500, 2_000]);
  });

  it("stand at their beginning where there is no span", () => {
    const flat = frameOf({ ...sizes, from: 5, to: 5, domain: [1, 1] });
    expect([flat.xOf(5), flat.yOf(1), flat.atOf(70)]).toEqual([20, 110, 5]);
  });

  it("break lines at gaps, and leave a value between two of them to its dot", () => {
    const points = [
      point(1_000, 0),
      point(1_100, 10),
      null,
      point(1_500, 5),
      null,
      point(1_900, 1),
    ];
    expect(linePath(points, "linear", frame)).toBe("M20 110L30 10");
    expect(linePath([null], "linear", frame)).toBe("");
  });

  it("hold a value from its instant on, or around it", () => {
    const points = [point(1_000, 0), point(1_200, 10)];
    expect(linePath(points, "stepAfter", frame)).toBe("M20 110H40V10");
    expect(linePath(points, "step", frame)).toBe("M20 110H30V10H40");
  });

  it("stack what is in a bucket, and let a gap be one of all", () => {
    const rows = [
      { t: 1_000, a: 1, b: 2 },
      { t: 1_500, a: 3, b: 0 },
      { t: 2_000, a: null, b: null },
    ];
    const [a = [], b = []] = stacked(rows, ["a", "b"], (row, key) => row[key as "a"]);
    expect(a.map((one) => one?.value)).toEqual([1, 3, undefined]);
    expect(b.map((one) => one && [one.floor, one.value])).toEqual([[1, 3], [3, 3], null]);
    expect(areaPath(b, "linear", frame)).toBe("M20 80L70 80L70 80L20 100Z");
  });

  it("stack from zero down what goes down, beside what goes up", () => {
    const rows = [{ t: 1_000, in: 4, out: 1, away: 2 }];
    const keys = ["in", "out", "away"] as const;
    const [up = [], one = [], two = []] = stacked(
      rows,
      keys,
      (row, key) => row[key],
      (key) => key !== "in",
    );
    const edges = [up, one, two].map(([point]) => point && [point.floor, point.value]);
    expect(edges).toEqual([
      [0, 4],
      [0, -1],
      [-1, -3],
    ]);
  });

  it("put dots that are under the scale at its base", () => {
    const upper = frameOf({ ...sizes, from: 1_000, to: 2_000, domain: [0.9, 1] });
    const rows = [0, 0.95, null].map((a, index) => ({ t: 1_000 + index * 500, a }));
    const dots = dotsPath(rows, "a", 0.9, upper).match(/M[^a]*/g);
    expect(dots).toEqual(["M18 110", "M68 60"]);
  });

  it("put ten times as much as far up everywhere on a scale of powers of ten", () => {
    const spread = frameOf({ ...sizes, from: 0, to: 1, domain: [10, 1_000], isLog: true });
    expect([10, 100, 1_000].map(spread.yOf)).toEqual([110, 60, 10]);
  });
});

describe("small drawings", () => {
  it("break a sparkline at a gap and end it at the last value", () => {
    const { d, last } = sparkGeometry([1, null, 2], { width: 106, height: 26, minSpan: 0 });
    expect(d.match(/M/g)).toHaveLength(2);
    expect(last).toEqual({ x: 103, y: 3 });
    expect(sparkGeometry([null], { width: 1, height: 1, minSpan: 0 }).d).toBe("");
  });

  it("draw one path for each state and the last minute as an outline", () => {
    const paths = stripPaths(["healthy", "down", null, "off", "off", "healthy"]);
    expect(Object.keys(paths).sort()).toEqual(["down", "gap", "healthy", "off", "partial"]);
    expect(paths.off?.match(/z/g)).toHaveLength(1);
  });
});

describe("tiles", () => {
  const { f, say, seen } = wordsOf("en");

  it("show the served rate and the providers' availability side by side, with n", () => {
    const [tile] = tilesOf(
      metrics([], { served: 25_211, failed: 5, servedRate: 25_211 / 25_216 }),
      f,
    );
    expect(tile).toMatchObject({ id: "served", value: "99.98", unit: "%" });
    expect(tile?.lines.map(say)).toEqual(["providers 98.2 % · n 25,216"]);
  });

  it("say how far each is from last week, and nothing where that had too few calls", () => {
    const view = metrics([], { p95Ms: 3_124, rescued: 30 });
    const deltas = (of: typeof view) =>
      Object.fromEntries(tilesOf(of, f).map(({ id, delta }) => [id, delta && say(delta)]));
    expect(deltas(view)).toMatchObject({
      served: "as before",
      rescued: "▲ from none",
      p95: "▲ 10 % slower",
    });
    const alone = { ...view.former, totals: { ...view.former.totals, calls: 3 } };
    expect(deltas({ ...view, former: alone })["p95"]).toBeNull();
  });

  it("draw no bucket that is not over", () => {
    const [tile] = tilesOf(metrics([{ firstTry: 50, failed: 50 }]), f);
    expect(tile?.spark.values).toHaveLength(59);
    expect(tile?.spark.values.at(-1)).toBe(1);
  });

  it("are dashes under twenty calls", () => {
    const few = tilesOf(metrics([], { served: 19, failed: 0, ttftN: 3 }), f);
    const values = Object.fromEntries(few.map(({ id, value }) => [id, seen(value)]));
    expect(values).toMatchObject({ served: "—", p95: "—", ttft: "—", costPerMTok: "—" });
  });
});
