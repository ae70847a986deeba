import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Breaker } from "@/lib/core/breaker";
import {
  type Circuit,
  age,
  emptyCircuit,
  extendOpen,
  failureAsksFor,
  givePermitBack,
  hasFreePermit,
  hearProbe,
  isOfThisEpoch,
  openCircuit,
  recover,
  seeContent,
  succeed,
  takePermit,
} from "@/lib/core/circuit";
import type { BreakerSettings } from "@/lib/core/types";
import { lookBack, recordStart, settle } from "@/lib/core/window";

const settings: BreakerSettings = {
  minThreshold: 3,
  baseEjectionMs: 5_000,
  maxEjectionMs: 300_000,
  observeOnly: new Set(),
};

function circuitIn(breaker: Breaker): Circuit {
  return { ...emptyCircuit(), breaker };
}

const closed = (): Circuit => circuitIn({ state: "closed", sinceMs: 0 });
const open = (): Circuit =>
  circuitIn({ state: "open", sinceMs: 0, untilMs: 5_000, latestUntilMs: 35_000, probePasses: 0 });
const halfOpen = (attempt: number | null = null, provenMs: number | null = null): Circuit =>
  circuitIn({
    state: "half_open",
    sinceMs: 0,
    trial: attempt === null ? null : { attempt, startedMs: 0, provenMs },
  });
const ramp = (successes = 0, failures = 0): Circuit =>
  circuitIn({ state: "ramp", sinceMs: 0, successes, failures });

/** A failed start, to see whether an epoch forgets it. */
function withFailure(circuit: Circuit): Circuit {
  settle(circuit.window, recordStart(circuit.window, "key", 0, false), "failed");
  return circuit;
}

describe("a circuit", () => {
  it("begins closed and has seen nothing", () => {
    expect(emptyCircuit()).toMatchObject({
      breaker: { state: "closed", sinceMs: 0 },
      epoch: 0,
      k: 0,
      window: { nextSeq: 0 },
    });
  });
});

describe("a success", () => {
  it("closed stays as it is", () => {
    const circuit = withFailure(closed());
    expect(succeed(circuit, 9, "ramp")).toBeNull();
    expect(circuit.breaker).toEqual({ state: "closed", sinceMs: 0 });
    expect(circuit.epoch).toBe(0);
  });

  it.each([
    ["open → ramp (panic)", open, "ramp"],
    ["open → closed (panic, little traffic)", open, "closed"],
    ["half_open → ramp", halfOpen, "ramp"],
    ["half_open → closed, little traffic", halfOpen, "closed"],
  ] as const)("%s, and a new epoch begins", (_name, from, to) => {
    const circuit = withFailure(from());
    const before = circuit.breaker.state;
    expect(succeed(circuit, 9, to)).toEqual({ from: before, to });
    expect(circuit.breaker).toEqual(
      to === "ramp"
        ? { state: "ramp", sinceMs: 9, successes: 0, failures: 0 }
        : { state: "closed", sinceMs: 9 },
    );
    expect(circuit.epoch).toBe(1);
    expect(lookBack(circuit.window, 20).failed).toBe(0);
  });

  it("ramp → closed on the fifth, and counts until then", () => {
    const circuit = ramp();
    for (let success = 1; success <= 4; success += 1) {
      expect(succeed(circuit, success, "ramp")).toBeNull();
      expect(circuit.breaker).toMatchObject({ state: "ramp", successes: success });
    }
    expect(succeed(circuit, 5, "ramp")).toEqual({ from: "ramp", to: "closed" });
    expect(circuit.breaker).toEqual({ state: "closed", sinceMs: 5 });
  });
});

describe("a failure asks", () => {
  it.each([
    ["closed: the rules", closed, "weigh"],
    ["open: nobody", open, "nothing"],
    ["half_open, of the trial: for OPEN", () => halfOpen(7), "open"],
    ["half_open, of another call: nobody", () => halfOpen(8), "nothing"],
    ["half_open without a trial: nobody", halfOpen, "nothing"],
    ["ramp, the third of three: nobody yet", () => ramp(0, 2), "nothing"],
    ["ramp, the fourth of four: for OPEN", () => ramp(0, 3), "open"],
    ["ramp, less than half of them: nobody", () => ramp(4, 2), "nothing"],
  ] as const)("%s", (_name, from, asked) => {
    expect(failureAsksFor(from(), 7)).toBe(asked);
  });

  it("counts in a ramp", () => {
    const circuit = ramp(1, 1);
    failureAsksFor(circuit, 7);
    expect(circuit.breaker).toMatchObject({ successes: 1, failures: 2 });
  });
});

