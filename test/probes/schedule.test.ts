import { describe, expect, it } from "vitest";
import type { ConfigInput } from "@/lib/config/document";
import { type Role, dutyOf } from "@/lib/probes/duty";
import { createSchedule } from "@/lib/probes/schedule";
import { Bench, input, snapshotOf } from "../core/fixture";

const us = "acme:us:first";
const place = { provider: "acme", region: "us", credential: null };

function scheduleOf(bench: Bench, role: () => Role = () => "prober") {
  return createSchedule({
    duty: () => dutyOf(role(), 2),
    now: () => bench.nowMs,
    random: () => 0.5,
    world: bench.world,
    snapshot: () => bench.world.snapshot,
  });
}

function due(schedule: ReturnType<typeof scheduleOf>, stretch: number | null = 1) {
  return schedule.takeDue(stretch).map(({ target }) => target.id);
}

/** Every target measured, so that regular intervals hold. */
function measured(bench: Bench): void {
  for (const id of bench.world.snapshot.targets.keys()) {
    for (let sample = 0; sample < 3; sample += 1) {
      bench.probe(id, "pass");
    }
  }
}

describe("the schedule of probes", () => {
  it("looks at everything within 1.5 s of the start, and then every interval plus up to a fifth", () => {
    const bench = new Bench();
    measured(bench);
    const schedule = scheduleOf(bench);
    expect(due(schedule)).toEqual([]);
    bench.nowMs += 750;
    expect(due(schedule)).toHaveLength(5);
    bench.nowMs += 32_999;
    expect(due(schedule)).toEqual([]);
    bench.nowMs += 1;
    expect(due(schedule)).toHaveLength(5);
  });

  it("looks again after 4 s until a target's speed is known", () => {
    const bench = new Bench();
    const schedule = scheduleOf(bench);
    due(schedule);
    bench.nowMs += 750;
    due(schedule);
    bench.nowMs += 4_400;
    expect(due(schedule)).toHaveLength(5);
  });

  it("asks a tenth as often where no route has had a call for ten minutes", () => {
    const bench = new Bench();
    measured(bench);
    const schedule = scheduleOf(bench);
    due(schedule);
    bench.nowMs += 601_000;
    expect(due(schedule)).toHaveLength(5);
    bench.nowMs += 60_000;
    expect(due(schedule)).toEqual([]);
    bench.nowMs += 270_000;
    expect(due(schedule)).toHaveLength(5);
  });

  it("a call keeps the probes of every model that shares its route awake", () => {
    const bench = new Bench();
    measured(bench);
    const schedule = scheduleOf(bench);
    due(schedule);
    bench.nowMs += 600_000;
    bench.one("ok", { route: "both" });
    bench.nowMs += 2_000;
    expect(due(schedule)).toContain("other:global:third");
    bench.nowMs += 33_000;
    expect(due(schedule)).toContain("other:global:third");
  });

  it("leaves a target in peace while calls to it succeed, and looks at once when that is wished for", () => {
    const bench = new Bench();
    measured(bench);
    const schedule = scheduleOf(bench);
    due(schedule);
    bench.one("ok");
    bench.nowMs += 750;
    expect(due(schedule)).not.toContain("acme:us:first");
    schedule.wish({ type: "probe", target: bench.target("acme:us:first"), afterMs: 100 });
    bench.nowMs += 99;
    expect(due(schedule)).toEqual([]);
    bench.nowMs += 1;
    expect(schedule.takeDue(1)).toEqual([
      { target: bench.target("acme:us:first"), isWished: true },
    ]);
  });

  it("asks nothing that costs money when the budget is spent twice", () => {
    const bench = new Bench();
    const schedule = scheduleOf(bench);
    due(schedule);
    bench.nowMs += 750;
    expect(due(schedule, null)).toEqual([]);
  });

  it("never asks what is switched off, or whose probes are", () => {
    const disabled = { objectType: "region", objectId: "us", intent: "disabled", untilMs: null };
    const silent: ConfigInput = {
      ...input,
      models: (input.models ?? []).map((model) =>
        model.id === "third" ? { ...model, probe: { enabled: false } } : model,
      ),
    };
    const bench = new Bench(snapshotOf([{ ...disabled, intent: "disabled" }], silent));
    const schedule = scheduleOf(bench);
    schedule.wish({ type: "probe", target: bench.target("other:global:third"), afterMs: 0 });
    schedule.wish({ type: "probe", target: bench.target("acme:us:first"), afterMs: 0 });
    due(schedule);
    bench.nowMs += 750;
    expect(due(schedule)).toEqual(["acme:eu:first", "acme:eu:second"]);
    expect(schedule.nextMs("acme:us:first")).toBeNull();
    expect(schedule.nextMs("other:global:third")).toBeNull();
    expect(schedule.nextMs("acme:eu:first")).toBeGreaterThan(bench.nowMs);
  });

  it("looks at a region every 30 s, and sooner when that is wished for", () => {
    const bench = new Bench();
    const schedule = scheduleOf(bench);
    expect(schedule.takeDueRegions([place])).toEqual([]);
    bench.nowMs += 750;
    expect(schedule.takeDueRegions([place])).toEqual([place]);
    bench.nowMs += 2_000;
    expect(schedule.takeDueRegions([place])).toEqual([]);
    schedule.wish({ type: "probe_region", ...place, afterMs: 0 });
    expect(schedule.takeDueRegions([place])).toEqual([place]);
    bench.nowMs += 33_000;
    expect(schedule.takeDueRegions([place])).toEqual([place]);
  });
});

