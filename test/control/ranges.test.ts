import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  bucketsOf,
  formerOf,
  type MetricsRange,
  parseBetween,
  rangeText,
  untilOf,
} from "@/lib/control/ranges";
import { type ControlDeps } from "@/lib/control/verb";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const now = Date.UTC(2026, 10, 23, 5, 32, 30);

beforeEach(() => {
  vi.useFakeTimers({ now });
});
afterEach(() => {
  vi.useRealTimers();
});

// Only days ask the database.
const deps = {} as ControlDeps;
const at = (ms: number): string => new Date(ms).toISOString();
const between = (fromMs: number, toMs: number): MetricsRange =>
  parseBetween(at(fromMs), at(toMs), now);

describe("a range between two instants", () => {
  it("is the same window as the name that it was copied from", async () => {
    const named = await bucketsOf(deps, "1h");
    vi.setSystemTime(now + 3 * hour);
    const copied = await bucketsOf(deps, between(named.from, named.to));
    expect(copied.starts).toEqual(named.starts);
    expect(copied.bucketMs).toBe(named.bucketMs);
  });

  it("that is over has no partial bucket, and one that is not has", async () => {
    const over = await bucketsOf(deps, between(now - 3 * hour, now - 2 * hour));
    expect(over).toMatchObject({ to: over.partialFrom, bucketMs: minute });
    expect(untilOf(over)).toBe(over.to);
    const open = await bucketsOf(deps, between(now - hour, now + hour));
    expect(open.partialFrom).toBe(Math.floor(now / minute) * minute);
    expect(open.to).toBe(now);
    expect(untilOf(open)).toBeNull();
  });

  it.each([
    [hour, minute, "minute"],
    [6 * hour, 5 * minute, "minute"],
    [2 * day, 15 * minute, "quarter"],
    [7 * day, hour, "quarter"],
    [30 * day, 3 * hour, "quarter"],
  ] as const)("of %i ms has buckets of %i ms, 300 at most", async (spanMs, bucketMs, grain) => {
    const found = await bucketsOf(deps, between(now - spanMs, now));
    expect(found).toMatchObject({ bucketMs, grain });
    expect(found.starts.length).toBeLessThanOrEqual(301);
  });

  it("of long ago is made of the quarters that are still kept", async () => {
    const { grain, bucketMs } = await bucketsOf(
      deps,
      between(now - 20 * day, now - 20 * day + hour),
    );
    expect({ grain, bucketMs }).toEqual({ grain: "quarter", bucketMs: 15 * minute });
  });

  it.each([
    ["no instant", "yesterday", at(now)],
    ["an instant without a zone", "2026-11-23T05:32", at(now)],
    ["the end before its beginning", at(now), at(now - hour)],
    ["what has not begun", at(now + hour), at(now + 2 * hour)],
    ["more than 400 days", at(now - 401 * day), at(now)],
  ])("is not %s", (_what, from, to) => {
    expect(() => parseBetween(from, to, now)).toThrow(
      expect.objectContaining({ code: "invalid_request" }),
    );
  });

  it("is named by both instants", () => {
    expect(rangeText(between(Date.UTC(2026, 10, 23, 4), Date.UTC(2026, 10, 23, 5)))).toBe(
      "2026-11-23T04:00:00.000Z/2026-11-23T05:00:00.000Z",
    );
    expect(rangeText("6h")).toBe("6h");
  });
});

describe("what a range is compared with", () => {
  it("is the same hours of last week, without the bucket that is not over", async () => {
    const span = await bucketsOf(deps, "1h");
    expect(formerOf(span, now)).toEqual({
      grain: "minute",
      shiftMs: 7 * day,
      from: span.from - 7 * day,
      to: span.partialFrom - 7 * day,
    });
  });

  it("is made of quarters where minutes are not kept any more", async () => {
    const former = formerOf(await bucketsOf(deps, "24h"), now);
    expect(former).toMatchObject({ grain: "quarter", shiftMs: 7 * day });
    expect([former.from % (15 * minute), former.to - former.from]).toEqual([0, day]);
  });

  it("is the span before, for more than a week", async () => {
    const month = await bucketsOf(deps, "30d");
    expect(formerOf(month, now)).toMatchObject({ shiftMs: 30 * day, to: month.from });
    expect(formerOf(await bucketsOf(deps, "7d"), now).shiftMs).toBe(7 * day);
  });
});
