import { expect, test } from "vitest";
import { monthOf, nextMonthMs } from "@/lib/gateway/limits/month";

test.each([
  ["2026-11-26T02:00:00Z", "2026-11-01", "2026-12-01T00:00:00.000Z"],
  ["2026-12-31T23:59:59.999Z", "2026-12-01", "2027-01-01T00:00:00.000Z"],
  ["2028-02-29T00:00:00Z", "2028-02-01", "2028-03-01T00:00:00.000Z"],
])("%s is in the month of %s", (at, month, next) => {
  const atMs = Date.parse(at);
  expect(monthOf(atMs)).toBe(month);
  expect(new Date(nextMonthMs(atMs)).toISOString()).toBe(next);
});
