import fc from "fast-check";
import { expect, it } from "vitest";
import { isoAt } from "@/lib/shared/iso";

it("an instant is what Date says of it, within one second and across", () => {
  const instant = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_000 });
  fc.assert(
    fc.property(instant, fc.array(fc.integer({ min: 0, max: 2_500 })), (fromMs, laterMs) => {
      for (const atMs of [fromMs, ...laterMs.map((later) => fromMs + later)]) {
        expect(isoAt(atMs)).toBe(new Date(atMs).toISOString());
        expect(isoAt(atMs + 0.4)).toBe(new Date(atMs).toISOString());
      }
    }),
  );
});
