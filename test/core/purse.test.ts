import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  averageUse,
  emptyPurse,
  freeNanoUsd,
  heldNanoUsd,
  leaseWish,
  setAside,
  settle,
  spareNanoUsd,
} from "@/lib/core/purse";

describe("a purse", () => {
  it("sets aside what is there, and nothing else", () => {
    const purse = { ...emptyPurse(), grantedNanoUsd: 100 };
    expect(setAside(purse, 60)).toBe(true);
    expect(setAside(purse, 41)).toBe(false);
    expect(freeNanoUsd(purse)).toBe(40);
    expect(setAside(purse, 40)).toBe(true);
    expect(setAside(purse, 1)).toBe(false);
  });

  it("frees what a call did not cost", () => {
    const purse = { ...emptyPurse(), grantedNanoUsd: 100 };
    setAside(purse, 60);
    settle(purse, 60, 25);
    expect(purse).toEqual({ grantedNanoUsd: 100, spentNanoUsd: 25, reservedNanoUsd: 0 });
    expect(freeNanoUsd(purse)).toBe(75);
    expect(heldNanoUsd(purse)).toBe(75);
  });

  it("goes into the red by no more than it is allowed to", () => {
    const purse = emptyPurse();
    expect(setAside(purse, 10, 9)).toBe(false);
    expect(setAside(purse, 6, 9)).toBe(true);
    expect(setAside(purse, 4, 9)).toBe(false);
    expect(setAside(purse, 3, 9)).toBe(true);
  });

  it("never has more set aside and spent than was granted, whatever the order", () => {
    const steps = fc.array(
      fc.record({
        reserve: fc.integer({ min: 0, max: 50 }),
        costRatio: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 400 }), (calls, granted) => {
        const purse = { ...emptyPurse(), grantedNanoUsd: granted };
        const running = calls.filter(({ reserve }) => setAside(purse, reserve));
        for (const { reserve, costRatio } of running) {
          settle(purse, reserve, Math.floor(reserve * costRatio));
          expect(purse.spentNanoUsd + purse.reservedNanoUsd).toBeLessThanOrEqual(granted);
        }
        expect(purse.reservedNanoUsd).toBe(0);
      }),
    );
  });
});

describe("a wish", () => {
  it("needs what runs and what waits, and wants some more", () => {
    const purse = { grantedNanoUsd: 100, spentNanoUsd: 30, reservedNanoUsd: 20 };
    expect(leaseWish(purse, 200, 50)).toEqual({
      spentNanoUsd: 30,
      needNanoUsd: 220,
      wantNanoUsd: 270,
    });
    expect(purse.grantedNanoUsd).toBe(100);
  });

  it("gives up at once what it does not wish to keep, and never what runs", () => {
    const purse = { grantedNanoUsd: 1_000, spentNanoUsd: 30, reservedNanoUsd: 20 };
    leaseWish(purse, 0, 50);
    expect(purse.grantedNanoUsd).toBe(100);
    leaseWish(purse, 0, 0);
    expect(purse).toEqual({ grantedNanoUsd: 50, spentNanoUsd: 30, reservedNanoUsd: 20 });
  });
});

describe("what a node would have free", () => {
  it("is two minutes of the present use", () => {
    expect(spareNanoUsd(1_000_000, 1_000)).toBe(120_000);
  });

  it("is a hundredth of a budget that is hardly used", () => {
    expect(spareNanoUsd(1_000_000, 0)).toBe(10_000);
    expect(spareNanoUsd(0, 0)).toBe(0);
  });

  it("follows the use of the last half minute", () => {
    let perSecond = 0;
    for (let second = 0; second < 30; second += 1) {
      perSecond = averageUse(perSecond, 100, 1);
    }
    expect(perSecond).toBeCloseTo(63.2, 1);
    expect(averageUse(perSecond, 0, 60)).toBeLessThan(10);
  });
});