describe("opening", () => {
  it.each([
    ["closed, at once", closed, 0, 0],
    ["half_open: a real trial failed", () => halfOpen(7), 0, 1],
    ["ramp: it failed after all", ramp, 0, 1],
    ["half_open for the fourth time", () => halfOpen(7), 3, 4],
  ] as const)("%s", (_name, from, k, expected) => {
    const circuit = withFailure(from());
    circuit.k = k;
    const before = circuit.breaker.state;
    expect(openCircuit(circuit, settings, 0, 1_000, 1)).toEqual({ from: before, to: "open" });
    expect(circuit).toMatchObject({
      k: expected,
      epoch: 1,
      breaker: { state: "open", sinceMs: 1_000, untilMs: 1_000 + 5_000 * 2 ** expected },
    });
    expect(lookBack(circuit.window, 20).failed).toBe(0);
  });

  it.each([
    [0, 3],
    [59_999, 3],
    [60_000, 2],
    [179_999, 1],
    [180_000, 0],
    [9_000_000, 0],
  ])("after %i ms of health k is down to %i", (healthyMs, k) => {
    const circuit = circuitIn({ state: "closed", sinceMs: 1_000 });
    circuit.k = 3;
    openCircuit(circuit, settings, 0, 1_000 + healthyMs, 1);
    expect(circuit.k).toBe(k);
  });

  it("waits for as long as the provider asks, when that is longer", () => {
    const circuit = closed();
    openCircuit(circuit, settings, 60_000, 0, 0.5);
    expect(circuit.breaker).toMatchObject({ untilMs: 60_000 });
  });

  it.each([
    ["a later deadline", 10_000, 11_000],
    ["an earlier one", 3_000, 5_000],
    ["one beyond the limit", 9_000_000, 301_000],
  ])("while open, of %s the later wins", (_name, minOpenMs, untilMs) => {
    const circuit = open();
    extendOpen(circuit, settings, minOpenMs, 1_000);
    expect(circuit.breaker).toMatchObject({ state: "open", sinceMs: 0, untilMs });
  });

  it("a deadline means nothing to a circuit that is not open", () => {
    const circuit = ramp();
    extendOpen(circuit, settings, 10_000, 1_000);
    expect(circuit).toEqual(ramp());
  });
});

describe("the permit of a half-open circuit", () => {
  it("is free until one call takes it", () => {
    const circuit = halfOpen();
    expect(hasFreePermit(circuit)).toBe(true);
    takePermit(circuit, 7, 100);
    expect(hasFreePermit(circuit)).toBe(false);
    takePermit(circuit, 8, 200);
    expect(circuit.breaker).toMatchObject({
      trial: { attempt: 7, startedMs: 100, provenMs: null },
    });
  });

  it.each([
    ["closed", closed],
    ["open", open],
    ["ramp", ramp],
  ] as const)("does not exist while %s", (_name, from) => {
    const circuit = from();
    expect(hasFreePermit(circuit)).toBe(false);
    takePermit(circuit, 7, 100);
    givePermitBack(circuit, 7);
    seeContent(circuit, 7, 100);
    expect(circuit).toEqual(from());
  });

  it("is given back by the call that holds it and by nobody else", () => {
    const circuit = halfOpen(7);
    givePermitBack(circuit, 8);
    expect(hasFreePermit(circuit)).toBe(false);
    givePermitBack(circuit, 7);
    expect(hasFreePermit(circuit)).toBe(true);
    givePermitBack(circuit, 7);
    expect(circuit).toEqual(halfOpen());
  });

  it("goes stale after 30 s", () => {
    const circuit = halfOpen(7);
    expect(age(circuit, 29_999, "ramp")).toBeNull();
    expect(hasFreePermit(circuit)).toBe(false);
    expect(age(circuit, 30_000, "ramp")).toBeNull();
    expect(hasFreePermit(circuit)).toBe(true);
  });
});

