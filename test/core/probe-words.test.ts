/** What probes tell and ask for, word by word: the feed, the reporter and the prober live on it. */
import { describe, expect, it } from "vitest";
import type { Decision } from "@/lib/core/events";
import { Bench, observing, overloaded, refused, statusFailure } from "./fixture";

const only = "other:global:third";
const third = { route: "third" };
const us = { provider: "acme", region: "us" };

const told = (decisions: readonly Decision[]): unknown[] =>
  decisions.flatMap((one): unknown[] => {
    if (one.type !== "transition") {
      return [];
    }
    const { target, from, to, rule, reason, evidence, observed } = one;
    return [{ target: target.id, from, to, rule, reason, evidence, observed }];
  });
const asked = (decisions: readonly Decision[]): unknown[] =>
  decisions.flatMap((one): unknown[] => {
    if (one.type === "probe") {
      return [{ target: one.target.id, afterMs: one.afterMs }];
    }
    const { type, ...wish } = one;
    return type === "probe_region" ? [wish] : [];
  });
const failing = { verdict: "fail", status: 503 } as const;

describe("probes of a target", () => {
  it("tell with their counters that it is down and that it is back", () => {
    const bench = new Bench();
    bench.probe(only, failing);
    bench.probe(only, { ...failing, reason: "unreachable" });
    const common = { target: only, rule: "probes", observed: false };
    expect(told(bench.probe(only, failing))).toEqual([
      {
        ...common,
        from: "closed",
        to: "probe_down",
        reason: "probe_failed",
        evidence: { failures: 3, status: 503 },
      },
    ]);
    bench.probe(only, "pass");
    expect(told(bench.probe(only, "pass"))).toEqual([
      {
        ...common,
        from: "probe_down",
        to: "closed",
        reason: "probes_passed",
        evidence: { passes: 2 },
      },
    ]);
  });

  it("tell the reason that they were given", () => {
    const bench = new Bench();
    [1, 2, 3].forEach(() => bench.probe(only, { ...failing, reason: "unreachable" }));
    expect(bench.transitions().at(-1)?.reason).toBe("unreachable");
    expect(bench.health(only).lastError?.reason).toBe("unreachable");
  });

  it.each([
    [503, "probe: 503"],
    [null, "probe failed"],
  ])("leave the last error with status %o in words", (status, message) => {
    const bench = new Bench();
    bench.probe(only, { verdict: "fail", status });
    expect(bench.health(only).lastError).toEqual({
      atMs: bench.nowMs,
      reason: "probe_failed",
      status,
      message,
    });
  });

  it("that find no room bring a target back, and say with which answer", () => {
    const bench = new Bench();
    [1, 2, 3].forEach(() => bench.probe(only, "fail"));
    expect(told(bench.probe(only, { verdict: "capacity", status: 429 }))).toEqual([
      {
        target: only,
        from: "probe_down",
        to: "closed",
        rule: "probes",
        reason: "probes_passed",
        evidence: { status: 429 },
        observed: false,
      },
    ]);
    expect(bench.health(only).probe.state).toBe("unknown");
  });

  it("that find no room limit prompts of every size, and leave an up target up", () => {
    const bench = new Bench();
    bench.probe(only, "pass");
    bench.probe(only, { verdict: "capacity", retryAfterMs: 20_000 });
    expect(bench.health(only).probe.state).toBe("up");
    expect(bench.call(third).plan.entries[0]?.reason).toBe("rate_limited");
    const tiny = { ...third, needs: { promptTokens: 1 } };
    expect(bench.call(tiny).plan.entries[0]?.reason).toBe("rate_limited");
  });

  it("forget themselves aloud after three intervals, and only when they had said something", () => {
    const bench = new Bench();
    [1, 2, 3].forEach(() => bench.probe(only, "fail"));
    expect(told(bench.wait(90_000))).toEqual([]);
    expect(told(bench.wait(250))).toEqual([
      {
        target: only,
        from: "probe_down",
        to: "closed",
        rule: "probes",
        reason: "no_probe",
        evidence: {},
        observed: false,
      },
    ]);
    const { probe } = bench.health(only);
    expect(probe).toMatchObject({ state: "unknown", failures: 0 });
  });

  it("that are up stay up, however old they are", () => {
    const bench = new Bench();
    bench.probe(only, "pass");
    bench.probe(only, "fail");
    bench.wait(100_000);
    expect(bench.health(only).probe).toMatchObject({ state: "up", failures: 1 });
  });

  it("ask again only where something is in doubt", () => {
    const bench = new Bench();
    expect(asked(bench.probe(only, "pass"))).toEqual([]);
    expect(asked(bench.probe(only, "fail"))).toEqual([{ target: only, afterMs: 1_000 }]);
    [1, 2].forEach(() => bench.probe(only, "fail"));
    expect(asked(bench.probe(only, "pass"))).toEqual([{ target: only, afterMs: 1_000 }]);
    expect(asked(bench.probe(only, "pass"))).toEqual([]);
    expect(asked(bench.probe(only, "access"))).toEqual([]);
    bench.one("ok", third);
    expect(asked(bench.probe(only, "fail"))).toEqual([]);
  });

  it("of a target that is out go on every 2 s, a second after the first pass", () => {
    const bench = new Bench();
    bench.many(3, { ...overloaded, retryAfterMs: 60_000 }, third);
    expect(asked(bench.probe(only, "access"))).toEqual([{ target: only, afterMs: 2_000 }]);
    expect(asked(bench.probe(only, "pass"))).toEqual([{ target: only, afterMs: 1_000 }]);
    expect(asked(bench.probe(only, "pass"))).toEqual([{ target: only, afterMs: 2_000 }]);
    bench.wait(5_000);
    bench.probe(only, "pass");
    expect(bench.breaker(only)).toBe("half_open");
    expect(asked(bench.probe(only, "pass"))).toEqual([{ target: only, afterMs: 2_000 }]);
  });

  it("measure a target whose calls are 20 s old or fewer than three, and none when they took no time", () => {
    const bench = new Bench();
    const ttftMs = (): number | null | undefined => bench.health(only).speeds[0]?.ttftMs;
    bench.measured(2, 500, third);
    bench.probe(only, { verdict: "pass", latencyMs: 10 });
    expect(ttftMs()).toBeLessThan(500);
    bench.measured(1, 500, third);
    const known = ttftMs();
    bench.nowMs += 19_999;
    bench.probe(only, { verdict: "pass", latencyMs: 10 });
    expect(ttftMs()).toBe(known);
    bench.nowMs += 1;
    bench.probe(only, { verdict: "pass", latencyMs: null });
    expect(ttftMs()).toBe(known);
    bench.probe(only, { verdict: "pass", latencyMs: 10 });
    expect(ttftMs()).toBeLessThan(known ?? 0);
  });

  it("block a target once, with the status, and not again while it is blocked", () => {
    const bench = new Bench();
    const refusal = { verdict: "configuration", status: 404 } as const;
    expect(told(bench.probe(only, refusal))).toEqual([
      {
        target: only,
        from: "closed",
        to: "blocked",
        rule: "access",
        reason: "configuration",
        evidence: { status: 404 },
        observed: false,
      },
    ]);
    const { blocked } = bench.health(only);
    bench.nowMs += 1_000;
    expect(told(bench.probe(only, refusal))).toEqual([]);
    expect(bench.health(only).blocked).toBe(blocked);
  });

  it("know less than a call that was answered after the last error", () => {
    const bench = new Bench();
    const refusal = { verdict: "access", status: 403 } as const;
    bench.one(statusFailure(403), third);
    bench.nowMs += 1;
    bench.one("ok", third);
    bench.probe(only, refusal);
    expect(bench.label(only)).toBe("closed");
    bench.nowMs += 1;
    bench.one(statusFailure(403), third);
    bench.probe(only, refusal);
    expect(bench.label(only)).toBe("blocked");
  });

  it("kill an account that nobody doubted only where no call of it was just answered", () => {
    const calm = new Bench();
    calm.one("ok", third);
    calm.probe(only, "quota");
    expect(calm.label(only)).toBe("closed");
    const idle = new Bench();
    // Somebody else's answers say nothing of this account.
    idle.one("ok", { route: "first" });
    idle.probe(only, "quota");
    expect(idle.label(only)).toBe("credential_dead");
  });

  it("only observe where their rule does, and say what they would have done", () => {
    const bench = new Bench(observing("probes"));
    [1, 2].forEach(() => expect(told(bench.probe(only, failing))).toEqual([]));
    expect(told(bench.probe(only, failing))).toEqual([
      {
        target: only,
        from: "closed",
        to: "probe_down",
        rule: "probes",
        reason: "probe_failed",
        evidence: { failures: 3, status: 503 },
        observed: true,
      },
    ]);
  });
});

