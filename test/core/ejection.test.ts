/** When half of a target's calls fail: thrown out where somebody does better, kept where nobody does. */
import { describe, expect, it } from "vitest";
import type { Failure } from "@/lib/core/classify";
import { Bench, type CallOver, input, overloaded, snapshotOf, statusFailure } from "./fixture";

const us = "acme:us:first";
const onlyUs: CallOver = { route: "first", constraints: { region: "us", regionMode: "require" } };
const onlyEu: CallOver = { route: "first", constraints: { region: "eu", regionMode: "require" } };
const broken: Failure = { ...statusFailure(500), sameTargetAfterMs: null };
const third: CallOver = { route: "third" };

/** Every second call fails, ten in a second, long enough for a target that is known to be grey. */
function failHalf(bench: Bench, over: CallOver, calls = 140): void {
  for (let call = 0; call < calls; call += 1) {
    bench.nowMs += 100;
    bench.one(call % 2 === 0 ? "ok" : broken, over);
  }
}

const off = (
  ...objects: [type: string, id: string][]
): { objectType: string; objectId: string; intent: "draining"; untilMs: null }[] =>
  objects.map(([objectType, objectId]) => ({
    ...{ objectType, objectId },
    intent: "draining",
    untilMs: null,
  }));
const noPeers = [
  ["model", "second"],
  ["model", "third"],
] as [string, string][];
const eu: [string, string] = ["target", "acme:eu:first"];

describe("a target that fails every second call", () => {
  it("is thrown out while its own model is well elsewhere", () => {
    const bench = new Bench(snapshotOf(off(...noPeers)));
    failHalf(bench, onlyUs);
    expect(bench.transitions().find(({ to }) => to === "open")).toMatchObject({
      target: { id: us },
      rule: "opening",
      evidence: { rule: "ratio" },
    });
  });

  it("is thrown out while another model of its chain is well", () => {
    const bench = new Bench(snapshotOf(off(eu, ["model", "second"])));
    failHalf(bench, onlyUs);
    expect(bench.breaker(us)).toBe("open");
  });

  it.each<[string, (bench: Bench) => void, [string, string][]]>([
    ["nobody else is there", () => undefined, [eu, ...noPeers]],
    ["the other is out", (bench) => bench.many(3, overloaded, onlyEu), noPeers],
    [
      "the other fails as often",
      (bench) => {
        failHalf(bench, onlyEu, 20);
      },
      noPeers,
    ],
  ])("is kept while %s", (_, prepare, switches) => {
    const bench = new Bench(snapshotOf(off(...switches)));
    prepare(bench);
    failHalf(bench, onlyUs, 100);
    expect(bench.breaker(us)).toBe("closed");
    expect(bench.label(us)).toBe("degraded");
  });

  it("is kept for a model that shares no chain with it", () => {
    const strangers = { ...input, routes: [{ id: "auto", chain: ["first", "second"] }] };
    const bench = new Bench(snapshotOf(off(eu, ["model", "second"]), strangers));
    failHalf(bench, onlyUs);
    expect(bench.breaker(us)).toBe("closed");
  });
});

describe("the words for a target that is back", () => {
  const only = "other:global:third";
  const reasons = (bench: Bench): unknown[] =>
    bench
      .transitions()
      .filter(({ target }) => target.id === only)
      .map(({ from, to, rule, reason }) => [from, to, rule, reason]);

  it("a trial that is answered, where few call", () => {
    const bench = new Bench();
    bench.many(3, overloaded, third);
    bench.wait(10_000);
    bench.one("ok", third);
    expect(reasons(bench).slice(-2)).toEqual([
      ["open", "half_open", "opening", "time_over"],
      ["half_open", "closed", "opening", "trial_passed"],
    ]);
  });

  it("a trial and then a ramp, where many call", () => {
    const bench = new Bench();
    bench.many(30, "ok", third, 100);
    bench.many(20, overloaded, third, 100);
    expect(bench.breaker(only)).toBe("open");
    // Their callers go on trying.
    bench.many(60, overloaded, third, 100);
    while (bench.breaker(only) !== "half_open") {
      bench.wait(250);
    }
    bench.many(6, "ok", third, 10);
    expect(reasons(bench).slice(-2)).toEqual([
      ["half_open", "ramp", "opening", "trial_passed"],
      ["ramp", "closed", "opening", "ramp_passed"],
    ]);
  });

  it("the first content after silence", () => {
    const bench = new Bench();
    [1, 2, 3].forEach(() => bench.begin(third));
    bench.wait(6_500);
    expect(bench.label(only)).toBe("suspect");
    bench.content(bench.begin(third).move);
    expect(reasons(bench).at(-1)).toEqual(["suspect", "closed", "suspect", "content_came"]);
  });

  it("an answer of a call to one that is blocked", () => {
    const bench = new Bench();
    bench.probe(only, "configuration");
    bench.nowMs += 1;
    bench.one("ok", third);
    expect(reasons(bench)).toEqual([
      ["closed", "blocked", "access", "configuration"],
      ["blocked", "closed", "access", "call_succeeded"],
    ]);
  });

  it("an answer of a call to one that probes call down", () => {
    const bench = new Bench();
    [1, 2, 3].forEach(() => bench.probe(only, "fail"));
    bench.one("ok", third);
    expect(reasons(bench).at(-1)).toEqual(["probe_down", "closed", "opening", "call_succeeded"]);
    expect(bench.health(only).probe).toMatchObject({ state: "up", failures: 0 });
  });
});
