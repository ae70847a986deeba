import { describe, expect, it } from "vitest";
import { type CallCourse, attemptCap, nextMove } from "@/lib/core/call";
import { type Failure, classify } from "@/lib/core/classify";
import { type CallConstraints, planCall } from "@/lib/core/plan";
import { resolveChain, resolveName } from "@/lib/core/resolve";
import type { Snapshot } from "@/lib/core/types";
import { Bench, anything, overloaded, routeOf, snapshotOf, targetOf } from "./fixture";

const half = (): number => 0.5;

function courseOf(
  bench: Bench,
  snapshot: Snapshot,
  constraints: CallConstraints = anything,
): CallCourse {
  const plan = planCall(
    snapshot,
    bench.world,
    routeOf(snapshot, "auto"),
    constraints,
    bench.nowMs,
    half,
  );
  return {
    plan,
    maxAttempts: attemptCap(plan, 6),
    fallbackOnContentPolicy: false,
    deadlineMs: bench.nowMs + 120_000,
    tried: [],
  };
}

/** The targets of a call whose every attempt fails with `failure`. */
function tries(
  bench: Bench,
  snapshot: Snapshot,
  failure: Failure,
  constraints = anything,
): string[] {
  const course = courseOf(bench, snapshot, constraints);
  const seen: string[] = [];
  for (;;) {
    const move = nextMove(course, snapshot, bench.world, bench.nowMs, half);
    if (move.kind === "finish") {
      return seen;
    }
    seen.push(move.candidate.target.id);
    course.tried.push({ target: move.candidate.target, failure });
  }
}

const answer = (status: number, code = "", retryAfterMs: number | null = null): Failure =>
  classify({ kind: "status", status, retryAfterMs, error: { code, type: "", message: "" } }, 2_000);