describe("HALF_OPEN without a call", () => {
  function halfOpen(): Bench {
    const bench = new Bench();
    bench.many(3, overloaded, third);
    bench.nowMs += 10_000;
    bench.apply({ type: "tick" });
    expect(bench.breaker(only)).toBe("half_open");
    return bench;
  }

  it("closes with the third pass when half a minute is over, and not a moment earlier", () => {
    const bench = halfOpen();
    bench.nowMs += 29_999;
    [1, 2, 3].forEach(() => bench.probe(only, "pass"));
    expect(bench.breaker(only)).toBe("half_open");
    bench.nowMs += 1;
    bench.probe(only, "pass");
    expect(bench.breaker(only)).toBe("closed");
    expect(bench.transitions().at(-1)).toMatchObject({
      from: "half_open",
      reason: "probes_passed",
    });
  });

  it("closes with exactly three passes", () => {
    const bench = halfOpen();
    bench.nowMs += 40_000;
    [1, 2].forEach(() => bench.probe(only, "pass"));
    expect(bench.breaker(only)).toBe("half_open");
    bench.probe(only, "pass");
    expect(bench.breaker(only)).toBe("closed");
  });

  it("waits for the trial that is under way, however long it takes", () => {
    const bench = halfOpen();
    bench.begin(third);
    bench.nowMs += 29_999;
    [1, 2, 3, 4].forEach(() => bench.probe(only, "pass"));
    expect(bench.breaker(only)).toBe("half_open");
  });

  it("counts half a minute from the last call as well", () => {
    const bench = halfOpen();
    bench.nowMs += 20_000;
    bench.end(bench.begin(third).move, { kind: "cancelled" });
    bench.nowMs += 29_999;
    [1, 2, 3].forEach(() => bench.probe(only, "pass"));
    expect(bench.breaker(only)).toBe("half_open");
    bench.nowMs += 1;
    bench.probe(only, "pass");
    expect(bench.breaker(only)).toBe("closed");
  });
});

