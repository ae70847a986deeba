import { describe, expect, it } from "vitest";
import { csvText } from "@/components/charts/csv";
import { hiddenAfter } from "@/components/charts/legend";
import { laneMarks } from "@/components/charts/marks";
import {
  byLastValue,
  isTooFew,
  lastValue,
  logScale,
  scaleFromZero,
  scaleOfShares,
  seriesEnds,
} from "@/components/charts/series";
import { afterText, followedBy } from "@/components/changes/followed";
import { changeIn, changeText } from "@/components/lib/open-change";
import {
  instantsOf,
  rangeBetween,
  rangeEndingWith,
  rangeIn,
  rangeQuery,
  withRange,
} from "@/components/lib/range";
import { rangeText } from "@/components/lib/range-text";
import { deltaText } from "@/components/metrics/delta";
import { moverChange, moverValue } from "@/components/metrics/mover-texts";
import { servedRate } from "@/components/metrics/served-rate";
import { topNames } from "@/components/objects/top-names";
import { reachedApps } from "@/components/metrics/verdict-facts";
import { linkTo } from "@/components/shell/nav-links";
import { type Change, type Mover } from "@/lib/shared/contract";
import { metrics, now } from "./fixtures";
import { wordsOf } from "./words";

const en = wordsOf("en");
const minute = 60_000;

describe("the range in an address", () => {
  const of = (text: string) => rangeIn(new URLSearchParams(text));
  const fixed = "from=2026-11-23T04:00:00.000Z&to=2026-11-23T05:00:00.000Z";

  it.each([
    ["r=6h", "6h"],
    ["", "1h"],
    ["r=7y", "1h"],
    [fixed, "2026-11-23T04:00:00.000Z/2026-11-23T05:00:00.000Z"],
    ["from=2026-11-23T13:00:00%2B09:00&to=2026-11-23T05:00Z", of(fixed)],
    [`r=6h&${fixed}`, of(fixed)],
    ["from=2026-11-23T05:00:00Z&to=2026-11-23T04:00:00Z&r=6h", "6h"],
    ["from=yesterday&to=2026-11-23T04:00:00Z", "1h"],
    ["from=2026-11-23T04:00:00Z", "1h"],
  ])("%s is %s", (text, range) => {
    expect(of(text)).toBe(range);
  });

  it("is kept by links, and replaced as a whole", () => {
    expect(linkTo("/models", new URLSearchParams(`${fixed}&app=shop`))).toBe(
      `/models?${new URLSearchParams(fixed).toString()}`,
    );
    expect(linkTo("/models", new URLSearchParams())).toBe("/models");
    const search = new URLSearchParams(`app=shop&${fixed}`);
    expect(withRange(search, "7d").toString()).toBe("app=shop&r=7d");
    const back = withRange(withRange(search, "7d"), of(fixed));
    expect([...back.keys()]).toEqual(["app", "from", "to"]);
  });

  it("is asked for as the operator API wants it", () => {
    expect(rangeQuery("6h").toString()).toBe("range=6h");
    const range = rangeBetween(now - minute, now);
    expect(instantsOf(range)).toEqual({ fromMs: now - minute, toMs: now });
    expect([...rangeQuery(range).keys()]).toEqual(["from", "to"]);
    expect(instantsOf("6h")).toBeNull();
  });

  it("ends with the minute of a call that it leads to", () => {
    const range = rangeEndingWith(now - 20_000, 60 * minute);
    expect(instantsOf(range)).toEqual({ fromMs: now - 60 * minute, toMs: now });
    expect(instantsOf(rangeEndingWith(now, minute))).toEqual({ fromMs: now, toMs: now + minute });
  });

  it("is a part of a sentence", () => {
    expect(en.seen(rangeText("6h", en.t, en.f))).toBe("the last 6 h");
    const range = rangeBetween(now - 60 * minute, now);
    expect(rangeText(range, en.t, en.f)).toBe("Mon 23 Nov 13:32–14:32");
    expect(en.f.between(now, now + 20 * 60 * minute)).toBe("Mon 23 Nov 14:32–Tue 24 Nov 10:32");
  });
});

