import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AttemptMove, AttemptOutcome, Decision } from "@/lib/core/events";
import { planCall } from "@/lib/core/plan";
import { step } from "@/lib/core/step";
import { emptyWorld, labelOfHealth } from "@/lib/core/world";
import {
  Bench,
  type CallOver,
  cutOff,
  overloaded,
  refused,
  resetEarly,
  silentTooLong,
  snapshotOf,
  statusFailure,
} from "./fixture";

const failures = {
  overloaded,
  refused,
  resetEarly,
  silentTooLong,
  cutOff,
  busy: statusFailure(429),
  busySoon: statusFailure(429, { retryAfterMs: 500 }),
  broken: statusFailure(500),
  key: statusFailure(401),
  money: statusFailure(402),
  access: statusFailure(403),
  gone: statusFailure(404),
  wrong: statusFailure(422),
};
const targetIds = [...snapshotOf().targets.keys()];
const switches = [
  [],
  [{ objectType: "region", objectId: "us", intent: "disabled", untilMs: null }],
  [{ objectType: "model", objectId: "second", intent: "draining", untilMs: null }],
] as const;

/** One thing that happens to a router. `pick` chooses among the calls that are under way. */
const happening = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant("call"),
      route: fc.constantFrom("auto", "both", "third"),
      key: fc.constantFrom("ada", "bo"),
      region: fc.constantFrom(null, "us", "eu"),
      reasoning: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant("fail"),
      pick: fc.nat(99),
      how: fc.constantFrom(...(Object.keys(failures) as (keyof typeof failures)[])),
    }),
  },
  { weight: 6, arbitrary: fc.record({ what: fc.constant("content"), pick: fc.nat(99) }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant("succeed"), pick: fc.nat(99) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("leave"), pick: fc.nat(99) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant("wait"),
      ms: fc.constantFrom(50, 300, 2_000, 7_000, 40_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant("freeze"), ms: fc.constantFrom(1_300, 20_000) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant("probe"),
      target: fc.constantFrom(...targetIds),
      verdict: fc.constantFrom(
        "pass",
        "fail",
        "fail",
        "capacity",
        "credential",
        "quota",
        "access",
        "configuration",
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant("probe_region"),
      region: fc.constantFrom("us", "eu"),
      verdict: fc.constantFrom("pass", "fail", "fail", "credential", "access"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constantFrom("hint", "reset"),
      target: fc.constantFrom(...targetIds),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant("switch"), to: fc.nat(switches.length - 1) }),
  },
) as fc.Arbitrary<Happening>;

type Happening =
  | { what: "call"; route: string; key: string; region: string | null; reasoning: boolean }
  | { what: "fail"; pick: number; how: keyof typeof failures }
  | { what: "content" | "succeed" | "leave"; pick: number }
  | { what: "wait" | "freeze"; ms: number }
  | { what: "probe"; target: string; verdict: "pass" | "fail" }
  | { what: "probe_region"; region: string; verdict: "pass" | "fail" }
  | { what: "hint" | "reset"; target: string }
  | { what: "switch"; to: number };

type Underway = { readonly id: string; move: AttemptMove | null; hasContent: boolean };

/** A shell that does what the router says, call by call. */
class Shell {
  readonly calls: Underway[] = [];

  readonly bench = new Bench();
  private readonly watch: (bench: Bench) => void;

  constructor(watch: (bench: Bench) => void = () => undefined) {
    this.watch = watch;
  }

  do(happening: Happening): void {
    const { bench } = this;
    switch (happening.what) {
      case "call": {
        const { route, key, region, reasoning } = happening;
        const over: CallOver = { route, key, constraints: { region }, needs: { reasoning } };
        this.go({ id: bench.call(over).id, move: null, hasContent: false }, null);
        break;
      }
      case "fail":
        this.end(happening.pick, { kind: "failure", failure: failures[happening.how] });
        break;
      case "content": {
        const call = this.pick(happening.pick);
        const move = call?.move ?? null;
        if (call !== undefined && move !== null && !call.hasContent) {
          call.hasContent = true;
          bench.content(move);
        }
        break;
      }
      case "succeed":
        this.end(happening.pick, { kind: "success", outputTokens: 5, isPlain: false });
        break;
      case "leave": {
        const call = this.pick(happening.pick);
        if (call !== undefined) {
          this.finish(call, { kind: "cancelled" });
        }
        break;
      }
      case "wait":
        this.migrate(bench.wait(happening.ms));
        break;
      case "freeze":
        bench.nowMs += happening.ms;
        this.migrate(bench.apply({ type: "tick" }));
        break;
      case "probe":
        this.migrate(bench.probe(happening.target, happening.verdict));
        break;
      case "probe_region":
        bench.probeRegion({ provider: "acme", region: happening.region }, happening.verdict);
        break;
      case "hint":
      case "reset":
        bench.apply({ type: happening.what, target: happening.target });
        break;
      case "switch":
        bench.apply({
          type: "snapshot",
          snapshot: snapshotOf([...(switches[happening.to] ?? [])]),
        });
        break;
    }
    this.watch(bench);
  }

  rest(): void {
    for (const call of [...this.calls]) {
      this.finish(call, { kind: "cancelled" });
    }
    this.watch(this.bench);
  }

  private pick(pick: number): Underway | undefined {
    return this.calls[pick % Math.max(1, this.calls.length)];
  }

  private end(pick: number, outcome: AttemptOutcome): void {
    const call = this.pick(pick);
    if (call === undefined || call.move === null) {
      return;
    }
    if (outcome.kind === "success") {
      this.finish(call, outcome);
      return;
    }
    this.bench.end(call.move, outcome);
    this.go(call, call.hasContent ? 5 : null);
  }

  private migrate(decisions: readonly Decision[]): void {
    for (const decision of decisions) {
      const call =
        decision.type === "migrate"
          ? this.calls.find((one) => one.move?.attempt === decision.attempt)
          : undefined;
      if (call !== undefined && call.move !== null) {
        this.bench.end(call.move, { kind: "withdrawn", why: "migrated" });
        this.go(call, null);
      }
    }
  }

  private go(call: Underway, delivered: number | null): void {
    call.move = null;
    let move = this.bench.next(call.id, delivered);
    for (let pauses = 0; move.type === "pause" && pauses < 5; pauses += 1) {
      this.bench.nowMs += move.forMs;
      move = this.bench.next(call.id, delivered);
    }
    if (move.type !== "attempt") {
      this.finish(call, null);
      return;
    }
    call.move = move;
    if (!this.calls.includes(call)) {
      this.calls.push(call);
    }
  }

  private finish(call: Underway, outcome: AttemptOutcome | null): void {
    if (call.move !== null && outcome !== null) {
      this.bench.end(call.move, outcome);
    }
    this.bench.endCall(call.id);
    const place = this.calls.indexOf(call);
    if (place >= 0) {
      this.calls.splice(place, 1);
    }
  }
}

const course = fc.array(happening, { minLength: 20, maxLength: 120, size: "max" });

describe("any course of events", () => {
  it("leads to the same decisions when it is played again", () => {
    fc.assert(
      fc.property(course, (happenings) => {
        const shell = new Shell();
        happenings.forEach((one) => {
          shell.do(one);
        });
        const world = emptyWorld();
        const again = shell.bench.heard.flatMap(({ event, nowMs }) => [
          ...step(world, event, nowMs, () => 0.5),
        ]);
        expect(again).toEqual(shell.bench.told);
      }),
      { numRuns: 50 },
    );
  });

  it("leaves no counter under zero, and every one at zero at rest", () => {
    fc.assert(
      fc.property(course, (happenings) => {
        const shell = new Shell(({ world }) => {
          const isWhole = [...world.targets.values()].every(
            ({ inFlight, panicInFlight, waiting, capacity }) =>
              Math.min(inFlight, panicInFlight, capacity.waiters) >= 0 &&
              Math.max(waiting.size, panicInFlight) <= inFlight,
          );
          expect(isWhole).toBe(true);
          const inFlight = [...world.targets.values()].reduce((sum, one) => sum + one.inFlight, 0);
          expect(inFlight).toBe(world.attempts.size);
        });
        happenings.forEach((one) => {
          shell.do(one);
        });
        shell.rest();
        const { world } = shell.bench;
        expect([world.attempts.size, world.calls.size]).toEqual([0, 0]);
        for (const {
          inFlight,
          panicInFlight,
          waiting,
          capacity,
          circuit,
          place,
        } of world.targets.values()) {
          expect([inFlight, panicInFlight, waiting.size, capacity.waiters]).toEqual([0, 0, 0, 0]);
          for (const { breaker } of [circuit, place.circuit]) {
            expect(breaker.state === "half_open" ? breaker.trial : null).toBeNull();
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it("is told without a gap: each transition begins where the one before ended", () => {
    fc.assert(
      fc.property(course, (happenings) => {
        const shell = new Shell();
        happenings.forEach((one) => {
          shell.do(one);
        });
        shell.bench.wait(1_000);
        const labels = new Map<string, string>();
        for (const { target, from, to } of shell.bench.transitions()) {
          expect(from).toBe(labels.get(target.id) ?? "closed");
          expect(to).not.toBe(from);
          labels.set(target.id, to);
        }
        for (const health of shell.bench.world.targets.values()) {
          expect(labels.get(health.target.id) ?? "closed").toBe(
            labelOfHealth(health, shell.bench.nowMs),
          );
        }
      }),
      { numRuns: 80 },
    );
  });

  it("sends nothing to what is switched off, and no call past its attempts", () => {
    fc.assert(
      fc.property(course, (happenings) => {
        const shell = new Shell();
        const { bench } = shell;
        for (const one of happenings) {
          const before = bench.told.length;
          shell.do(one);
          for (const move of bench.told.slice(before)) {
            if (move.type === "attempt") {
              expect(bench.world.snapshot.holds.get(move.target.id) ?? []).toEqual([]);
            }
          }
          for (const { started, attemptsAtMost, resumed } of bench.world.calls.values()) {
            expect(started - resumed).toBeLessThanOrEqual(attemptsAtMost);
            expect(resumed).toBeLessThanOrEqual(2);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it("a plan changes nothing, and is the same whenever it is asked for", () => {
    fc.assert(
      fc.property(course, (happenings) => {
        const shell = new Shell();
        const { bench } = shell;
        happenings.forEach((one) => {
          shell.do(one);
        });
        const spec = bench.spec({ route: "both", constraints: { region: "eu" } });
        const before = structuredClone({
          ...bench.world,
          calls: null,
          attempts: null,
          snapshot: null,
        });
        const luck = { ramp: 0.5, degraded: 0.5 };
        const plan = planCall(bench.world, spec, luck, bench.nowMs);
        expect({ ...bench.world, calls: null, attempts: null, snapshot: null }).toEqual(before);
        expect(planCall(bench.world, spec, luck, bench.nowMs)).toEqual(plan);
      }),
      { numRuns: 50 },
    );
  });
});

describe("another's trouble", () => {
  const us = "acme:us:first";
  const first: CallOver = { route: "first", constraints: { region: "us" } };

  it("a key whose prompts fail moves nobody else's calls, however they fall", () => {
    const rounds = fc.array(
      fc.record({
        bad: fc.integer({ min: 0, max: 6 }),
        good: fc.integer({ min: 1, max: 3 }),
        waitMs: fc.nat(3_000),
        probe: fc.boolean(),
      }),
      { minLength: 10, maxLength: 40 },
    );
    fc.assert(
      fc.property(rounds, (all) => {
        const bench = new Bench();
        for (const { bad, good, waitMs, probe } of all) {
          for (let call = 0; call < good; call += 1) {
            expect(bench.one("ok", { ...first, key: "good" })).toMatchObject({
              target: us,
              how: "first",
            });
          }
          bench.many(
            bad,
            { ...statusFailure(500), sameTargetAfterMs: null },
            { ...first, key: "poison" },
          );
          bench.wait(waitMs);
          if (probe) {
            bench.probe(us, "pass");
          }
        }
        expect(bench.one("ok", { ...first, key: "good" })).toMatchObject({
          target: us,
          how: "first",
        });
      }),
      { numRuns: 40 },
    );
  });

  it("with all well the operator's first entry is chosen, whoever calls and whenever", () => {
    const calls = fc.array(
      fc.record({
        key: fc.constantFrom("a", "b", "c"),
        waitMs: fc.nat(20_000),
        ttftMs: fc.integer({ min: 1, max: 900 }),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(calls, (all) => {
        const bench = new Bench();
        for (const { key, waitMs, ttftMs } of all) {
          bench.wait(waitMs);
          const { move } = bench.begin({ key, route: "both" });
          expect(move).toMatchObject({ entryIndex: 0, how: "first" });
          bench.nowMs += ttftMs;
          bench.content(move);
          bench.succeed(move);
        }
      }),
      { numRuns: 30 },
    );
  });
});