describe("the course of a call", () => {
  it("chooses the operator's first model and its first region while all are healthy", () => {
    expect(tries(new Bench(), snapshotOf(), overloaded)[0]).toBe("acme:us:first");
  });

  it("tries every enabled target once before it gives up", () => {
    expect(tries(new Bench(), snapshotOf(), overloaded)).toEqual([
      "acme:us:first",
      "acme:eu:first",
      "acme:us:second",
      "acme:eu:second",
    ]);
  });

  it("asks the same target once more after a 500", () => {
    expect(tries(new Bench(), snapshotOf(), answer(500)).slice(0, 3)).toEqual([
      "acme:us:first",
      "acme:us:first",
      "acme:us:second",
    ]);
  });

  it("goes to another provider × model after a timeout, siblings last", () => {
    const timeout = classify({ kind: "timeout", phase: "ttft" }, 2_000);
    expect(tries(new Bench(), snapshotOf(), timeout)).toEqual([
      "acme:us:first",
      "acme:us:second",
      "acme:eu:first",
      "acme:eu:second",
    ]);
  });

  it.each([
    ["a content policy", answer(400, "content_policy_violation")],
    ["a bad request", answer(422)],
  ])("asks nobody else after %s", (_name, failure) => {
    expect(tries(new Bench(), snapshotOf(), failure)).toEqual(["acme:us:first"]);
  });

  it("passes over an open target, says why, and tries it in panic when nothing else is left", () => {
    const bench = new Bench();
    const snapshot = snapshotOf();
    const sick = targetOf(snapshot, "acme:us:first");
    bench.fail(sick);
    bench.fail(sick);
    bench.fail(sick);
    const { plan } = courseOf(bench, snapshot);
    expect(plan.avoided).toBe(true);
    expect(plan.entries[0]).toEqual({ target: sick.id, decision: "skipped", reason: "open" });
    const order = tries(bench, snapshot, overloaded);
    expect(order[0]).toBe("acme:eu:first");
    expect(order.at(-1)).toBe(sick.id);
  });

  it.each(["draining", "disabled"] as const)(
    "never calls what is %s, in panic neither",
    (intent) => {
      const hold = { objectType: "region", objectId: "us", intent, untilMs: null };
      expect(tries(new Bench(), snapshotOf([hold]), overloaded)).toEqual([
        "acme:eu:first",
        "acme:eu:second",
      ]);
    },
  );

  it("a switch ends by itself at its instant", () => {
    const hold = {
      objectType: "model",
      objectId: "first",
      intent: "disabled",
      untilMs: 5_000,
    } as const;
    const bench = new Bench();
    expect(tries(bench, snapshotOf([hold]), overloaded)[0]).toBe("acme:us:second");
    bench.nowMs = 5_000;
    expect(tries(bench, snapshotOf([hold]), overloaded)[0]).toBe("acme:us:first");
  });

  it("a key's regions hold in every fallback, and a preferred region only orders inside a model", () => {
    const fenced = { ...anything, allowedRegions: new Set(["eu"]) };
    expect(tries(new Bench(), snapshotOf(), overloaded, fenced)).toEqual([
      "acme:eu:first",
      "acme:eu:second",
    ]);
    const asked = { ...anything, region: "eu" };
    expect(tries(new Bench(), snapshotOf(), overloaded, asked)).toEqual([
      "acme:eu:first",
      "acme:us:first",
      "acme:eu:second",
      "acme:us:second",
    ]);
  });

  it("starts nothing with less than a second left", () => {
    const bench = new Bench();
    const snapshot = snapshotOf();
    const course = { ...courseOf(bench, snapshot), deadlineMs: bench.nowMs + 999 };
    expect(nextMove(course, snapshot, bench.world, bench.nowMs, half)).toEqual({
      kind: "finish",
      why: "deadline",
    });
  });

  it("prefers the faster region once all are measured, and keeps it for a small gain", () => {
    const bench = new Bench();
    const snapshot = snapshotOf();
    const measure = (id: string, ttftMs: number, times: number): void => {
      for (let sample = 0; sample < times; sample += 1) {
        bench.apply({ type: "first_token", target: targetOf(snapshot, id), ttftMs });
      }
    };
    const first = (): string | undefined => tries(bench, snapshot, overloaded)[0];
    measure("acme:us:first", 400, 3);
    measure("acme:eu:first", 100, 3);
    first();
    expect(first()).toBe("acme:eu:first");
    measure("acme:us:first", 90, 30);
    for (let look = 0; look < 5; look += 1) {
      bench.nowMs += 6_000;
      expect(first()).toBe("acme:eu:first");
    }
    measure("acme:us:first", 20, 30);
    for (let look = 0; look < 3; look += 1) {
      expect(first()).toBe("acme:eu:first");
      bench.nowMs += 6_000;
      first();
    }
    expect(first()).toBe("acme:us:first");
  });
});

describe("names", () => {
  const options = { defaultRouteOnModelName: false, anyModelRoute: () => undefined };
  const snapshot = snapshotOf();
  const models = (name: string, over = {}): string[] | readonly string[] => {
    const resolved = resolveName(snapshot, name, { ...options, ...over });
    return resolved.kind === "route"
      ? resolved.route.entries.map((entry) => entry.model)
      : resolved.nearest;
  };

  it("a route is its chain, a model is itself, and provider/model stays with the provider", () => {
    expect(models("auto")).toEqual(["first", "second"]);
    expect(models("second")).toEqual(["second"]);
    expect(models("acme/first")).toEqual(["first"]);
  });

  it("a model's name leads further only where that is asked for", () => {
    expect(models("second", { defaultRouteOnModelName: true })).toEqual(["second", "first"]);
  });

  it("an unknown name tells the nearest ones", () => {
    expect(models("secnod")).toEqual(["second"]);
  });

  it("an explicit chain is all there is", () => {
    const resolved = resolveChain(snapshot, ["second", "first", "second"], options);
    expect(resolved.kind === "route" && resolved.route.entries.map((entry) => entry.model)).toEqual(
      ["second", "first"],
    );
  });
});