describe("how far a figure is from what it was", () => {
  const many = (value: number | null) => ({ value, n: 100 });
  it.each([
    ["time", 1_090, 1_000, "▲ 9 % slower", "▲ 9 % 느림"],
    ["time", 970, 1_000, "▼ 3 % faster", "▼ 3 % 빠름"],
    ["time", 4_700, 1_000, "▲ 4.7× as slow", "▲ 4.7× 느림"],
    ["amount", 612, 102, "▲ 6× as many", "▲ 6× 많음"],
    ["amount", 50, 100, "▼ 50 % less", "▼ 50 % 적음"],
    ["amount", 3, 0, "▲ from none", "▲ 이전에는 없음"],
    ["amount", 0, 0, "as before", "변화 없음"],
    ["share", 0.834, 0.999, "▼ 16.5 points lower", "▼ 16.5 %p 낮음"],
    ["share", 0.9999, 0.9997, "▲ 0.02 points higher", "▲ 0.02 %p 높음"],
  ] as const)("%s: %s after %s", (kind, value, former, english, korean) => {
    const told = (locale: "en" | "ko"): string => {
      const { f, say } = wordsOf(locale);
      return say(deltaText(kind, many(value), many(former), f));
    };
    expect(told("en")).toBe(english);
    expect(told("ko")).toBe(korean);
  });

  it("is not told of fewer than twenty, or of what is not known", () => {
    const none = { key: "delta.none" };
    expect(deltaText("time", { value: 2, n: 19 }, many(1), en.f)).toEqual(none);
    expect(deltaText("time", many(2), { value: 1, n: 19 }, en.f)).toEqual(none);
    expect(deltaText("share", many(null), many(1), en.f)).toEqual(none);
  });
});

describe("a mover", () => {
  const mover: Mover = {
    ...{ target: "acme:us-east:gpt-4.1", provider: "acme", region: "us-east", model: "gpt-4.1" },
    ...{ measure: "p95", now: 4_120, former: 1_690, n: 96, formerN: 80, affected: 96 },
  };

  it("prints its figures with their units, and how far it went in words", () => {
    expect(en.seen(moverValue("p95", 4_120, en.f))).toBe("4,120 ms");
    expect(en.seen(moverValue("errors", 0.239, en.f))).toBe("23.9 %");
    expect(moverValue("cost", 1_640_000, en.f)).toBe("$0.00164");
    expect(en.say(moverChange(mover, en.f))).toBe("▲ 2.4× as slow");
    const errors = { ...mover, measure: "errors", now: 0.239, former: 0 } as const;
    expect(en.say(moverChange(errors, en.f))).toBe("▲ 23.9 points higher");
  });
});

describe("whom failures reached", () => {
  it("is told by name and number, three at most", () => {
    const failing = ["shop", "ci", "bot", "docs"].map((id) => ({ id, failed: 2, calls: 1_000 }));
    const reached = reachedApps({ active: 5, failing }, en.f);
    expect(reached?.apps.map(en.say)).toEqual([
      "shop (2 of 1,000)",
      "ci (2 of 1,000)",
      "bot (2 of 1,000)",
    ]);
    expect(reached?.more).toBe(1);
    expect(reachedApps({ active: 5, failing: [] }, en.f)).toBeNull();
  });
});

describe("the line of the served rate", () => {
  it("is of neighbouring minutes that have twenty calls or attempts together, and says of how many", () => {
    const view = metrics([
      { firstTry: 10, rescued: 1, failed: 0, attemptsSucceeded: 19, attemptsFailed: 9 },
      { firstTry: 7, rescued: 1, failed: 1, attemptsSucceeded: 5, attemptsFailed: 0 },
      { firstTry: 1, failed: 1 },
    ]);
    const { rows, counts, spans } = servedRate(view);
    expect(rows.slice(-3)).toMatchObject([
      { served: 0.95, providers: 24 / 33 },
      { served: 0.95, providers: 24 / 33 },
      { served: null, providers: null },
    ]);
    expect(counts.slice(-3).map(({ served }) => served)).toEqual([20, 20, 2]);
    expect(spans.slice(-4).map(({ served }) => served)).toEqual([null, 2, 2, null]);
  });

  it.each([
    [0.999, [0.99, 0.9925, 0.995, 0.9975, 1]],
    [0.96, [0.95, 0.9625, 0.975, 0.9875, 1]],
    [0.3, [0, 0.25, 0.5, 0.75, 1]],
  ])("with a lowest of %s is drawn on a scale that holds it", (lowest, ticks) => {
    const found = scaleOfShares(
      [
        { t: 0, a: lowest },
        { t: 1, a: 1 },
        { t: 2, a: null },
      ],
      ["a"],
    );
    expect(found).toEqual({ domain: [ticks[0], 1], ticks });
  });

  it("is not drawn on a scale of probes, unless there is nothing else", () => {
    const probes = [{ t: 0, a: 0, b: null }];
    expect(scaleOfShares([{ t: 0, a: null, b: 0.96 }], ["a", "b"], probes).domain[0]).toBe(0.95);
    expect(scaleOfShares([{ t: 0, a: null, b: null }], ["a", "b"], probes).domain[0]).toBe(0);
  });
});

