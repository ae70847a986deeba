import { describe, expect, it } from "vitest";
import { classify } from "@/lib/core/classify";
import {
  Bench,
  type CallOver,
  cutOff,
  overloaded,
  probed,
  refused,
  resetEarly,
  silentTooLong,
  snapshotOf,
  statusFailure,
} from "./fixture";

const us = "acme:us:first";
const third: CallOver = { route: "third" };
const only = "other:global:third";

/** Two keys have called within the last minute. */
function withTwoKeys(): Bench {
  const bench = new Bench();
  bench.one("ok", { ...third, key: "ada" });
  bench.one("ok", { ...third, key: "bo" });
  return bench;
}

describe("what opens a target", () => {
  it("closed → open on the third failure in a row, not before", () => {
    const bench = new Bench();
    bench.many(2, overloaded, third);
    expect(bench.breaker(only)).toBe("closed");
    bench.one(overloaded, third);
    expect(bench.breaker(only)).toBe("open");
    expect(bench.transitions().at(-1)).toMatchObject({
      from: "closed",
      to: "open",
      rule: "opening",
      reason: "overloaded",
      observed: false,
      evidence: { rule: "run", failures: 3, of: 3, threshold: 3, status: 503, k: 0 },
    });
  });

  it("counts in start order: an answer that started between failures ends the run", () => {
    const bench = new Bench();
    bench.one(overloaded, third);
    const slow = bench.begin(third);
    bench.many(2, overloaded, third);
    expect(bench.breaker(only)).toBe("closed");
    bench.succeed(slow.move);
    bench.one(overloaded, third);
    expect(bench.breaker(only)).toBe("open");
  });

  it.each([
    ["a caller who left", { kind: "cancelled" }],
    ["an attempt that was taken back", { kind: "withdrawn", why: "migrated" }],
    ["a refused request", { kind: "failure", failure: statusFailure(422) }],
    ["a rate limit", { kind: "failure", failure: statusFailure(429) }],
    ["a key that is not taken", { kind: "failure", failure: statusFailure(401) }],
    ["a model that is not there", { kind: "failure", failure: statusFailure(404) }],
  ] as const)("%s is as if it never was", (_name, outcome) => {
    const bench = new Bench();
    bench.one(overloaded, third);
    for (const { move } of [1, 2, 3, 4, 5].map(() => bench.begin(third))) {
      bench.end(move, outcome);
    }
    bench.nowMs += 10_000;
    bench.one(overloaded, third);
    expect(bench.breaker(only)).toBe("closed");
    bench.one(overloaded, third);
    expect(bench.breaker(only)).toBe("open");
  });

  it("counts one failure for each call and target, however often it is asked", () => {
    const bench = new Bench();
    for (let call = 0; call < 2; call += 1) {
      const { id, move } = bench.begin(third);
      bench.fail(move, statusFailure(500));
      const pause = bench.next(id);
      bench.nowMs += pause.type === "pause" ? pause.forMs : 0;
      bench.fail(bench.attempt(id), statusFailure(500));
      bench.endCall(id);
    }
    expect(bench.breaker(only)).toBe("closed");
    bench.one(statusFailure(500), third);
    expect(bench.breaker(only)).toBe("open");
  });

  it("counts a reset right after the request only if the second try fails too", () => {
    const bench = new Bench();
    for (let call = 0; call < 6; call += 1) {
      bench.nowMs += 10_000;
      const { id, move } = bench.begin(third);
      bench.fail(move, resetEarly);
      bench.succeed(bench.attempt(id));
      bench.endCall(id);
    }
    expect(bench.breaker(only)).toBe("closed");
    for (let call = 0; call < 3; call += 1) {
      bench.nowMs += 10_000;
      expect(bench.breaker(only)).toBe("closed");
      const { id, move } = bench.begin(third);
      bench.fail(move, resetEarly);
      bench.fail(bench.attempt(id), resetEarly);
      bench.endCall(id);
    }
    expect(bench.breaker(only)).toBe("open");
  });

  it.each(["ttft", "idle", "progress", "total"] as const)(
    "a %s timeout of a long prompt counts only beside a failed probe",
    (phase) => {
      const failure = classify({ kind: "timeout", phase }, 2_000);
      const long = { ...third, needs: { promptTokens: 8_001 } };
      const bench = new Bench();
      bench.many(5, failure, long);
      expect(bench.breaker(only)).toBe("closed");
      bench.probe(only, "fail");
      bench.many(3, failure, long);
      expect(bench.breaker(only)).toBe("open");
    },
  );

  it("a timeout of a short prompt counts by itself", () => {
    const bench = new Bench();
    bench.many(3, silentTooLong, { ...third, needs: { promptTokens: 8_000 } });
    expect(bench.breaker(only)).toBe("open");
  });

  it.each([
    ["first content", { constraints: { ttftMs: 500 } }, silentTooLong],
    [
      "connection",
      { limits: { totalMs: 2_000 } },
      classify({ kind: "timeout", phase: "connect" }, 2_000),
    ],
  ] as const)(
    "a caller less patient than we are with its %s says nothing",
    (_name, over, failure) => {
      const bench = new Bench();
      bench.many(6, failure, { ...third, ...over });
      expect(bench.label(only)).toBe("closed");
      expect(bench.health(only).capacity.concurrency).toBeNull();
    },
  );

  it("overload limits what is in flight, and only overload does", () => {
    const bench = new Bench();
    bench.one(statusFailure(502), third);
    bench.one(statusFailure(429), third);
    expect(bench.health(only).capacity.concurrency).toBeNull();
    bench.nowMs += 10_000;
    bench.one(overloaded, third);
    expect(bench.health(only).capacity.concurrency).toBe(8);
  });

  it("a straggler of an older epoch changes nothing", () => {
    const bench = new Bench();
    const ok = bench.begin(third).move;
    const failing = [1, 2, 3].map(() => bench.begin(third).move);
    bench.many(3, overloaded, third);
    const { breaker, epoch } = bench.health(only).circuit;
    bench.nowMs += 1;
    bench.succeed(ok);
    expect(bench.health(only).circuit).toMatchObject({ breaker, epoch });
    expect(bench.health(only).lastSuccessMs).toBeNull();
    bench.wait(60_000);
    bench.one("ok", third);
    expect(bench.breaker(only)).toBe("closed");
    failing.forEach((move) => bench.fail(move));
    expect(bench.breaker(only)).toBe("closed");
  });

  it("the ratio opens only where a target that is switched on does clearly better", () => {
    const half = (bench: Bench): void => {
      for (let call = 0; call < 24; call += 1) {
        bench.nowMs += 1_000;
        bench.one(call % 2 === 0 ? "ok" : overloaded, {
          route: "both",
          constraints: { region: "us" },
        });
      }
    };
    const lonely = new Bench(
      snapshotOf([
        { objectType: "model", objectId: "third", intent: "disabled", untilMs: null },
        { objectType: "model", objectId: "second", intent: "disabled", untilMs: null },
        { objectType: "region", objectId: "eu", intent: "disabled", untilMs: null },
      ]),
    );
    half(lonely);
    expect(lonely.breaker(us)).toBe("closed");
    const bench = new Bench();
    half(bench);
    expect(bench.transitions().map(({ to }) => to)).toContain("open");
  });
});

