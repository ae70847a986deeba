import { describe, expect, it, vi } from "vitest";
import { againstIn, rangeBefore } from "@/components/lib/against";
import { rangeBetween } from "@/components/lib/range";
import { localText, typedInstant, typedWindow } from "@/components/lib/typed-window";

const now = Date.parse("2026-11-26T10:00:20Z");
const ago = (minutes: number): string => localText(now - minutes * 60_000, "UTC");

describe("a window that is typed", () => {
  it("is on the clock of the page, which need not be the browser's", () => {
    vi.stubEnv("TZ", "Asia/Seoul");
    try {
      expect(["UTC", "Asia/Seoul"].map((zone) => localText(now, zone))).toEqual([
        "2026-11-26T10:00",
        "2026-11-26T19:00",
      ]);
      const typed = ["UTC", "Asia/Seoul"].map((zone) => typedInstant("2026-11-26T10:00", zone));
      expect(typed).toEqual([now - 20_000, now - 20_000 - 9 * 3_600_000]);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it("is what was typed, and ends now at the latest", () => {
    const whole = now - 20_000;
    expect(typedWindow(ago(60), ago(30), now, "UTC")).toEqual({
      fromMs: whole - 3_600_000,
      toMs: whole - 1_800_000,
    });
    expect(typedWindow(ago(60), ago(-600), now, "UTC")).toMatchObject({ toMs: whole });
  });

  it.each<[string, string, "from" | "to", string]>([
    ["", ago(1), "from", "missing"],
    [ago(5), "", "to", "missing"],
    [ago(-5), ago(-9), "from", "future"],
    [ago(5), ago(9), "to", "order"],
    [ago(401 * 24 * 60), ago(0), "from", "long"],
  ])("from %s to %s: %s is %s", (from, to, field, kind) => {
    expect(typedWindow(from, to, now, "UTC")).toEqual({ problem: { field, kind } });
  });
});

describe("what a range is compared with", () => {
  const asked = (vs: string) => againstIn(new URLSearchParams({ vs }));

  it("is in the address, and nothing where that says something else", () => {
    expect(["day", "week", "year"].map(asked)).toEqual(["day", "week", null]);
  });

  it("are the same hours before, also of a range that moves", () => {
    const at = (text: string): number => Date.parse(`2026-11-${text}:00Z`);
    expect(rangeBefore("1h", "day", now)).toBe(rangeBetween(at("25T09:00"), at("25T10:00")));
    expect(rangeBefore(rangeBetween(at("26T01:00"), at("26T03:00")), "week", now)).toBe(
      rangeBetween(at("19T01:00"), at("19T03:00")),
    );
  });
});
