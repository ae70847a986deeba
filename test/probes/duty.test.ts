import { describe, expect, it, test } from "vitest";
import { type Role, dutyOf, roleOf, worthOf } from "@/lib/probes/duty";

const leaseMs = 8_000;

describe("who looks", () => {
  test.each<[string, number | null, number, Role]>([
    ["the holder of the lease", 8_000, 1_000, "prober"],
    ["nobody else, while the database says that another one holds it", null, 1_000, "listener"],
    ["the holder no longer, once its lease is over by its own clock", 4_999, 4_000, "listener"],
    [
      "everybody, when the database has been silent for as long as a lease lasts",
      null,
      -3_000,
      "alone",
    ],
    ["everybody, the former holder too", 4_999, -3_000, "alone"],
  ])("%s", (_name, heldUntilMs, heardMs, role) => {
    expect(roleOf({ heldUntilMs, heardMs }, leaseMs, 5_000)).toBe(role);
  });
});

describe("how much of it", () => {
  test.each([1, 2, 3, 8, 64])("%i nodes together spend no more than the budget", (nodes) => {
    const listeners = dutyOf("listener", nodes).budgetRatio * (nodes - 1);
    expect(dutyOf("prober", nodes).budgetRatio + listeners).toBeCloseTo(1, 9);
    expect(dutyOf("alone", nodes).budgetRatio * nodes).toBeCloseTo(1, 9);
  });

  it("without the database all nodes together ask as often as one did", () => {
    expect(dutyOf("alone", 3)).toMatchObject({ isRegular: true, spread: 3 });
    expect(dutyOf("prober", 3)).toMatchObject({ isRegular: true, spread: 1 });
    expect(dutyOf("listener", 3).isRegular).toBe(false);
  });
});

describe("what another node's look is worth", () => {
  const bad = ["fail", "credential", "quota", "access", "configuration"] as const;

  it("agreement that all is well saves a look of our own", () => {
    expect(worthOf(true, "pass")).toBe("heard");
  });

  test.each(bad)("%s where all is well here starts a look and counts for nothing", (verdict) => {
    expect(worthOf(true, verdict)).toBe("look");
    expect(worthOf(false, verdict)).toBe("nothing");
  });

  it("a pass where it is not well here starts a look, and never heals by itself", () => {
    expect(worthOf(false, "pass")).toBe("look");
  });

  it("another node's limits are its own", () => {
    expect(worthOf(true, "capacity")).toBe("nothing");
    expect(worthOf(false, "capacity")).toBe("nothing");
  });
});