describe("a trial", () => {
  it("has passed when its content has lasted for two seconds", () => {
    const circuit = halfOpen(7);
    seeContent(circuit, 8, 500);
    seeContent(circuit, 7, 1_000);
    seeContent(circuit, 7, 2_000);
    expect(age(circuit, 2_999, "ramp")).toBeNull();
    expect(age(circuit, 3_000, "ramp")).toEqual({ from: "half_open", to: "ramp" });
  });

  it("proves nothing before its first content, however long it lasts", () => {
    const circuit = halfOpen(7);
    expect(age(circuit, 29_000, "ramp")).toBeNull();
    expect(circuit.breaker.state).toBe("half_open");
  });

  it("closes a circuit with little traffic at once", () => {
    expect(age(halfOpen(7, 10), 10, "closed")).toEqual({ from: "half_open", to: "closed" });
  });
});

describe("time and probes", () => {
  it("open → half_open when the time is over", () => {
    const circuit = open();
    expect(age(circuit, 4_999, "ramp")).toBeNull();
    expect(age(circuit, 5_000, "ramp")).toEqual({ from: "open", to: "half_open" });
    expect(circuit.epoch).toBe(0);
  });

  it("open → half_open on two passed probes, longer on a failed one", () => {
    const circuit = open();
    expect(hearProbe(circuit, false, 2_000, 4_000)).toBeNull();
    expect(circuit.breaker).toMatchObject({ untilMs: 6_000 });
    expect(hearProbe(circuit, true, 2_000, 4_500)).toBeNull();
    expect(hearProbe(circuit, true, 2_000, 5_500)).toEqual({ from: "open", to: "half_open" });
  });

  it.each(["ramp", "closed"] as const)("recovering to %s begins a new epoch", (to) => {
    const circuit = open();
    const old = recordStart(circuit.window, "key", 0, false);
    expect(isOfThisEpoch(circuit, old)).toBe(true);
    expect(recover(circuit, 9, to)).toEqual({ from: "open", to });
    expect(isOfThisEpoch(circuit, old)).toBe(false);
    expect(isOfThisEpoch(circuit, recordStart(circuit.window, "key", 9, false))).toBe(true);
  });
});

const happening = fc.record({
  what: fc.constantFrom("start", "ok", "fail", "leave", "content", "pass", "deny", "age"),
  which: fc.nat(5),
  afterMs: fc.integer({ min: 0, max: 20_000 }),
  random: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe("a circuit over any course of events", () => {
  it("has one trial at most, which is one of those in flight; k and epoch never run backwards by more than health allows", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 120 }), (happenings) => {
        const circuit = emptyCircuit();
        const inFlight = new Set<number>();
        let attempt = 0;
        let nowMs = 0;
        for (const { what, which, afterMs, random } of happenings) {
          nowMs += afterMs;
          const epoch = circuit.epoch;
          age(circuit, nowMs, "ramp");
          const chosen = [...inFlight][which];
          if (what === "start") {
            attempt += 1;
            inFlight.add(attempt);
            takePermit(circuit, attempt, nowMs);
          } else if (what === "pass" || what === "deny") {
            hearProbe(circuit, what === "pass", 2_000, nowMs);
          } else if (what === "content") {
            seeContent(circuit, chosen ?? 0, nowMs);
          } else if (chosen !== undefined && what !== "age") {
            inFlight.delete(chosen);
            endOne(circuit, chosen, what, nowMs, random);
          }
          expect(circuit.epoch).toBeGreaterThanOrEqual(epoch);
          expect(circuit.k).toBeGreaterThanOrEqual(0);
          const { breaker } = circuit;
          if (breaker.state === "half_open" && breaker.trial !== null) {
            expect(inFlight.has(breaker.trial.attempt)).toBe(true);
            expect(nowMs - breaker.trial.startedMs).toBeLessThan(50_000);
          }
          if (breaker.state === "open") {
            expect(breaker.untilMs - breaker.sinceMs).toBeLessThanOrEqual(330_000);
          }
        }
      }),
    );
  });
});

/** What the router does with the end of an attempt, without its rules: the third failure opens. */
function endOne(
  circuit: Circuit,
  attempt: number,
  what: "ok" | "fail" | "leave",
  nowMs: number,
  random: number,
): void {
  if (what === "ok") {
    succeed(circuit, nowMs, "ramp");
  } else if (what === "leave") {
    givePermitBack(circuit, attempt);
  } else if (failureAsksFor(circuit, attempt) !== "nothing") {
    openCircuit(circuit, settings, 0, nowMs, random);
  }
}
