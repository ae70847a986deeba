import { describe, expect, it } from "vitest";
import { type Rule, rules } from "@/lib/core/types";
import {
  Bench,
  type CallOver,
  migrated,
  observing,
  overloaded,
  refused,
  snapshotOf,
  statusFailure,
} from "./fixture";

const us = "acme:us:first";
const first: CallOver = { route: "first", constraints: { region: "us" } };
const onlyUs: CallOver = { route: "first", constraints: { region: "us", regionMode: "require" } };

function grey(bench: Bench): void {
  for (let call = 0; call < 20; call += 1) {
    bench.wait(1_000);
    bench.one(call % 4 === 3 ? { ...statusFailure(500), sameTargetAfterMs: null } : "ok", onlyUs);
  }
}

/** What makes each rule act. */
const signs: Record<Rule, (bench: Bench) => void> = {
  opening: (bench) => {
    bench.many(3, overloaded, onlyUs);
  },
  suspect: (bench) => {
    [1, 2, 3].forEach(() => bench.begin(onlyUs));
    bench.wait(6_500);
  },
  degraded: grey,
  probes: (bench) => {
    [1, 2, 3].forEach(() => bench.probe(us, "fail"));
  },
  capacity: (bench) => {
    bench.one(statusFailure(429, { retryAfterMs: 9_000 }), onlyUs);
  },
  credential: (bench) => {
    bench.one(statusFailure(401), onlyUs);
    bench.probeRegion({ provider: "acme", region: "us" }, "credential");
  },
  region: (bench) => {
    bench.many(3, refused, onlyUs);
  },
  access: (bench) => {
    bench.one(statusFailure(404), onlyUs);
    bench.probe(us, "configuration");
  },
};

const wouldBe: Partial<Record<Rule, string>> = {
  opening: "open",
  suspect: "suspect",
  degraded: "degraded",
  probes: "probe_down",
  credential: "credential_dead",
  region: "region_down",
  access: "blocked",
};

const shapes: readonly CallOver[] = [
  first,
  onlyUs,
  { route: "first", key: "another" },
  { route: "auto", constraints: { region: "us" } },
  { route: "both" },
  { route: "second", constraints: { region: "us" } },
  { route: "first", needs: { promptTokens: 20_000 } },
];

/** What calls of every shape would be sent to, and how, now and after a while. */
function choices(bench: Bench): readonly string[] {
  return [0, 2_000, 6_000].flatMap((waitMs) => {
    bench.wait(waitMs);
    return shapes.map((over) => {
      const { id } = bench.call(over);
      const move = bench.next(id);
      if (move.type !== "attempt") {
        return move.type;
      }
      bench.end(move, { kind: "cancelled" });
      bench.endCall(id);
      return `${move.target.id} ${move.how}`;
    });
  });
}

/** The same events at the same times, without their meaning. */
function spared(rule: Rule): Bench {
  const bench = new Bench();
  const twin = new Bench();
  signs[rule](twin);
  bench.wait(twin.nowMs - bench.nowMs);
  return bench;
}

describe.each(rules)("%s, only observed", (rule) => {
  it("chooses as if nothing had happened", () => {
    const bench = new Bench(observing(rule));
    signs[rule](bench);
    expect(bench.label(us)).toBe("closed");
    expect(choices(bench)).toEqual(choices(spared(rule)));
  });

  it("would choose otherwise if it were in force", () => {
    const bench = new Bench();
    signs[rule](bench);
    expect(choices(bench)).not.toEqual(choices(spared(rule)));
  });
});

describe("a rule that only observes", () => {
  it.each(Object.entries(wouldBe))("tells what it would have done: %s → %s", (rule, to) => {
    const bench = new Bench(observing(rule as Rule));
    signs[rule as Rule](bench);
    const observed = bench.transitions().filter((one) => one.observed);
    expect(observed).toContainEqual(
      expect.objectContaining({ rule, to, target: bench.target(us) }),
    );
    expect(bench.transitions().filter((one) => !one.observed)).toEqual([]);
  });

  it("does not repeat itself within half a minute", () => {
    const bench = new Bench(observing("opening"));
    const told = (): number => bench.transitions().length;
    bench.many(30, overloaded, onlyUs);
    expect(told()).toBe(1);
    bench.wait(30_000);
    bench.one(overloaded, onlyUs);
    expect(told()).toBe(2);
  });

  it("takes no call back", () => {
    const bench = new Bench(observing("suspect"));
    [1, 2, 3].forEach(() => bench.begin(first));
    bench.probe("acme:eu:first", "pass");
    expect(migrated(bench.wait(10_000))).toEqual([]);
  });

  it("keeps no key away", () => {
    const bench = new Bench(observing("opening"));
    bench.one("ok", { ...onlyUs, key: "another" });
    bench.many(5, overloaded, onlyUs);
    expect(bench.call(onlyUs).plan.entries.find(({ target }) => target === us)?.decision).toBe(
      "eligible",
    );
  });

  it("for DEGRADED, leaves the run that opens as it was", () => {
    const bench = new Bench(observing("degraded"));
    grey(bench);
    bench.many(4, "ok", onlyUs);
    bench.many(2, overloaded, onlyUs);
    expect(bench.label(us)).toBe("closed");
    bench.one(overloaded, onlyUs);
    expect(bench.label(us)).toBe("open");
  });

  it("for probes, bears no key's failures out", () => {
    const bench = new Bench(observing("probes"));
    bench.one("ok", { ...onlyUs, key: "another" });
    bench.many(3, overloaded, onlyUs);
    bench.nowMs += 100;
    bench.probe(us, "fail");
    expect(bench.label(us)).toBe("closed");
  });

  it("from now on, lets a target go that it had kept away", () => {
    const bench = new Bench();
    bench.many(3, overloaded, onlyUs);
    expect(bench.label(us)).toBe("open");
    bench.apply({ type: "snapshot", snapshot: observing("opening") });
    expect(bench.label(us)).toBe("closed");
    expect(bench.transitions().at(-1)).toMatchObject({ from: "open", to: "closed" });
    expect(bench.begin(first).move).toMatchObject({ how: "first", target: { id: us } });
    bench.apply({ type: "snapshot", snapshot: snapshotOf() });
    expect(bench.label(us)).toBe("closed");
  });
});
