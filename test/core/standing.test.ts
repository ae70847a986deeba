import { describe, expect, it } from "vitest";
import { Bench, type CallOver, overloaded, refused } from "./fixture";

const us = "acme:us:first";
const eu = "acme:eu:first";
const first: CallOver = { route: "first", constraints: { region: "us" } };
const inEu: CallOver = { route: "first", constraints: { region: "eu" } };
const onlyUs: CallOver = { route: "first", constraints: { region: "us", regionMode: "require" } };
const ms = 1;

/** Both places of one model are OPEN, `us` for about so long. */
function allOpen(usForMs = 60_000, euForMs = 120_000): Bench {
  const bench = new Bench();
  const open = (region: string, retryAfterMs: number): void => {
    bench.many(
      3,
      { ...overloaded, retryAfterMs },
      {
        route: "first",
        constraints: { region, regionMode: "require" },
      },
    );
  };
  open("us", usForMs);
  open("eu", euForMs);
  expect([bench.label(us), bench.label(eu)]).toEqual(["open", "open"]);
  return bench;
}

describe("a target that comes back", () => {
  /** `us` is HALF_OPEN. */
  function back(): Bench {
    const bench = new Bench();
    bench.many(3, overloaded, first);
    bench.wait(6_000);
    expect(bench.breaker(us)).toBe("half_open");
    return bench;
  }

  it("gets its trial from a call that has a healthy fallback", () => {
    expect(back().begin(first).move).toMatchObject({ how: "trial", target: { id: us } });
  });

  it.each([
    ["OPEN", (bench: Bench): void => bench.many(3, { ...overloaded, retryAfterMs: 60_000 }, inEu)],
    ["SUSPECT", (bench: Bench): void => void (bench.health(eu).silence.suspectMs = bench.nowMs)],
  ])("gets none from a call whose other targets are %s", (_name, spoil) => {
    const bench = back();
    bench.end(bench.begin(inEu).move, { kind: "cancelled" });
    spoil(bench);
    const { plan } = bench.call(first);
    expect(plan.entries[0]).toMatchObject({ decision: "skipped", reason: "trial_needs_fallback" });
  });

  it("is tried in panic all the same by a call that has nothing else", () => {
    expect(back().begin(onlyUs).move).toMatchObject({ how: "panic", target: { id: us } });
  });

  it("two that come back are no fallback for each other", () => {
    const bench = allOpen(1 * ms, 1 * ms);
    bench.wait(6_000);
    expect(bench.begin(first).move.how).toBe("panic");
  });
});

describe("panic", () => {
  it("tries the target that is due back first, whatever the chain says", () => {
    expect(allOpen(120_000, 60_000).begin(first).move).toMatchObject({
      how: "panic",
      target: { id: eu },
    });
    expect(allOpen(60_000, 120_000).begin(inEu).move.target.id).toBe(us);
  });

  it("tries what no waiting heals last", () => {
    const bench = allOpen();
    bench.probe(us, "access");
    expect(bench.begin(first).move.target.id).toBe(eu);
  });

  it("tries all of them, one after the other", () => {
    expect(new Set(allOpen().tries(overloaded, first).ids)).toEqual(new Set([us, eu]));
  });

  it("sends ten at a time to a target until one of them succeeds, then as many as come", () => {
    const bench = allOpen();
    const moves = Array.from({ length: 10 }, () => bench.begin(onlyUs).move);
    expect(moves.every((move) => move.how === "panic")).toBe(true);
    expect(bench.next(bench.call(onlyUs).id)).toMatchObject({ type: "finish" });
    bench.end(moves[0] ?? fail(), { kind: "cancelled" });
    moves.push(bench.begin(onlyUs).move);
    bench.succeed(moves[1] ?? fail());
    for (let call = 0; call < 15; call += 1) {
      bench.begin(onlyUs);
    }
    expect(bench.health(us).inFlight).toBeGreaterThan(20);
  });

  it("does not count what was under way before", () => {
    const bench = new Bench();
    for (let call = 0; call < 20; call += 1) {
      bench.begin(first);
    }
    bench.many(6, overloaded, onlyUs);
    bench.wait(1_000);
    const health = bench.health(us);
    health.circuit.breaker = {
      state: "open",
      sinceMs: bench.nowMs,
      untilMs: bench.nowMs + 60_000,
      latestUntilMs: bench.nowMs + 90_000,
      probePasses: 0,
    };
    expect(bench.begin(onlyUs).move.how).toBe("panic");
  });

  it("one success ends the opening", () => {
    const bench = allOpen();
    bench.nowMs += 10;
    const { move } = bench.begin(first);
    bench.succeed(move);
    expect(bench.breaker(us)).toBe("closed");
    expect(bench.begin(first).move.how).toBe("first");
  });

  it("comes after everything that is only doubtful", () => {
    const bench = new Bench();
    bench.many(3, { ...overloaded, retryAfterMs: 60_000 }, first);
    bench.health(eu).silence.suspectMs = bench.nowMs;
    expect(bench.begin(first).move).toMatchObject({ how: "first", target: { id: eu } });
  });

  it.each([
    ["OPEN", (bench: Bench): void => bench.many(3, overloaded, onlyUs)],
    ["in a place that is down", (bench: Bench): void => bench.many(3, refused, onlyUs)],
    [
      "called down by probes",
      (bench: Bench): void => [1, 2, 3].forEach(() => bench.probe(us, "fail")),
    ],
    ["of a dead account", (bench: Bench): void => void bench.probe(us, "credential")],
    ["blocked", (bench: Bench): void => void bench.probe(us, "access")],
    ["SUSPECT", (bench: Bench): void => void (bench.health(us).silence.suspectMs = 1)],
  ])("a call that has one target is always sent there: %s", (_name, spoil) => {
    const bench = new Bench();
    spoil(bench);
    expect(bench.begin(onlyUs).move.target.id).toBe(us);
  });
});

function fail(): never {
  throw new Error("no attempt");
}
