import { describe, expect, it } from "vitest";
import { labelOf, shownState } from "@/lib/control/display-state";
import { type TargetStateRow } from "@/lib/store/target-states";
import { targetState } from "../support/target-state";

const nowMs = 1_000_000;
const up = { probe: "up" } as const;

describe("the state of a target", () => {
  it.each<[string, Partial<TargetStateRow>[], string, number]>([
    ["no report → no_data", [], "no_data", 0],
    ["never probed, never called → no_data", [{}], "no_data", 1],
    ["probe up → healthy", [up], "healthy", 1],
    ["breaker open → down", [{ ...up, breaker: "open" }], "down", 1],
    ["breaker half_open → recovering", [{ ...up, breaker: "half_open" }], "recovering", 1],
    ["breaker ramp → recovering", [{ ...up, breaker: "ramp" }], "recovering", 1],
    ["half_open while probes fail → down", [{ breaker: "half_open", probe: "down" }], "down", 1],
    ["ramp while probes fail → down", [{ breaker: "ramp", probe: "down" }], "down", 1],
    ["probe down → down", [{ probe: "down" }], "down", 1],
    ["credential dead → down", [{ ...up, barred: "credential_dead" }], "down", 1],
    ["region down → down", [{ ...up, barred: "region_down" }], "down", 1],
    ["blocked → down", [{ ...up, barred: "blocked" }], "down", 1],
    ["a dead credential outranks a ramp", [{ barred: "blocked", breaker: "ramp" }], "down", 1],
    ["suspect → degraded", [{ ...up, soft: "suspect" }], "degraded", 1],
    ["degraded → degraded", [{ ...up, soft: "degraded" }], "degraded", 1],
    ["rate-limited → degraded", [{ ...up, rateLimitedUntil: nowMs + 1 }], "degraded", 1],
    ["rate limit over → healthy", [{ ...up, rateLimitedUntil: nowMs }], "healthy", 1],
    ["open outranks degraded", [{ breaker: "open", soft: "degraded" }], "down", 1],
    ["the worst of three nodes, counted", [up, { ...up, breaker: "open" }, up], "down", 1],
    [
      "down outranks recovering",
      [{ breaker: "half_open" }, { breaker: "open" }, { breaker: "open" }],
      "down",
      2,
    ],
    ["a node without data does not hide one with it", [{}, up], "healthy", 1],
  ])("%s", (_name, rows, state, count) => {
    const opinions = rows.map((row) => targetState(row));
    expect(shownState({ intent: "enabled", opinions, called: false, nowMs })).toMatchObject({
      state,
      count,
    });
  });

  it.each<[Partial<TargetStateRow>, string]>([
    [{ barred: "region_down", breaker: "open", probe: "down", soft: "suspect" }, "region_down"],
    [{ breaker: "open", probe: "down", soft: "suspect" }, "open"],
    [{ breaker: "half_open", probe: "down" }, "probe_down"],
    [{ breaker: "ramp", probe: "down" }, "probe_down"],
    [{ breaker: "ramp", probe: "up", soft: "degraded" }, "ramp"],
    [{ probe: "down", soft: "suspect" }, "probe_down"],
    [{ soft: "suspect" }, "suspect"],
    [{ soft: "degraded" }, "degraded"],
    [{}, "closed"],
  ])("the axes %j add up to %s", (row, label) => {
    expect(labelOf(targetState(row))).toBe(label);
  });

  it("called without a report of a probe → healthy", () => {
    const opinions = [targetState()];
    expect(shownState({ intent: "enabled", opinions, called: true, nowMs }).state).toBe("healthy");
  });

  it.each<["draining" | "disabled", number, string]>([
    ["disabled", 0, "off"],
    ["disabled", 3, "off"],
    ["draining", 3, "draining"],
    ["draining", 0, "off"],
  ])(
    "what people want outranks everything: %s with %i in flight → %s",
    (intent, inFlight, state) => {
      const opinions = [targetState({ breaker: "open", inFlight })];
      expect(shownState({ intent, opinions, called: true, nowMs }).state).toBe(state);
    },
  );
});
