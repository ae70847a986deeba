import { describe, expect, it } from "vitest";
import type { HealthLabel } from "@/lib/core/events";
import { createLasting } from "@/lib/gateway/lasting";

/** Since when each label has lasted, one second after the other. */
function lasted(...labels: HealthLabel[]): (number | null)[] {
  const lasting = createLasting();
  return labels.map((label, second) => lasting.sinceMs("a", label, second * 1_000));
}

describe("since when a target is as it is", () => {
  it("does not know it of a target that was never otherwise", () => {
    expect(lasted("closed", "closed")).toEqual([null, null]);
  });

  it("is when the label came", () => {
    expect(lasted("closed", "degraded", "degraded", "closed")).toEqual([null, 1_000, 1_000, 3_000]);
  });

  it("is when the outage began, whatever trials failed and whatever else keeps it out since", () => {
    expect(
      lasted("closed", "open", "half_open", "open", "region_down", "probe_down", "ramp", "closed"),
    ).toEqual([null, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 7_000]);
  });

  it("begins anew after the target was well, also if it only limped", () => {
    expect(lasted("open", "half_open", "closed", "open", "degraded", "open")).toEqual([
      0, 0, 2_000, 3_000, 4_000, 5_000,
    ]);
  });

  it("is forgotten with the target", () => {
    const lasting = createLasting();
    lasting.sinceMs("a", "open", 1_000);
    lasting.forget("a");
    expect(lasting.sinceMs("a", "closed", 2_000)).toBeNull();
  });
});
