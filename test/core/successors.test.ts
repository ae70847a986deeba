import { describe, expect, it } from "vitest";
import { planCall } from "@/lib/core/plan";
import { type Successor, successors } from "@/lib/core/successors";
import { Bench, overloaded, snapshotOf } from "./fixture";

const us = "acme:us:first";
const eu = "acme:eu:first";

function told(bench: Bench, id: string): readonly Successor[] {
  return successors(bench.world, bench.nowMs).get(id) ?? [];
}

function inAuto(bench: Bench, id: string): string | null | undefined {
  return told(bench, id).find(({ route }) => route === "auto")?.target;
}

describe("who answers if a target dies", () => {
  it("is who the router turns to then", () => {
    const bench = new Bench();
    bench.one("ok", {});
    expect(inAuto(bench, us)).toBe(eu);
    bench.many(3, overloaded, {
      route: "first",
      constraints: { region: "us", regionMode: "require" },
    });
    expect(bench.breaker(us)).toBe("open");
    const plan = planCall(bench.world, bench.spec({}), { ramp: 1, degraded: 1 }, bench.nowMs);
    expect(plan.entries.find(({ decision }) => decision === "eligible")?.target).toBe(eu);
    expect(inAuto(bench, eu)).toBe("acme:us:second");
  });

  it("is who answers anyway for those that others go before", () => {
    const bench = new Bench();
    expect(inAuto(bench, eu)).toBe(us);
  });

  it("is nobody where nobody is left", () => {
    const bench = new Bench(
      snapshotOf(
        ["second", "third"].map((objectId) => ({
          ...{ objectType: "model", objectId, intent: "draining", untilMs: null },
        })),
      ),
    );
    bench.many(3, overloaded, {
      route: "first",
      constraints: { region: "eu", regionMode: "require" },
    });
    expect(inAuto(bench, us)).toBeNull();
  });

  it("changes nothing in the world that it reads", () => {
    const bench = new Bench();
    bench.many(3, "ok", {});
    const before = structuredClone([...bench.world.preferences]);
    successors(bench.world, bench.nowMs);
    expect([...bench.world.preferences]).toEqual(before);
    expect(bench.world.calls.size).toBe(0);
  });
});
