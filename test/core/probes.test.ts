import { describe, expect, it } from "vitest";
import { Bench, overloaded, probed, refused, statusFailure } from "./fixture";

const only = "other:global:third";
const third = { route: "third" };
const us = { provider: "acme", region: "us" };

function opened(retryAfterMs = 0): Bench {
  const bench = new Bench();
  bench.many(3, { ...overloaded, retryAfterMs }, third);
  expect(bench.breaker(only)).toBe("open");
  return bench;
}

describe("the probe axis of a target", () => {
  it("unknown → up on the first pass, up → down on the third failure in a row, down → up on the second pass", () => {
    const bench = new Bench();
    const state = (): string => bench.health(only).probe.state;
    expect(state()).toBe("unknown");
    bench.probe(only, "pass");
    expect(state()).toBe("up");
    bench.probe(only, "fail");
    bench.probe(only, "fail");
    bench.probe(only, "pass");
    bench.probe(only, "fail");
    bench.probe(only, "fail");
    expect(bench.label(only)).toBe("closed");
    bench.probe(only, "fail");
    expect(bench.label(only)).toBe("probe_down");
    bench.probe(only, "pass");
    expect(bench.label(only)).toBe("probe_down");
    bench.probe(only, "pass");
    expect(bench.label(only)).toBe("closed");
  });

  it("down → unknown when the newest probe is older than three intervals", () => {
    const bench = new Bench();
    [1, 2, 3].forEach(() => bench.probe(only, "fail"));
    bench.wait(90_000);
    expect(bench.label(only)).toBe("probe_down");
    bench.wait(1);
    expect(bench.label(only)).toBe("closed");
  });

  it("a probe that is told that there is no room has found it alive", () => {
    const bench = new Bench();
    bench.probe(only, "fail");
    bench.probe(only, "fail");
    bench.probe(only, { verdict: "capacity", retryAfterMs: 20_000 });
    bench.probe(only, "fail");
    expect(bench.label(only)).toBe("closed");
    expect(bench.call(third).plan.entries[0]?.reason).toBe("rate_limited");
    bench.probe(only, "fail");
    bench.probe(only, "fail");
    expect(bench.label(only)).toBe("probe_down");
    bench.probe(only, "capacity");
    expect(bench.label(only)).toBe("closed");
  });

  it("failing probes are outranked by a call that succeeded within the interval", () => {
    const bench = new Bench();
    bench.one("ok", third);
    bench.wait(29_999);
    [1, 2, 3, 4].forEach(() => bench.probe(only, "fail"));
    expect(bench.label(only)).toBe("closed");
    bench.wait(1);
    [1, 2, 3].forEach(() => bench.probe(only, "fail"));
    expect(bench.label(only)).toBe("probe_down");
  });

  it("one answer to a call brings a target back that probes call down", () => {
    const bench = new Bench();
    [1, 2, 3].forEach(() => bench.probe(only, "fail"));
    bench.one("ok", third);
    expect(bench.label(only)).toBe("closed");
  });

  it("results that come late or twice are left out", () => {
    const bench = new Bench();
    bench.probe(only, "fail");
    const again = bench.probes;
    for (let repeat = 0; repeat < 5; repeat += 1) {
      bench.probes = again - 1;
      bench.probe(only, "fail");
    }
    expect(bench.health(only).probe.failures).toBe(1);
  });

  it("never opens anything", () => {
    const bench = new Bench();
    for (let probe = 0; probe < 20; probe += 1) {
      bench.probe(only, "fail");
    }
    expect(bench.breaker(only)).toBe("closed");
  });

  it("a doubtful result is asked for again within a second, a down target every 2 s and after a minute every 5 s", () => {
    const bench = new Bench();
    const after = (): number | undefined =>
      bench.probe(only, "fail").find((one) => one.type === "probe")?.afterMs;
    expect([after(), after(), after()]).toEqual([1_000, 1_000, 2_000]);
    const later = Array.from({ length: 30 }, after);
    expect(later[10]).toBe(2_000);
    expect(later.at(-1)).toBe(5_000);
  });

  it("measures the target where no call does", () => {
    const bench = new Bench();
    bench.probe(only, { verdict: "pass", latencyMs: 120 });
    expect(bench.health(only).speeds[0]?.ttftMs).toBe(120);
    bench.measured(3, 500, third);
    const known = bench.health(only).speeds[0]?.ttftMs;
    bench.probe(only, { verdict: "pass", latencyMs: 1 });
    expect(bench.health(only).speeds[0]?.ttftMs).toBe(known);
  });
});

