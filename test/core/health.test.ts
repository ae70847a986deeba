import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { healthOf, labelOf } from "@/lib/core/health";
import { Bench, overloaded, snapshotOf, targetOf } from "./fixture";

const snapshot = snapshotOf();
const target = targetOf(snapshot, "acme:us:first");

describe("the breaker of a target", () => {
  it("closed → open on the third failure in a row", () => {
    const bench = new Bench();
    bench.fail(target);
    bench.fail(target);
    expect(bench.state(target)).toBe("closed");
    const [transition] = bench.fail(target);
    expect(transition).toMatchObject({ type: "transition", from: "closed", to: "open" });
  });

  it("counts failures in start order: a success that started between them ends the run", () => {
    const bench = new Bench();
    bench.fail(target);
    const slow = bench.begin(target);
    bench.fail(target);
    bench.fail(target);
    expect(bench.state(target)).toBe("closed");
    bench.end(target, slow, { kind: "success" });
    bench.fail(target);
    expect(bench.state(target)).toBe("open");
  });

  it("neutral outcomes are as if they never were", () => {
    const bench = new Bench();
    bench.fail(target);
    bench.end(target, bench.begin(target), { kind: "cancelled" });
    bench.fail(target, { ...overloaded, health: "neutral" });
    bench.fail(target);
    expect(bench.state(target)).toBe("closed");
    bench.fail(target);
    expect(bench.state(target)).toBe("open");
  });

  it("open → half_open when its time is over, and one trial at a time", () => {
    const bench = opened();
    bench.nowMs += 60_000;
    const trial = bench.begin(target);
    expect(bench.state(target)).toBe("half_open");
    expect(healthOf(bench.world, target.id).breaker).toMatchObject({
      trial: { attempt: trial.attempt },
    });
    const second = bench.begin(target);
    expect(healthOf(bench.world, target.id).breaker).toMatchObject({
      trial: { attempt: trial.attempt },
    });
    bench.end(target, second, { kind: "failure", failure: overloaded });
    expect(bench.state(target)).toBe("half_open");
  });

  it("half_open → closed when the trial passes, → open for longer when it fails", () => {
    const bench = opened();
    const firstMs = openMs(bench);
    bench.nowMs += 60_000;
    bench.fail(target);
    expect(bench.state(target)).toBe("open");
    expect(openMs(bench)).toBe(firstMs * 2);
    bench.nowMs += 60_000;
    bench.succeed(target);
    expect(bench.state(target)).toBe("closed");
  });

  it("half_open → ramp when it was busy, and ramp → closed after five successes", () => {
    const bench = new Bench();
    for (let call = 0; call < 30; call += 1) {
      bench.succeed(target);
    }
    bench.fail(target);
    bench.fail(target);
    bench.fail(target);
    bench.nowMs += 60_000;
    bench.succeed(target);
    expect(bench.state(target)).toBe("ramp");
    for (let call = 0; call < 5; call += 1) {
      bench.succeed(target);
    }
    expect(bench.state(target)).toBe("closed");
  });

  it("two passed probes end OPEN, but not before five seconds", () => {
    const bench = opened({ retryAfterMs: 60_000 });
    bench.nowMs += 2_000;
    bench.probe(target, "pass");
    bench.nowMs += 1_000;
    bench.probe(target, "pass");
    expect(bench.state(target)).toBe("open");
    bench.nowMs += 3_000;
    bench.probe(target, "pass");
    expect(bench.state(target)).toBe("half_open");
  });

  it("closes by probes alone only when no call came for half a minute", () => {
    const bench = opened();
    bench.nowMs += 6_000;
    for (let probe = 0; probe < 3; probe += 1) {
      bench.probe(target, "pass");
    }
    expect(bench.state(target)).toBe("half_open");
    bench.nowMs += 31_000;
    bench.probe(target, "pass");
    expect(bench.state(target)).toBe("closed");
  });

  it("a straggler of an older epoch changes nothing", () => {
    const bench = new Bench();
    const straggler = bench.begin(target);
    bench.fail(target);
    bench.fail(target);
    bench.fail(target);
    bench.nowMs += 1;
    bench.end(target, straggler, { kind: "success" });
    expect(bench.state(target)).toBe("open");
  });

  it("three failed probes take a closed target out, two passes or one answer bring it back", () => {
    const bench = new Bench();
    const label = (): string => labelOf(healthOf(bench.world, target.id));
    for (let probe = 0; probe < 3; probe += 1) {
      expect(label()).toBe("closed");
      bench.probe(target, "fail");
    }
    expect(label()).toBe("probe_down");
    bench.probe(target, "pass");
    bench.probe(target, "pass");
    expect(label()).toBe("closed");
  });

  it("keeps its counters whole over any course of events", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("ok", "fail", "cancel", "begin", "wait", "pass", "down")),
        (events) => {
          const bench = new Bench();
          const open: { attempt: number; epoch: number }[] = [];
          for (const event of events) {
            bench.nowMs += 100;
            if (event === "wait") {
              bench.nowMs += 20_000;
            } else if (event === "begin") {
              open.push(bench.begin(target));
            } else if (event === "pass" || event === "down") {
              bench.probe(target, event === "pass" ? "pass" : "fail");
            } else {
              const ticket = open.shift() ?? bench.begin(target);
              const outcomes = {
                ok: { kind: "success" },
                fail: { kind: "failure", failure: overloaded },
                cancel: { kind: "cancelled" },
              } as const;
              bench.end(target, ticket, outcomes[event]);
            }
            expect(healthOf(bench.world, target.id).inFlight).toBe(open.length);
          }
        },
      ),
    );
  });
});

function opened(over: { retryAfterMs?: number } = {}): Bench {
  const bench = new Bench();
  for (let call = 0; call < 3; call += 1) {
    bench.fail(target, { ...overloaded, ...over });
  }
  expect(bench.state(target)).toBe("open");
  return bench;
}

function openMs(bench: Bench): number {
  const { breaker } = healthOf(bench.world, target.id);
  return breaker.state === "open" ? breaker.untilMs - breaker.sinceMs : 0;
}
