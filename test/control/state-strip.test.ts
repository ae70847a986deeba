import { describe, expect, it } from "vitest";
import {
  nodeTimeline,
  offSpans,
  stateStrip,
  type StripInput,
  toHealth,
} from "@/lib/control/state-strip";

const minute = 60_000;
const from = 1_000 * minute;
const at = (minutes: number): number => from + minutes * minute;

const strip = (changes: Partial<StripInput>): unknown =>
  stateStrip({
    from,
    cells: 5,
    cellMs: minute,
    now: at(4.5),
    nodes: [],
    off: [],
    active: new Set([1_000, 1_001, 1_002, 1_003, 1_004]),
    ...changes,
  });

const node = (transitions: [number, string, string][], now: string | null, startedAt = 0) =>
  nodeTimeline(
    transitions.map(([minutes, before, after]) => ({ at: at(minutes), from: before, to: after })),
    { from, startedAt, until: at(10), now },
  );

describe("the strip of states", () => {
  it("a minute without a call or probe is a gap, never healthy", () => {
    expect(strip({ active: new Set([1_001, 1_004]) })).toEqual([
      null,
      "healthy",
      null,
      null,
      "healthy",
    ]);
  });

  it("the worst state that a minute touched is its state", () => {
    const nodes = [
      node(
        [
          [1.5, "closed", "open"],
          [3.2, "open", "half_open"],
          [3.4, "half_open", "closed"],
        ],
        "none",
      ),
    ];
    expect(strip({ nodes })).toEqual(["healthy", "down", "down", "down", "healthy"]);
  });

  it("a half-open breaker is down for as long as probes fail over it", () => {
    const nodes = [
      node(
        [
          [0.5, "closed", "open"],
          [1.5, "open", "probe_down"],
          [3.2, "probe_down", "half_open"],
        ],
        "half_open",
      ),
    ];
    expect(strip({ nodes })).toEqual(["down", "down", "down", "down", "recovering"]);
  });

  it("without a transition the present state has lasted", () => {
    expect(strip({ nodes: [node([], "open")], active: new Set() })).toEqual(
      Array.from({ length: 5 }, () => "down"),
    );
  });

  it("before the first transition it was what that transition came from", () => {
    expect(strip({ nodes: [node([[2, "open", "half_open"]], "half_open")] })).toEqual([
      "down",
      "down",
      "recovering",
      "recovering",
      "recovering",
    ]);
  });

  it("a node that started within the hour saw nothing before, and ends what its former process saw", () => {
    const nodes = [node([[1, "closed", "open"]], "none", at(3))];
    expect(strip({ nodes })).toEqual(["healthy", "down", "down", "healthy", "healthy"]);
  });

  it("a node that is gone sees nothing any more", () => {
    const gone = nodeTimeline([{ at: at(1), from: "closed", to: "open" }], {
      from,
      startedAt: 0,
      until: at(2),
      now: null,
    });
    expect(strip({ nodes: [gone] })).toEqual(["healthy", "down", "healthy", "healthy", "healthy"]);
  });

  it("one node's trouble shows among healthy ones", () => {
    const nodes = [node([], "none"), node([[3, "closed", "ramp"]], "ramp")];
    expect(strip({ nodes })).toEqual(["healthy", "healthy", "healthy", "recovering", "recovering"]);
  });

  it.each([
    ["credential_dead", "down"],
    ["region_down", "down"],
    ["blocked", "down"],
    ["open", "down"],
    ["probe_down", "down"],
    ["half_open", "recovering"],
    ["ramp", "recovering"],
    ["suspect", "degraded"],
    ["degraded", "degraded"],
    ["closed", "healthy"],
  ])("%s is shown as %s", (label, health) => {
    expect(toHealth(label)).toBe(health);
  });

  it("a person's hold outranks health, minute by minute", () => {
    const off = offSpans(
      [
        { at: at(1.5), from: "enabled", to: "draining" },
        { at: at(3.5), from: "draining", to: "enabled" },
      ],
      { from, until: at(10), now: "enabled" },
    );
    expect(strip({ off, nodes: [node([], "open")] })).toEqual([
      "down",
      "off",
      "off",
      "down",
      "down",
    ]);
  });

  it("what was off before the hour and still is has been off all the time", () => {
    const off = offSpans([], { from, until: at(10), now: "disabled" });
    expect(strip({ off })).toEqual(Array.from({ length: 5 }, () => "off"));
  });
});
