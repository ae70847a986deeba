import { describe, expect, it } from "vitest";
import type { Breaker } from "@/lib/core/breaker";
import type { AttemptMove, AttemptOutcome } from "@/lib/core/events";
import { Bench, overloaded, statusFailure } from "./fixture";

const us = "acme:us:first";
const first = { route: "first" } as const;

function open(bench: Bench): Extract<Breaker, { state: "open" }> {
  const { breaker } = bench.health(us).circuit;
  if (breaker.state !== "open") {
    throw new Error(`not open but ${breaker.state}`);
  }
  return breaker;
}

/** How long the target is to stay open. */
function openForMs(bench: Bench): number {
  const { untilMs, sinceMs } = open(bench);
  return untilMs - sinceMs;
}

/** A target that is open after `failures` in a row; `perSecond` calls went well for a minute before. */
function opened(perSecond = 0.5, failures = 3): Bench {
  const bench = new Bench();
  bench.many(60 * perSecond, "ok", first, 1_000 / perSecond);
  bench.many(failures, overloaded, first);
  expect(bench.label(us)).toBe("open");
  return bench;
}

/** The trial of a target whose time in OPEN is over. */
function trialOf(bench: Bench): { id: string; move: AttemptMove } {
  bench.nowMs = open(bench).untilMs;
  const begun = bench.begin(first);
  expect(begun.move).toMatchObject({ how: "trial", target: { id: us } });
  return begun;
}

const failure = (status: number, retryAfterMs?: number): AttemptOutcome => ({
  kind: "failure",
  failure: statusFailure(status, retryAfterMs === undefined ? {} : { retryAfterMs }),
});

describe("a breaker closed → open", () => {
  it.each([
    ["a quiet target", 0.5, 1, 3],
    ["a busy one", 5, 1, 5],
    ["one that is quiet here and busy on a hundred nodes", 0.5, 100, 5],
    ["one that is busy on four hundred nodes", 5, 400, 7],
  ])(
    "takes as many failures as the whole fleet's rate asks for: %s",
    (_n, perSecond, nodes, run) => {
      const bench = new Bench();
      bench.apply({ type: "fleet", nodes });
      bench.many(60 * perSecond, "ok", first, 1_000 / perSecond);
      const labels = Array.from({ length: run }, () => {
        bench.one(overloaded, first);
        return bench.label(us);
      });
      expect(labels.filter((label) => label === "open")).toHaveLength(1);
      expect(labels.at(-1)).toBe("open");
    },
  );

  it("lasts as long as the provider asks, when that is longer", () => {
    const bench = new Bench();
    bench.many(2, overloaded, first);
    bench.one(statusFailure(503, { retryAfterMs: 60_000 }), first);
    expect(openForMs(bench)).toBe(60_000);
  });

  it("lasts no longer than the limit, whatever the provider asks", () => {
    const bench = new Bench();
    bench.many(2, overloaded, first);
    bench.one(statusFailure(503, { retryAfterMs: 86_400_000 }), first);
    expect(openForMs(bench)).toBe(300_000);
  });
});

describe("a breaker half_open → open", () => {
  it.each([500, 503, 529])("when its trial ends in a %i, for twice as long", (status) => {
    const bench = opened();
    expect(openForMs(bench)).toBe(3_750);
    bench.end(trialOf(bench).move, failure(status));
    expect(openForMs(bench)).toBe(7_500);
    bench.end(trialOf(bench).move, failure(status));
    expect(openForMs(bench)).toBe(15_000);
  });

  it("when the trial breaks after its first content, within two seconds", () => {
    const bench = opened();
    const { move } = trialOf(bench);
    bench.content(move);
    bench.nowMs += 1_999;
    bench.fail(move);
    expect(bench.label(us)).toBe("open");
  });

  it("for longer only by what failed since: one healthy minute takes one step back", () => {
    const bench = opened();
    bench.end(trialOf(bench).move, failure(503));
    bench.end(trialOf(bench).move, failure(503));
    bench.succeed(trialOf(bench).move);
    expect(bench.label(us)).toBe("closed");
    bench.nowMs += 60_000;
    bench.many(3, overloaded, first);
    expect(openForMs(bench)).toBe(7_500);
  });
});

describe("the trial of a half-open breaker", () => {
  it("is one: others go elsewhere until it has ended", () => {
    const bench = opened();
    const { move } = trialOf(bench);
    expect(bench.begin(first).move.target.id).not.toBe(us);
    bench.succeed(move);
    expect(bench.begin(first).move.target.id).toBe(us);
  });

  it.each<[string, AttemptOutcome]>([
    ["its caller leaves", { kind: "cancelled" }],
    ["it is taken back", { kind: "withdrawn", why: "migrated" }],
    ["there is no room for it", failure(429, 10)],
    ["the request was wrong", failure(400)],
  ])("gives its permit back when %s", (_name, outcome) => {
    const bench = opened();
    bench.end(trialOf(bench).move, outcome);
    expect(bench.label(us)).toBe("half_open");
    bench.nowMs += 1_000;
    expect(bench.begin(first).move).toMatchObject({ how: "trial", target: { id: us } });
  });

  it("that finds no room says so of the capacity", () => {
    const bench = opened();
    bench.end(trialOf(bench).move, failure(429, 5_000));
    expect(bench.call(first).plan.entries[0]).toMatchObject({ target: us, reason: "rate_limited" });
  });

  it("loses its permit after 30 s, and its failure then opens nothing", () => {
    const bench = opened();
    const { move } = trialOf(bench);
    bench.nowMs += 29_999;
    expect(bench.begin(first).move.target.id).not.toBe(us);
    bench.nowMs += 1;
    expect(bench.begin(first).move.target.id).toBe(us);
    bench.fail(move);
    expect(bench.label(us)).toBe("half_open");
  });

  it("is over when its content has lasted for two seconds", () => {
    const bench = opened();
    const { move } = trialOf(bench);
    bench.content(move);
    bench.wait(1_750);
    expect(bench.label(us)).toBe("half_open");
    bench.wait(250);
    expect(bench.label(us)).toBe("closed");
    bench.fail(move);
    expect(bench.label(us)).toBe("closed");
  });
});

describe("a breaker half_open → ramp → closed", () => {
  /** A busy target whose trial has passed. */
  function ramping(): Bench {
    const bench = opened(5, 5);
    bench.succeed(trialOf(bench).move);
    expect(bench.label(us)).toBe("ramp");
    return bench;
  }

  it("takes a tenth of the calls, and closes after five answers", () => {
    const bench = ramping();
    bench.random = 0.1;
    expect(bench.one("ok", first).target).not.toBe(us);
    bench.random = 0.099;
    for (let success = 1; success <= 5; success += 1) {
      expect(bench.label(us)).toBe("ramp");
      expect(bench.one("ok", first).target).toBe(us);
    }
    expect(bench.label(us)).toBe("closed");
    bench.random = 0.9;
    expect(bench.one("ok", first).target).toBe(us);
  });

  it("ramp → open when half of four fail, for twice as long", () => {
    const bench = ramping();
    bench.random = 0;
    bench.many(2, "ok", first);
    bench.one(overloaded, first);
    expect(bench.label(us)).toBe("ramp");
    bench.one(overloaded, first);
    expect(bench.label(us)).toBe("open");
    expect(bench.health(us).circuit.k).toBe(1);
  });

  it("leaves the ramp out under two calls a second", () => {
    const bench = opened(0.5);
    bench.succeed(trialOf(bench).move);
    expect(bench.label(us)).toBe("closed");
  });
});
