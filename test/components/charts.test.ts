import { describe, expect, it } from "vitest";
import { clustered, countTicks, outcomeRows, timeTicks } from "@/components/charts/outcome-rows";
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