describe("probes of a target that is OPEN", () => {
  it("two passes end it, the second a second later, and not before five seconds", () => {
    const bench = opened(60_000);
    bench.wait(2_000);
    expect(bench.probe(only, "pass")).toContainEqual(
      expect.objectContaining({ type: "probe", afterMs: 1_000 }),
    );
    bench.wait(1_000);
    bench.probe(only, "pass");
    expect(bench.breaker(only)).toBe("open");
    bench.wait(2_000);
    bench.probe(only, "pass");
    expect(bench.breaker(only)).toBe("half_open");
  });

  it("one pass alone ends nothing, nor do two with a failure between them", () => {
    const bench = opened(60_000);
    bench.wait(6_000);
    bench.probe(only, "pass");
    bench.probe(only, "fail");
    bench.probe(only, "pass");
    expect(bench.breaker(only)).toBe("open");
  });

  it("failing ones hold it for 30 s more at most", () => {
    const bench = opened();
    for (let second = 0; second < 33; second += 1) {
      bench.probe(only, "fail");
      bench.wait(1_000);
    }
    expect(bench.breaker(only)).toBe("open");
    bench.probe(only, "fail");
    bench.wait(2_000);
    expect(bench.breaker(only)).toBe("half_open");
  });

  it("failing ones keep it down over HALF_OPEN, and that is told, as is the end of it", () => {
    const bench = opened();
    for (let second = 0; second < 36; second += 1) {
      bench.probe(only, "fail");
      bench.wait(1_000);
    }
    expect(bench.breaker(only)).toBe("half_open");
    bench.probe(only, "pass");
    expect(bench.label(only)).toBe("probe_down");
    bench.probe(only, "pass");
    [1, 2, 3].forEach(() => bench.probe(only, "fail"));
    const told = bench.transitions().map(({ from, to }) => `${from} → ${to}`);
    expect(told.slice(-3)).toEqual([
      "open → probe_down",
      "probe_down → half_open",
      "half_open → probe_down",
    ]);
  });

  it.each(["pass", "fail", "capacity", "access", "quota"] as const)(
    "ask for the next one, whatever the answer was: %s",
    (verdict) => {
      expect(probed(opened(60_000).probe(only, verdict))).toContain(only);
    },
  );

  it("are asked for as it opens, every 2 s, and every 5 s after a minute", () => {
    const bench = new Bench();
    bench.many(2, overloaded, third);
    const { decisions } = bench.one({ ...overloaded, retryAfterMs: 200_000 }, third);
    expect(decisions).toContainEqual(expect.objectContaining({ type: "probe", afterMs: 2_000 }));
    const after = (): number | undefined =>
      bench.probe(only, "fail").find((one) => one.type === "probe")?.afterMs;
    expect(after()).toBe(2_000);
    bench.wait(60_000);
    expect(after()).toBe(5_000);
  });

  it("close HALF_OPEN only when nobody calls: three passes in a row and half a minute", () => {
    const bench = opened();
    bench.wait(6_000);
    expect(bench.breaker(only)).toBe("half_open");
    [1, 2, 3].forEach(() => bench.probe(only, "pass"));
    bench.wait(27_000);
    bench.probe(only, "pass");
    expect(bench.breaker(only)).toBe("half_open");
    bench.wait(6_000);
    bench.probe(only, "pass");
    expect(bench.breaker(only)).toBe("closed");
  });

  it.each([
    ["with fewer passes", 0, false],
    ["while somebody calls", 4, true],
  ] as const)("do not close HALF_OPEN %s", (_name, passes, called) => {
    const bench = opened();
    bench.wait(40_000);
    if (called) {
      bench.end(bench.begin(third).move, { kind: "cancelled" });
    }
    for (let pass = 0; pass <= passes; pass += 1) {
      bench.probe(only, "pass");
    }
    expect(bench.breaker(only)).toBe("half_open");
  });
});

