import { describe, expect, it } from "vitest";
import { availability } from "@/lib/control/availability";

const of = (succeeded: number, failed: number) => ({ succeeded, failed });

describe("availability", () => {
  it.each([
    ["20 attempts speak for themselves", of(19, 1), of(0, 30), 0.95, 20, "live"],
    ["19 attempts leave it to the probes", of(0, 19), of(27, 3), 0.9, 30, "probe"],
    ["three probes are enough", of(0, 0), of(2, 1), 2 / 3, 3, "probe"],
    ["two probes are not", of(0, 0), of(2, 0), null, 2, "probe"],
    ["few attempts without probes give no number", of(5, 0), of(0, 0), null, 5, "live"],
    ["nothing is nothing", of(0, 0), of(0, 0), null, 0, "none"],
  ] as const)("%s", (_name, live, probes, ratio, n, source) => {
    expect(availability(live, probes)).toEqual({ ratio, n, source });
  });
});
