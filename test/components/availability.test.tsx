import { describe, expect, it } from "vitest";
import { countText, seriesCsv, valueText } from "@/components/charts/series-texts";
import { figuresQueries } from "@/components/lib/queries";
import { mergedShares } from "@/components/charts/shares";
import { availabilityOf } from "@/components/objects/availability";
import { ObjectCharts } from "@/components/objects/object-charts";
import type { ObjectBucket, ObjectView } from "@/lib/shared/contract";
import { now } from "./fixtures";
import { rendered } from "./rendered";
import { wordsOf } from "./words";

const minuteMs = 60_000;
const percent = (value: number): string => `${Math.round(value * 100)} %`;

/** What [attempts, successes] of buckets come to: the share in per cent, of how many attempts, in how many buckets. */
function merged(...buckets: [n: number, succeeded: number][]): (string | null)[] {
  const shares = mergedShares(
    buckets.map(([n, succeeded]) => ({ n, succeeded })),
    buckets.length,
  );
  return shares.map(({ value, n, buckets }) =>
    value === null ? null : `${percent(value)} ${n}${buckets > 1 ? `/${buckets}` : ""}`,
  );
}

type Part = ObjectBucket["parts"][string];

function bucket(t: number, parts: Record<string, Partial<Part>>): ObjectBucket {
  const none = { n: 0, succeeded: 0, tokensPerSecond: null, probes: 0, probesPassed: 0 };
  const whole = Object.entries(parts).map(([name, part]) => [name, { ...none, ...part }] as const);
  const attempts = whole.reduce((sum, [, { n }]) => sum + n, 0);
  return {
    ...{
      t,
      gap: attempts === 0,
      attempts,
      failed: 0,
      errors: {},
      parts: Object.fromEntries(whole),
    },
    ...{ ttftN: 0, ttftP50Ms: null, ttftP95Ms: null, ttftP99Ms: null },
    ...{ totalN: 0, p50Ms: null, p95Ms: null, p99Ms: null },
    ...{ movedOut: 0, movedIn: 0, movedTo: {}, movedFrom: {} },
  };
}

describe("buckets of few attempts", () => {
  it("are taken together from the last one back until they are twenty", () => {
    expect(merged([10, 10], [10, 9], [30, 30], [9, 9], [9, 8], [2, 0])).toEqual([
      ...["95 % 20/2", "95 % 20/2", "100 % 30"],
      ...["85 % 20/3", "85 % 20/3", "85 % 20/3"],
    ]);
  });

  it("at the beginning are told with what follows them", () => {
    expect(merged([3, 0], [12, 12], [10, 10])).toEqual(["88 % 25/3", "88 % 25/3", "88 % 25/3"]);
  });

  it("are together over three without any, and never over more; what is too few then has no share", () => {
    const none: [number, number][] = [0, 0, 0].map(() => [0, 0]);
    expect(merged([10, 5], ...none, [10, 10])).toEqual(Array(5).fill("75 % 20/5"));
    expect(merged([19, 5], ...none, [0, 0], [20, 20])).toEqual([
      ...[null, null, null, null, null],
      "100 % 20",
    ]);
  });

  it("leave the one that is not over to itself", () => {
    const shares = mergedShares(
      [15, 15, 5].map((n) => ({ n, succeeded: n })),
      2,
    );
    expect(shares.map(({ value, n }) => [value, n])).toEqual([
      [1, 30],
      [1, 30],
      [null, 5],
    ]);
  });
});

describe("a chart of availability", () => {
  const series = [
    bucket(0, { east: { n: 12, succeeded: 12 }, west: { n: 40, succeeded: 40, probes: 2 } }),
    bucket(minuteMs, { east: { n: 12, succeeded: 6, probes: 3 }, a: { n: 1 }, b: { n: 2 } }),
    bucket(2 * minuteMs, { east: { probes: 4, probesPassed: 1 } }),
  ];
  const lines = ["east", "west", "other"].map((key) => ({ key, label: key, color: "" }));
  const places = { east: ["east"], west: ["west"], other: ["a", "b"] };
  const data = { lines, ...availabilityOf(series, 2 * minuteMs, places) };

  it("tells what a share is of, and probes by their name", () => {
    const { t, f, seen } = wordsOf("en");
    const words = { t, f, formatValue: percent };
    const told = (key: string): string[] =>
      series.flatMap((_, at) => [
        valueText(data, key, at, words),
        seen(countText(data, key, at, minuteMs, words) ?? ""),
      ]);
    const both = ["75 %", "24 / 2 × 1 min"];
    expect(told("east")).toEqual([...both, ...both, "probes 25 %", "0"]);
    expect(told("west")).toEqual(["100 %", "40", "—", "0", "—", "0"]);
    expect(told("other")).toEqual(["—", "0", "—", "3", "—", "0"]);
  });

  it("tells the same as a file, where nothing is counted twice unsaid", () => {
    expect(seriesCsv(data).split("\r\n").slice(0, 4)).toEqual([
      "time_utc,east,west,other,east n,west n,other n,east buckets,east probes",
      "1970-01-01T00:00:00.000Z,0.75,1,,24,40,0,2,",
      "1970-01-01T00:01:00.000Z,0.75,,,24,0,3,2,",
      "1970-01-01T00:02:00.000Z,,,,0,0,0,,0.25",
    ]);
  });
});

describe("the charts of a model", () => {
  function page(series: ObjectBucket[]): string {
    const figures = { id: "gpt-4.1" } as ObjectView["figures"];
    const view: ObjectView = {
      ...{ generatedAt: now, range: "1h", kind: "model", figures, sloServedPercent: 99.9, series },
      ...{ from: 0, to: 3 * minuteMs, bucketMs: minuteMs, partialFrom: 2 * minuteMs },
      ...{ flows: [], annotations: [] },
    };
    return rendered(<ObjectCharts kind="model" id="gpt-4.1" />, {
      read(client) {
        client.setQueryData(figuresQueries.one("model", "gpt-4.1", "1h").queryKey, view);
      },
    });
  }

  it("say of a place without calls now that it has no value, and of one with a few that they are", () => {
    const parts = { down: { n: 50, succeeded: 50 }, few: { n: 2, succeeded: 2 } };
    const legend = page([bucket(0, parts), bucket(minuteMs, {}), bucket(2 * minuteMs, {})]);
    const of = (name: string): string =>
      new RegExp(`>${name}</span><b[^>]*>([^<]*)`).exec(legend)?.[1] ?? "";
    expect([of("down"), of("few")]).toEqual(["—", "— too few"]);
  });

  it("have no errors only where there were attempts, and tell of probes that failed", () => {
    const probed = { east: { probes: 4, probesPassed: 1 } };
    expect(page([bucket(0, probed)])).toContain("No attempts in this range. 3 probes failed.");
    expect(page([bucket(0, {})])).not.toContain("No errors");
    expect(page([bucket(0, { east: { n: 1, succeeded: 1 } })])).toContain(
      "No errors in this range.<",
    );
  });

  it("say that there were no attempts only where there were none", () => {
    const dead = page([{ ...bucket(0, { east: { n: 4 } }), attempts: 4 }]);
    expect(dead).not.toContain("No attempts in this range.");
    expect(dead).toContain("No answers to measure in this range.");
    expect(dead).toContain("No call had to be answered by another one.");
  });
});