describe("probes of a place", () => {
  it("three failures take all its targets out, two passes bring them back", () => {
    const bench = new Bench();
    bench.probeRegion(us, "fail");
    bench.probeRegion(us, "fail");
    expect(bench.label("acme:us:first")).toBe("closed");
    bench.probeRegion(us, "fail");
    expect(bench.label("acme:us:first")).toBe("region_down");
    expect(bench.label("acme:us:second")).toBe("region_down");
    expect(bench.label("acme:eu:first")).toBe("closed");
    bench.probeRegion(us, "pass");
    expect(bench.label("acme:us:first")).toBe("region_down");
    bench.probeRegion(us, "pass");
    expect(bench.label("acme:us:first")).toBe("closed");
  });

  it("what they say is forgotten after three intervals", () => {
    const bench = new Bench();
    [1, 2, 3].forEach(() => bench.probeRegion(us, "fail"));
    bench.wait(90_001);
    expect(bench.label("acme:us:first")).toBe("closed");
  });

  it.each([
    ["ok", "closed"],
    [statusFailure(429), "closed"],
    // GET /models fails with the same: it would be down again at the next look, and so on at every call.
    [overloaded, "region_down"],
  ] as const)("whoever answers a call below 500 can be reached: %o, %s", (outcome, label) => {
    const bench = new Bench();
    [1, 2, 3].forEach(() => bench.probeRegion(us, "fail"));
    bench.one(outcome, { route: "first", constraints: { region: "us", regionMode: "require" } });
    expect(bench.label("acme:us:second")).toBe(label);
  });

  it("are outranked by a call there that succeeded lately", () => {
    const bench = new Bench();
    bench.one("ok", { route: "first" });
    [1, 2, 3].forEach(() => bench.probeRegion(us, "fail"));
    expect(bench.label("acme:us:second")).toBe("closed");
  });

  it.each(["capacity", "access", "configuration", "credential"] as const)(
    "an answer of any kind shows that it can be reached: %s",
    (verdict) => {
      const bench = new Bench();
      bench.probeRegion(us, "fail");
      bench.probeRegion(us, "fail");
      bench.probeRegion(us, verdict);
      bench.probeRegion(us, "fail");
      expect(bench.label("acme:us:first")).not.toBe("region_down");
    },
  );

  it("two passes end an opening by calls after five seconds, and never close a target's breaker", () => {
    const bench = new Bench();
    bench.many(3, overloaded, { route: "first" });
    bench.many(3, refused, { route: "second" });
    expect(bench.label("acme:us:second")).toBe("region_down");
    bench.random = 1;
    bench.wait(5_000);
    bench.probeRegion(us, "pass");
    bench.probeRegion(us, "pass");
    expect(bench.label("acme:us:second")).toBe("closed");
    expect(bench.breaker("acme:us:first")).not.toBe("closed");
  });
});

describe("a hint of another node", () => {
  it("starts a probe and does nothing else", () => {
    const bench = new Bench();
    for (let hint = 0; hint < 10; hint += 1) {
      expect(bench.apply({ type: "hint", target: only })).toEqual([
        { type: "probe", target: bench.target(only), afterMs: 0 },
      ]);
    }
    expect(bench.label(only)).toBe("closed");
  });

  it("about a target that is not there is nothing", () => {
    expect(new Bench().apply({ type: "hint", target: "gone" })).toEqual([]);
  });
});