describe("one key's failures", () => {
  it("open a target that nobody else calls", () => {
    const bench = new Bench();
    bench.many(3, overloaded, { ...third, key: "ada" });
    expect(bench.breaker(only)).toBe("open");
  });

  it("keep only that key away for 30 s where another called within a minute, and ask for a probe", () => {
    const bench = withTwoKeys();
    bench.many(2, overloaded, { ...third, key: "ada" });
    const { decisions } = bench.one(overloaded, { ...third, key: "ada" });
    expect(bench.breaker(only)).toBe("closed");
    expect(probed(decisions)).toEqual([only]);
    const reason = (key: string): string | undefined =>
      bench.call({ ...third, key }).plan.entries[0]?.reason;
    expect(reason("ada")).toBe("key_avoided");
    expect(reason("bo")).toBe("chain_order");
    bench.wait(29_999);
    expect(reason("ada")).toBe("key_avoided");
    bench.wait(1);
    expect(reason("ada")).toBe("chain_order");
  });

  it("count alone again once the other has been away for more than a minute", () => {
    const bench = withTwoKeys();
    bench.wait(60_001);
    bench.many(3, overloaded, { ...third, key: "ada" });
    expect(bench.breaker(only)).toBe("open");
  });

  it("open together with those of a second key", () => {
    const bench = withTwoKeys();
    bench.many(2, overloaded, { ...third, key: "ada" });
    bench.one(overloaded, { ...third, key: "bo" });
    expect(bench.breaker(only)).toBe("open");
  });

  it("open when the confirming probe fails: it counts as the second key", () => {
    const bench = withTwoKeys();
    bench.many(3, overloaded, { ...third, key: "ada" });
    bench.nowMs += 500;
    bench.probe(only, "fail");
    expect(bench.transitions().at(-1)).toMatchObject({ to: "open", reason: "probe_failed" });
  });

  it("do not open when the confirming probe passes", () => {
    const bench = withTwoKeys();
    bench.many(3, overloaded, { ...third, key: "ada" });
    bench.probe(only, "pass");
    bench.wait(30_000);
    bench.many(2, overloaded, { ...third, key: "ada" });
    expect(bench.breaker(only)).toBe("closed");
  });

  it("do not open by a failed probe while others get answers", () => {
    const bench = withTwoKeys();
    bench.many(3, overloaded, { ...third, key: "ada" });
    bench.one("ok", { ...third, key: "bo" });
    bench.nowMs += 500;
    bench.probe(only, "fail");
    expect(bench.breaker(only)).toBe("closed");
    bench.nowMs += 500;
    bench.one("ok", { ...third, key: "bo" });
    expect(bench.label(only)).toBe("closed");
  });

  it("that fail its trial while probes pass leave the next trial to another key", () => {
    const bench = withTwoKeys();
    bench.many(2, overloaded, { ...third, key: "ada" });
    bench.one(overloaded, { ...third, key: "bo" });
    bench.wait(6_000);
    bench.probe(only, "pass");
    const trial = (key: string): void => {
      bench.one(overloaded, {
        route: "both",
        key,
        constraints: { allowedModels: new Set(["third"]) },
      });
    };
    expect(bench.breaker(only)).toBe("half_open");
    trial("ada");
    expect(bench.breaker(only)).toBe("half_open");
    expect(bench.health(only).circuit.breaker).toMatchObject({ trial: null });
    expect(bench.call({ ...third, key: "ada" }).plan.entries[0]?.reason).toBe("key_avoided");
    trial("bo");
    expect(bench.breaker(only)).toBe("open");
  });

  it("that fail its trial are borne out by the probe that follows", () => {
    const bench = withTwoKeys();
    bench.many(2, overloaded, { ...third, key: "ada" });
    bench.one(overloaded, { ...third, key: "bo" });
    bench.wait(6_000);
    bench.probe(only, "pass");
    const over = { route: "both", key: "ada", constraints: { allowedModels: new Set(["third"]) } };
    bench.one(overloaded, over);
    expect(bench.breaker(only)).toBe("half_open");
    bench.nowMs += 50;
    bench.probe(only, "fail");
    expect(bench.breaker(only)).toBe("open");
    expect(bench.health(only).circuit.k).toBe(1);
    expect(bench.health(only).avoided.size).toBe(0);
  });

  it("are forgiven by an answer to a call that began after them, not by an older one", () => {
    const bench = withTwoKeys();
    const older = bench.begin({ ...third, key: "ada" }).move;
    bench.nowMs += 10;
    bench.many(3, overloaded, { ...third, key: "ada" });
    bench.nowMs += 10;
    bench.succeed(older);
    expect(bench.health(only).avoided.has("ada")).toBe(true);
    bench.one("ok", { ...third, key: "ada" });
    expect(bench.health(only).avoided.has("ada")).toBe(false);
  });
});

