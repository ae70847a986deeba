import { expect, it, test } from "vitest";
import { findFreeSlot, restartDelayMs } from "@/lib/supervisor/slots";

test.each([
  [[], 0],
  [[0, 1], 2],
  [[0, 2], 1],
  [[1], 0],
])("the free place beside %j is %i", (taken, free) => {
  expect(findFreeSlot(taken)).toBe(free);
});

it("names come back: replacing one after the other never uses more than one name too many", () => {
  let taken = [0, 1, 2];
  const seen = new Set(taken);
  for (let round = 0; round < 20; round += 1) {
    for (const old of [...taken]) {
      const fresh = findFreeSlot(taken);
      seen.add(fresh);
      taken = [...taken.filter((slot) => slot !== old), fresh];
    }
  }
  expect([...seen].toSorted()).toEqual([0, 1, 2, 3]);
});

it("the first crash costs no time, one after the other ever more, and never more than half a minute", () => {
  const delays = Array.from({ length: 12 }, (_, before) => restartDelayMs(before));
  expect(delays.slice(0, 4)).toEqual([0, 500, 1_000, 2_000]);
  expect(delays).toEqual(delays.toSorted((a, b) => a - b));
  expect(Math.max(...delays)).toBe(30_000);
});
