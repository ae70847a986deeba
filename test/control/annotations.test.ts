import { describe, expect, it } from "vitest";
import { toAnnotations } from "@/lib/control/annotations";
import { type HealthEventRow } from "@/lib/store/health-events";

function event(to: string, evidence: unknown = {}): HealthEventRow {
  return {
    id: to,
    at: 1_000,
    nodeId: "host/0",
    targetId: "acme:us-east:gpt-4.1",
    provider: "acme",
    region: "us-east",
    model: "gpt-4.1",
    from: "closed",
    to,
    reason: "overloaded",
    evidence,
  };
}

describe("the lane above a chart", () => {
  it.each([
    ["credential_dead", "opened"],
    ["region_down", "opened"],
    ["blocked", "opened"],
    ["open", "opened"],
    ["probe_down", "opened"],
    ["suspect", "degraded"],
    ["degraded", "degraded"],
    ["closed", "closed"],
  ])("marks %s as %s", (to, kind) => {
    expect(toAnnotations([], [event(to)])).toEqual([
      { id: `h:${to}`, t: 1_000, kind, title: "gpt-4.1 @ us-east" },
    ]);
  });

  it("leaves out what a rule that only observes would have done", () => {
    expect(toAnnotations([], [event("open", { observed: 1, failures: 3 })])).toEqual([]);
  });
});