describe("probes of a place", () => {
  const both = ["acme:us:first", "acme:us:second"];

  it("tell of all its targets, with their counters", () => {
    const bench = new Bench();
    [1, 2].forEach(() => expect(told(bench.probeRegion(us, "fail"))).toEqual([]));
    const common = { rule: "region", observed: false };
    expect(told(bench.probeRegion(us, "fail"))).toEqual(
      both.map((target) => ({
        ...common,
        target,
        from: "closed",
        to: "region_down",
        reason: "region_probe_failed",
        evidence: { status: null, failures: 3 },
      })),
    );
    bench.probeRegion(us, "pass");
    expect(told(bench.probeRegion(us, "pass"))).toEqual(
      both.map((target) => ({
        ...common,
        target,
        from: "region_down",
        to: "closed",
        reason: "region_probes_passed",
        evidence: { status: null, failures: 0 },
      })),
    );
  });

  it("forget themselves aloud after three intervals", () => {
    const bench = new Bench();
    [1, 2, 3].forEach(() => bench.probeRegion(us, "fail"));
    expect(told(bench.wait(90_000))).toEqual([]);
    expect(told(bench.wait(250))).toEqual(
      both.map((target) => ({
        target,
        from: "region_down",
        to: "closed",
        rule: "region",
        reason: "no_probe",
        evidence: {},
        observed: false,
      })),
    );
    expect(bench.health("acme:us:first").place.probe.state).toBe("unknown");
  });

  it("ask again a second after a first doubt, every 2 s while it is down, and not when all is well", () => {
    const bench = new Bench();
    const again = (afterMs: number): unknown[] => [{ ...us, credential: null, afterMs }];
    expect(asked(bench.probeRegion(us, "fail"))).toEqual(again(1_000));
    expect(asked(bench.probeRegion(us, "fail"))).toEqual(again(1_000));
    expect(asked(bench.probeRegion(us, "fail"))).toEqual(again(2_000));
    expect(asked(bench.probeRegion(us, "pass"))).toEqual(again(2_000));
    expect(asked(bench.probeRegion(us, "pass"))).toEqual([]);
    expect(asked(bench.probeRegion(us, "fail"))).toEqual(again(1_000));
    expect(asked(bench.probeRegion(us, "pass"))).toEqual([]);
  });

  it("ask again every 2 s while calls have opened it", () => {
    const bench = new Bench();
    bench.many(3, refused, { route: "first" });
    expect(bench.label("acme:us:second")).toBe("region_down");
    const again = { ...us, credential: null, afterMs: 2_000 };
    expect(asked(bench.probeRegion(us, "pass"))).toEqual([again]);
    expect(asked(bench.probeRegion(us, "fail"))).toEqual([again]);
  });

  it("that come late or twice are left out", () => {
    const bench = new Bench();
    bench.probeRegion(us, "fail");
    const seq = bench.probes;
    for (let repeat = 0; repeat < 5; repeat += 1) {
      bench.probes = seq - 1;
      bench.probeRegion(us, "fail");
    }
    expect(bench.health("acme:us:first").place.probe.failures).toBe(1);
  });

  it("only observe where their rule does, and say what they would have done", () => {
    const bench = new Bench(observing("region"));
    [1, 2].forEach(() => expect(told(bench.probeRegion(us, "fail"))).toEqual([]));
    expect(told(bench.probeRegion(us, "fail"))).toEqual(
      both.map((target) => ({
        target,
        from: "closed",
        to: "region_down",
        rule: "region",
        reason: "region_probe_failed",
        evidence: { status: null, failures: 3 },
        observed: true,
      })),
    );
  });

  it("say of an account only that it is refused or fine", () => {
    const bench = new Bench();
    bench.probeRegion(us, "credential");
    expect(bench.label("acme:us:first")).toBe("credential_dead");
    bench.probeRegion(us, "configuration");
    expect(bench.label("acme:us:first")).toBe("credential_dead");
    bench.probeRegion(us, "pass");
    expect(bench.label("acme:us:first")).toBe("closed");
  });
});