describe("a scale", () => {
  it("goes down from zero as far as what goes down, in the same steps", () => {
    const rows = [{ t: 0, in: 8, out: 3 }];
    const both = [{ key: "in" }, { key: "out", goesDown: true }];
    const { domain, ticks } = scaleFromZero(rows, both, "stack");
    expect(ticks).toEqual([-4, -2, 0, 2, 4, 6, 8]);
    expect(domain).toEqual([-4, 8]);
    expect(scaleFromZero(rows, both.slice(0, 1), "stack").domain[0]).toBe(0);
  });

  it("of powers of ten holds all values between round ones, and has no place for zero", () => {
    const rows = [
      { t: 0, p50: 130, p99: 4_200 },
      { t: 1, p50: null, p99: 900 },
    ];
    expect(logScale(rows, ["p50", "p99"])).toEqual({
      domain: [100, 5_000],
      ticks: [100, 200, 500, 1_000, 2_000, 5_000],
    });
    expect(logScale([{ t: 0, a: 3, b: 70_000 }], ["a", "b"])?.ticks).toEqual([
      2, 10, 100, 1_000, 10_000, 100_000,
    ]);
    expect(logScale([{ t: 0, a: 0 }], ["a"])).toBeNull();
    expect(logScale([], ["a"])).toBeNull();
  });
});

describe("the legend of a chart", () => {
  const line = (key: string) => ({ key, label: key, color: "var(--fg)" });
  const rows = [
    { t: 0, a: 1, b: 9, c: null, d: 5 },
    { t: 1, a: 7, b: null, c: null, d: 5 },
    { t: 2, a: 2, b: 99, c: 99, d: 99 },
  ];

  it("stands in the order of the values of the last whole bucket, or of the one that runs", () => {
    const order = byLastValue(rows, ["a", "d", "b"].map(line), 2).map(({ key }) => key);
    expect(order).toEqual(["b", "a", "d"]);
    expect(["a", "b"].map((key) => lastValue(rows, key, 2))).toEqual([7, 99]);
    expect(lastValue(rows, "a", 0)).toBe(2);
  });

  it("has no value of long ago, and says where it is one for want of samples", () => {
    expect(lastValue(rows.slice(0, 2), "b", 2)).toBeNull();
    const counts = (...bs: number[]) => bs.map((b, t) => ({ t, b, all: 1 }));
    expect(isTooFew(rows.slice(0, 2), counts(30, 4), "b")).toBe(true);
    expect(isTooFew(rows.slice(0, 2), counts(30, 0), "b")).toBe(false);
    expect(isTooFew(rows.slice(0, 2), counts(30, 4), "a")).toBe(false);
    expect(isTooFew(rows.slice(0, 2), counts(0, 0), "c")).toBe(true);
  });

  it("keeps lines of the same value in their own order", () => {
    expect(byLastValue([], ["z", "a"].map(line), 2).map(({ key }) => key)).toEqual(["z", "a"]);
  });
});

describe("what a line leaves out", () => {
  const rows = [5, null, 7, null, 3, 4].map((a, t) => ({ t, a, b: a === null ? null : 10 }));

  it("are buckets that stand alone, and the one that is not over", () => {
    const { alone, running } = seriesEnds(rows, "a", [], 5);
    expect(alone.map(({ t, value }) => [t, value])).toEqual([
      [0, 5],
      [2, 7],
      [4, 3],
    ]);
    expect(running).toEqual({
      from: { t: 4, value: 3, from: 0 },
      to: { t: 5, value: 4, from: 0 },
    });
  });

  it("stand on what is below them in a stack", () => {
    const { running } = seriesEnds(rows, "a", ["b"], 5);
    expect(running?.to).toEqual({ t: 5, value: 14, from: 10 });
    const down = seriesEnds(rows, "a", ["b"], 5, -1).running;
    expect(down?.to).toEqual({ t: 5, value: -14, from: -10 });
  });

  it("is nothing of a range that is over, but for what stands alone", () => {
    expect(seriesEnds(rows, "a", [], 6)).toMatchObject({ running: null });
    expect(seriesEnds(rows, "a", [], 6).alone.map(({ t }) => t)).toEqual([0, 2]);
  });
});

