import { describe, expect, it } from "vitest";
import { Bench, observing, overloaded, probed, statusFailure } from "./fixture";

const us = "acme:us:first";
const first = { route: "first" } as const;
const onlyUs = { route: "first", constraints: { region: "us", regionMode: "require" } } as const;

const reset = (bench: Bench) => bench.apply({ type: "reset", target: us });

function opened(): Bench {
  const bench = new Bench();
  bench.many(3, overloaded, first);
  expect(bench.label(us)).toBe("open");
  return bench;
}

function degraded(): Bench {
  const bench = new Bench();
  for (let call = 0; call < 20; call += 1) {
    bench.wait(1_000);
    bench.one(call % 4 === 3 ? { ...statusFailure(500), sameTargetAfterMs: null } : "ok", onlyUs);
  }
  expect(bench.label(us)).toBe("degraded");
  return bench;
}

describe("a person's reset", () => {
  it("lets one trial through at once where a breaker is open, and no second beside it", () => {
    const bench = opened();
    reset(bench);
    expect(bench.label(us)).toBe("half_open");
    expect(bench.begin(first).move).toMatchObject({ how: "trial", target: { id: us } });
    expect(bench.begin(first).move.target.id).not.toBe(us);
  });

  it("tells the transition with its own reason, and asks for a probe", () => {
    const bench = opened();
    const decisions = reset(bench);
    expect(bench.transitions().at(-1)).toMatchObject({
      from: "open",
      to: "half_open",
      reason: "forgiven",
    });
    expect(probed(decisions)).toEqual([us]);
  });

  it("makes the next opening as short as a first one", () => {
    const bench = opened();
    bench.health(us).circuit.k = 5;
    reset(bench);
    bench.many(1, overloaded, first);
    expect(bench.label(us)).toBe("open");
    // One failed trial after the reset: the second step, not the seventh.
    expect(bench.health(us).circuit.k).toBe(1);
  });

  it("forgets failures that have not opened anything yet", () => {
    const bench = new Bench();
    bench.many(2, overloaded, first);
    reset(bench);
    bench.many(2, overloaded, first);
    expect(bench.label(us)).toBe("closed");
    bench.many(1, overloaded, first);
    expect(bench.label(us)).toBe("open");
  });

  it("leaves an attempt from before without a say", () => {
    const bench = new Bench();
    const begun = [1, 2, 3].map(() => bench.begin(onlyUs));
    reset(bench);
    for (const { move } of begun) {
      bench.end(move, { kind: "failure", failure: overloaded });
    }
    expect(bench.label(us)).toBe("closed");
  });

  it("brings a degraded target back by a ramp, and what probes call down by a trial", () => {
    const grey = degraded();
    reset(grey);
    expect(grey.label(us)).toBe("ramp");
    const down = new Bench();
    [1, 2, 3].forEach(() => down.probe(us, "fail"));
    expect(down.label(us)).toBe("probe_down");
    reset(down);
    expect(down.label(us)).toBe("half_open");
    [1, 2, 3].forEach(() => down.probe(us, "fail"));
    expect(down.health(us).probe.state).toBe("down");
  });

  it("closes without a call once probes have passed for half a minute", () => {
    const bench = opened();
    bench.wait(30_000);
    bench.apply({ type: "reset", target: us });
    bench.wait(30_000);
    [1, 2, 3].forEach(() => bench.probe(us, "pass"));
    expect(bench.label(us)).toBe("closed");
  });

  it("does not touch what is shared or set up wrong, nor a breaker that only observes", () => {
    const bench = new Bench();
    bench.probe(us, "credential");
    reset(bench);
    expect(bench.label(us)).toBe("credential_dead");
    const watched = new Bench(observing("opening"));
    [1, 2, 3].forEach(() => watched.probe(us, "fail"));
    reset(watched);
    expect(watched.label(us)).toBe("closed");
  });

  it("says nothing of a target that is well or that nobody knows", () => {
    const bench = new Bench();
    expect(reset(bench)).toEqual([]);
    expect(bench.apply({ type: "reset", target: "acme:us:gone" })).toEqual([]);
  });
});