describe("the schedule among several nodes", () => {
  it("leaves what is due to the node that looks for all, and keeps to the router's own wishes", () => {
    const bench = new Bench();
    measured(bench);
    const schedule = scheduleOf(bench, () => "listener");
    due(schedule);
    bench.nowMs += 60_000;
    expect(due(schedule)).toEqual([]);
    schedule.takeDueRegions([place]);
    bench.nowMs += 60_000;
    expect(schedule.takeDueRegions([place])).toEqual([]);
    const target = bench.target(us);
    schedule.wish({ type: "probe", target, afterMs: 0 });
    schedule.wish({ type: "probe_region", ...place, afterMs: 0 });
    expect(due(schedule)).toEqual([us]);
    expect(schedule.takeDueRegions([place])).toEqual([place]);
  });

  it("measures once for itself what nobody has told it of", () => {
    const bench = new Bench();
    const schedule = scheduleOf(bench, () => "listener");
    due(schedule);
    bench.nowMs += 1_500;
    expect(due(schedule)).toHaveLength(5);
  });

  it("shows no next look while another node looks", () => {
    const bench = new Bench();
    measured(bench);
    const schedule = scheduleOf(bench, () => "listener");
    due(schedule);
    expect(schedule.nextMs(us)).toBeNull();
    schedule.wish({
      type: "probe",
      target: bench.target(us),
      afterMs: 500,
    });
    expect(schedule.nextMs(us)).toBe(bench.nowMs + 500);
  });

  it("takes over within a second what the one before it had not looked at for an interval", () => {
    const bench = new Bench();
    measured(bench);
    let role: Role = "listener";
    const schedule = scheduleOf(bench, () => role);
    due(schedule);
    bench.nowMs += 40_000;
    due(schedule);
    bench.probe(us, "pass");
    bench.nowMs += 1_000;
    due(schedule);
    role = "prober";
    bench.nowMs += 1_000;
    const taken = due(schedule);
    expect(taken).toHaveLength(4);
    expect(taken).not.toContain(us);
  });

  it("looks for itself while nobody says who looks, as seldom as there are nodes", () => {
    const bench = new Bench();
    measured(bench);
    const schedule = scheduleOf(bench, () => "alone");
    due(schedule);
    bench.nowMs += 1_500;
    expect(due(schedule)).toHaveLength(5);
    bench.nowMs += 65_900;
    expect(due(schedule)).toEqual([]);
    bench.nowMs += 200;
    expect(due(schedule)).toHaveLength(5);
  });
});