describe("the names of a chart's series", () => {
  const keys = ["a", "b", "c"];
  const press = (hidden: readonly string[], key: string): string[] => [
    ...hiddenAfter(new Set(hidden), key, keys),
  ];

  it("show one alone, add others, and show all again", () => {
    expect(press([], "a")).toEqual(["b", "c"]);
    expect(press(["b", "c"], "b")).toEqual(["c"]);
    expect(press(["b", "c"], "a")).toEqual([]);
    expect(press(["c"], "b")).toEqual(["c", "b"]);
  });
});

describe("many series", () => {
  const of = (text: string) =>
    Object.fromEntries(Array.from(text, (name, index) => [name, index + 1]));

  it("are the largest ones by name, and the rest as one", () => {
    expect(topNames([of("abc"), of("cb")], 3)).toEqual({ shown: ["a", "b", "c"], rest: [] });
    expect(topNames([of("abcdefg")], 4)).toEqual({
      shown: ["e", "f", "g"],
      rest: ["a", "b", "c", "d"],
    });
    expect(topNames([{ other: 5, a: 1 }], 3)).toEqual({ shown: ["a"], rest: ["other"] });
  });
});

describe("a chart as a file", () => {
  it("quotes what needs it, leaves gaps empty, and starts no formula", () => {
    expect(
      csvText(
        ["time_utc", 'a "b", c'],
        [
          ["2026-11-23T05:32:00.000Z", 0.5],
          ["2026-11-23T05:33:00.000Z", null],
          ["=1+1", "-2"],
        ],
      ),
    ).toBe(
      'time_utc,"a ""b"", c"\r\n2026-11-23T05:32:00.000Z,0.5\r\n2026-11-23T05:33:00.000Z,\r\n\'=1+1,\'-2\r\n',
    );
  });
});

describe("a mark above a chart", () => {
  it("is a link to the change that it stands for", () => {
    const mark = { id: "r:12", t: now, kind: "config", title: "#1" } as const;
    const [lane] = laneMarks([mark], now, en.t, en.f);
    expect(lane).toMatchObject({ title: "14:32:00 · changed · #1" });
    expect(changeIn(new URLSearchParams(lane?.href).get("change"))).toEqual({
      id: "r:12",
      at: now,
    });
  });

  it.each(["", "12", "1.r:", "1.r:x", "1.h:no", "x.r:1"])("is none for %s", (text) => {
    expect(changeIn(text)).toBeNull();
  });

  it("names an event too", () => {
    const ref = { id: "h:019aab3e-7c41-7000-8000-000000000001", at: 7 };
    expect(changeIn(changeText(ref))).toEqual(ref);
  });
});

describe("what followed a transition", () => {
  const event = (at: number, from: string, to: string, target = "a", node = "n"): Change => ({
    ...{ id: `h:${at}`, at, kind: "health", revision: null, reason: null, lines: [] },
    ...{ actor: { type: "healer", name: node }, lineCount: 0, reverts: null, revertable: false },
    summary: {
      ...{ type: "health", target, provider: "acme", model: "m", region: "r", reason: "x", node },
      ...{ from, to },
    },
  });

  it("is the next one of the same target on the same node, where the line above does not tell it", () => {
    const followed = followedBy([
      event(50_000, "half_open", "closed"),
      event(41_000, "closed", "open", "b"),
      event(40_000, "open", "half_open", "a", "other"),
      event(31_000, "open", "half_open"),
      event(1_000, "closed", "open"),
      event(900, "closed", "open", "a", "other"),
    ]);
    const told = [...followed].map(([id, next]) => [id, next?.event.at ?? null, next?.afterMs]);
    expect(told).toEqual([
      ["h:50000", null, undefined],
      ["h:41000", null, undefined],
      ["h:40000", null, undefined],
      ["h:31000", 50_000, 19_000],
      ["h:1000", null, undefined],
      ["h:900", 40_000, 39_100],
    ]);
  });

  it.each([
    [41, "41 s"],
    [59 * 60, "59 min"],
    [2 * 3600, "2 h"],
    [13_870, "3 h 51 min"],
    [30 * 3600 + 90, "30 h"],
  ])("is told with the minutes beside the hours of a day: %d s", (afterS, told) => {
    expect(en.seen(afterText(afterS * 1000, en.f))).toBe(told);
  });
});
