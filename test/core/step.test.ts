import { describe, expect, it } from "vitest";
import { anyModelRoute } from "@/lib/config/snapshot";
import type { AttemptMove } from "@/lib/core/events";
import { Bench, type CallOver, input, overloaded, refused, snapshotOf } from "./fixture";

const us = "acme:us:first";
const third = { route: "third" };

describe("a new configuration", () => {
  it("keeps a target's health by its id", () => {
    const bench = new Bench();
    bench.many(3, overloaded, { route: "first" });
    bench.apply({ type: "snapshot", snapshot: snapshotOf() });
    expect(bench.label(us)).toBe("open");
  });

  it("forgets what is gone, and lets its calls end first", () => {
    const bench = new Bench();
    const { id, move } = bench.begin(third);
    const less = snapshotOf([], {
      ...input,
      models: input.models?.filter((model) => model.id !== "third") ?? [],
      routes: [{ id: "auto", chain: ["first", "second"] }],
    });
    bench.apply({ type: "snapshot", snapshot: less });
    expect(bench.world.targets.has("other:global:third")).toBe(true);
    bench.succeed(move);
    bench.endCall(id);
    bench.apply({ type: "snapshot", snapshot: less });
    expect(bench.world.targets.has("other:global:third")).toBe(false);
    expect(bench.world.targets.has(us)).toBe(true);
  });

  it("lets calls under way keep the chain that they began with", () => {
    const bench = new Bench();
    const { id, move } = bench.begin({ route: "both" });
    bench.apply({ type: "snapshot", snapshot: snapshotOf([], { ...input, routes: [] }) });
    bench.fail(move, overloaded);
    expect(bench.attempt(id).target.id).toBe("acme:eu:first");
  });
});

describe("what the router does not know", () => {
  it.each([
    { type: "head", attempt: 99, limits: null },
    { type: "first_content", attempt: 99 },
    {
      type: "attempt_ended",
      attempt: 99,
      outcome: { kind: "success", outputTokens: null, isPlain: false },
    },
    { type: "call_ended", call: "nobody" },
    { type: "fleet", nodes: 0 },
  ] as const)("changes nothing: $type", (event) => {
    const bench = new Bench();
    expect(bench.apply(event)).toEqual([]);
    expect(bench.world.nodes).toBe(1);
  });

  it("an attempt ends once", () => {
    const bench = new Bench();
    const { move } = bench.begin(third);
    bench.fail(move);
    bench.fail(move);
    expect(bench.health("other:global:third").inFlight).toBe(0);
    expect(bench.health("other:global:third").circuit.window.entries).toHaveLength(1);
  });
});

describe("a provider that takes any name", () => {
  const snapshot = snapshotOf([], {
    ...input,
    providers: [
      {
        id: "any",
        base_url: "https://any.example/v1",
        api_key: "env:ANY",
        any_model: true,
        regions: [{ id: "us" }, { id: "eu" }],
      },
      ...(input.providers ?? []),
    ],
  });

  function begin(bench: Bench, name: string): { id: string; move: AttemptMove } {
    const provider = snapshot.anyModel.get("any");
    if (provider === undefined) {
      throw new Error("no such provider");
    }
    const spec = { ...bench.spec(), route: anyModelRoute(provider, name) };
    bench.apply({ type: "call_started", call: spec });
    return { id: spec.id, move: bench.attempt(spec.id) };
  }

  function call(bench: Bench, name: string): string {
    const { id, move } = begin(bench, name);
    bench.succeed(move);
    bench.endCall(id);
    return move.target.id;
  }

  it("has targets with a health of their own, which are forgotten ten minutes after their last call", () => {
    const bench = new Bench(snapshot);
    const known = bench.world.targets.size;
    const id = call(bench, "made-up");
    expect(bench.world.targets.has(id)).toBe(true);
    bench.wait(599_000);
    expect(bench.world.targets.has(id)).toBe(true);
    bench.wait(1_000);
    expect(bench.world.targets.size).toBe(known);
    expect(bench.world.preferences.size).toBe(0);
  });

  it("forgets a name at once when there is no room for it, but never one that is called or configured", () => {
    const bench = new Bench(snapshot);
    const idle = call(bench, "idle");
    const busy = begin(bench, "busy").move.target.id;
    bench.apply({ type: "forget", targets: [idle, busy, us, "nobody"] });
    expect(bench.world.targets.has(idle)).toBe(false);
    expect(bench.world.targets.has(busy)).toBe(true);
    expect(bench.world.targets.has(us)).toBe(true);
  });
});

describe("a provider that does not stream", () => {
  const long: CallOver = {
    ...third,
    needs: { stream: false, collectable: true, maxTokens: 1_000 },
  };

  it("is asked plainly for an hour by those who want no stream, and then once more", () => {
    const bench = new Bench();
    const { move } = bench.begin(long);
    expect(move.streamed).toBe(true);
    bench.end(move, { kind: "success", outputTokens: 10, isPlain: true });
    expect(bench.begin(long).move.streamed).toBe(false);
    expect(bench.begin({ ...third, needs: { stream: true } }).move.streamed).toBe(true);
    bench.nowMs += 3_599_000;
    expect(bench.begin(long).move.streamed).toBe(false);
    bench.nowMs += 1_000;
    expect(bench.begin(long).move.streamed).toBe(true);
  });
});

describe("the hour of a target", () => {
  it("a place that nobody calls is HALF_OPEN in time, without a call", () => {
    const bench = new Bench();
    bench.many(3, refused, { route: "first" });
    expect(bench.label(us)).toBe("region_down");
    bench.wait(6_000);
    expect(bench.label(us)).toBe("closed");
    expect(bench.transitions().at(-1)).toMatchObject({ rule: "region", reason: "time_over" });
  });

  it("the last chance is drawn when the call begins: its share does not change between attempts", () => {
    const bench = new Bench();
    bench.random = 0;
    const { id } = bench.call();
    expect(bench.world.calls.get(id)?.luck).toEqual({ ramp: 0, degraded: 0 });
  });
});
