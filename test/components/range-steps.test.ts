import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  instantsOf,
  presetOf,
  type Range,
  rangeBetween,
  ranges,
  slackMsOf,
  windowOf,
} from "@/components/lib/range";
import { rangeAround, type RangeStep, steppedRange } from "@/components/lib/range-steps";

const minute = 60_000;
const now = Date.parse("2026-11-26T10:00:20Z");
const at = (clock: string): number => Date.parse(`2026-11-26T${clock}:00Z`);
const between = (from: string, to: string): Range => rangeBetween(at(from), at(to));

describe("a step of the range", () => {
  it.each<[Range, RangeStep, Range]>([
    ["1h", "earlier", between("08:30", "09:30")],
    ["15m", "earlier", between("09:38", "09:53")],
    [between("08:30", "09:30"), "earlier", between("08:00", "09:00")],
    // Up to now it is the last hour again.
    [between("08:30", "09:30"), "later", "1h"],
    ["1h", "later", "1h"],
    // What lies in the future is never asked for.
    [between("08:20", "09:40"), "later", between("08:40", "10:00")],
    ["1h", "out", "6h"],
    ["1h", "in", "15m"],
    ["15m", "in", "15m"],
    ["90d", "out", "90d"],
    [between("06:00", "07:00"), "out", between("05:30", "07:30")],
    [between("06:00", "07:00"), "in", between("06:15", "06:45")],
    [between("06:00", "06:02"), "in", between("06:00", "06:02")],
    [between("09:00", "09:50"), "out", between("08:20", "10:00")],
    // Six hours up to now have a name.
    [between("06:30", "09:30"), "out", "6h"],
    [between("08:30", "09:30"), "live", "1h"],
    [between("03:00", "09:00"), "live", "6h"],
    [between("03:00", "05:00"), "live", "1h"],
    ["24h", "live", "24h"],
  ])("%s, %s: %s", (range, step, next) => {
    expect(steppedRange(range, step, now)).toBe(next);
  });

  it.each<[string, string, number, Range]>([
    ["09:12", "09:31", 5, between("09:10", "09:35")],
    ["09:12", "09:12", 1, between("09:10", "09:12")],
    ["09:40", "10:00", 15, between("09:30", "10:00")],
  ])("dragged from %s to %s in buckets of %s min: %s", (from, to, minutes, range) => {
    expect(rangeAround(at(from), at(to), minutes * minute, now)).toBe(range);
  });

  it("never leads into the future, and never to nothing", () => {
    const steps = fc.array(fc.constantFrom<RangeStep>("earlier", "later", "out", "in", "live"), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(fc.constantFrom(...ranges), steps, (first, taken) => {
        const range = taken.reduce<Range>((before, step) => steppedRange(before, step, now), first);
        const { fromMs, toMs } = windowOf(range, now);
        expect(toMs).toBeLessThanOrEqual(now);
        expect(toMs - fromMs).toBeGreaterThanOrEqual(2 * minute);
        expect(toMs - fromMs).toBeLessThanOrEqual(400 * 24 * 60 * minute);
        expect([fromMs % minute, toMs % minute]).toEqual([0, 0]);
      }),
    );
  });

  it("back and on again ends where it began, also when a moment has passed", () => {
    for (const range of ranges) {
      const back = steppedRange(range, "earlier", now);
      expect(instantsOf(back)).not.toBeNull();
      expect(steppedRange(back, "later", now + 30_000)).toBe(range);
    }
  });
});

describe("the length of a range", () => {
  it("has a name where it is off by less than a bucket", () => {
    expect(presetOf(60 * minute)).toBe("1h");
    expect(presetOf(61 * minute)).toBe("1h");
    expect(presetOf(63 * minute)).toBeNull();
    expect(presetOf(24 * 60 * minute + 5 * minute)).toBe("24h");
    expect(slackMsOf(15 * minute)).toBe(minute);
  });
});