describe("a place that cannot be reached", () => {
  const place = { provider: "acme", region: "us" };

  /** Refusals in several targets of one place. */
  function down(): Bench {
    const bench = new Bench();
    bench.one(refused, { route: "first" });
    bench.one(refused, { route: "second" });
    bench.one(refused, { route: "first" });
    return bench;
  }

  it("takes all its targets out after three failures to connect, whichever of them was called", () => {
    const bench = down();
    expect(bench.label("acme:us:first")).toBe("region_down");
    expect(bench.label("acme:us:second")).toBe("region_down");
    expect(bench.label("acme:eu:first")).toBe("closed");
    expect(bench.one("ok", { route: "second" }).target).toBe("acme:eu:second");
    expect(bench.told.filter((one) => one.type === "probe_region")).toMatchObject([place]);
  });

  it("says nothing against the targets themselves", () => {
    expect(down().breaker("acme:us:first")).toBe("closed");
  });

  it.each([
    ["an answer", "ok"],
    ["a failure that came as an answer", overloaded],
    ["a rate limit", statusFailure(429)],
  ] as const)("%s between them ends the run: the place was reached", (_name, outcome) => {
    const bench = new Bench();
    bench.many(2, refused, { route: "first" });
    bench.one(outcome, { route: "second", constraints: { region: "us" } });
    bench.one(refused, { route: "first" });
    expect(bench.label("acme:us:first")).toBe("closed");
    expect(bench.health("acme:us:first").place.circuit.breaker.state).toBe("closed");
  });

  it("a silence or a cut says nothing of the place, in either direction", () => {
    const bench = new Bench();
    bench.many(2, refused, { route: "first" });
    bench.one(silentTooLong, { route: "second", constraints: { region: "us" } });
    bench.one(cutOff, { route: "second", constraints: { region: "us" } });
    bench.one(refused, { route: "first" });
    expect(bench.label("acme:us:first")).toBe("region_down");
  });

  it("gets one trial at a time when its time is over, and one answer brings all of it back", () => {
    const bench = down();
    bench.wait(6_000);
    const trial = bench.begin({ route: "first", constraints: { region: "us" } });
    expect(trial.move).toMatchObject({ how: "trial", target: { id: "acme:us:first" } });
    expect(bench.begin({ route: "second", constraints: { region: "us" } }).move.target.id).toBe(
      "acme:eu:second",
    );
    bench.succeed(trial.move);
    expect(bench.label("acme:us:second")).toBe("closed");
    expect(bench.one("ok", { route: "second", constraints: { region: "us" } }).target).toBe(
      "acme:us:second",
    );
  });

  it("gives the trial to the next call when its caller leaves", () => {
    const bench = down();
    bench.wait(6_000);
    const over: CallOver = { route: "first", constraints: { region: "us" } };
    bench.end(bench.begin(over).move, { kind: "cancelled" });
    expect(bench.begin(over).move).toMatchObject({ how: "trial", target: { id: us } });
  });

  it("a caller who left between failures to connect shows nothing of it", () => {
    const bench = new Bench();
    bench.many(2, refused, { route: "first" });
    bench.end(bench.begin({ route: "first" }).move, { kind: "cancelled" });
    bench.one(refused, { route: "first" });
    expect(bench.label(us)).toBe("region_down");
  });

  it("a failed trial takes it out for longer", () => {
    const bench = down();
    bench.wait(6_000);
    bench.one(refused, { route: "first", constraints: { region: "us" } });
    expect(bench.label("acme:us:second")).toBe("region_down");
    expect(bench.health("acme:us:first").place.circuit.k).toBe(1);
  });
});
