import { describe, expect, it } from "vitest";
import { createFormat, tomorrowMorningMs } from "@/lib/shared/format";

/** What a reader sees: a space that does not break is a space. */
const seen = (text: string): string => text.replaceAll("\u00a0", " ");
const en = createFormat("en", "Asia/Seoul");
const ko = createFormat("ko", "Asia/Seoul");
const at = Date.UTC(2026, 10, 23, 5, 31, 12);

describe("percent", () => {
  it.each([
    [1, "100 %"],
    [0.999_99, "99.99 %"],
    [0.9998, "99.98 %"],
    [0.99, "99.00 %"],
    [0.972, "97.2 %"],
    [0.0042, "0.42 %"],
    [0, "0 %"],
    [null, "—"],
  ])("prints %s as %s", (ratio, text) => {
    expect(seen(en.percent(ratio))).toBe(text);
  });
});

describe("money", () => {
  it.each([
    [0, "$0"],
    [342_000, "$0.000342"],
    [12_400_000_000, "$12.40"],
    [450_000_000, "$0.450"],
    [1_168_400_000_000, "$1,168"],
    [null, "—"],
  ])("prints %s nano-USD as %s", (nanoUsd, text) => {
    expect(en.money(nanoUsd)).toBe(text);
    expect(ko.money(nanoUsd)).toBe(text);
  });
});

describe("money in the reader's currency", () => {
  const at = "2026-11-21";
  const won = { currency: "KRW", perUsd: 1386, at };
  const euro = { currency: "EUR", perUsd: 0.9213, at };
  const yen = { currency: "JPY", perUsd: 156.4, at };
  it.each([
    [won, 12_400_000_000, "₩17,186", "₩17,186"],
    [won, 342_000, "₩0.474", "₩0.474"],
    [won, 1_000_000, "₩1", "₩1"],
    [won, 12, "₩0.0000166", "₩0.0000166"],
    [won, -450_000, "-₩0.624", "-₩0.624"],
    [won, 0, "₩0", "₩0"],
    [won, null, "—", "—"],
    [euro, 12_400_000_000, "€11.42", "€11.42"],
    [euro, 342_000, "€0.000315", "€0.000315"],
    [euro, 1_168_400_000_000_000, "€1,076,447", "€1,076,447"],
    [yen, 12_400_000_000, "¥1,939", "¥1,939"],
    [yen, 3_000_000, "¥0.469", "¥0.469"],
  ])("prints %o of %s nano-USD as %s and %s", (exchange, nanoUsd, english, korean) => {
    expect(createFormat("en", "UTC", exchange).money(nanoUsd)).toBe(english);
    expect(createFormat("ko", "UTC", exchange).money(nanoUsd)).toBe(korean);
  });

  it("names the rate and its day, and no rate for dollars", () => {
    expect(createFormat("en", "UTC", won).rate).toBe("₩1,386/$ · 11-21");
    expect(createFormat("ko", "UTC", euro).rate).toBe("€0.9213/$ · 11-21");
    expect([en.rate, en.currency]).toEqual([null, "USD"]);
  });

  it("keeps the sign of dollars in front", () => {
    expect([-342_000, -12_400_000_000].map(en.money)).toEqual(["-$0.000342", "-$12.40"]);
  });
});

describe("durations", () => {
  it.each([
    [900, "0 s", "0초"],
    [41_000, "41 s", "41초"],
    [6 * 60_000, "6 min", "6분"],
    [3 * 3_600_000, "3 h", "3시간"],
    [50 * 3_600_000, "2 d", "2일"],
  ])("prints %s ms as %s and %s", (durationMs, english, korean) => {
    expect(seen(en.duration(durationMs))).toBe(english);
    expect(ko.duration(durationMs)).toBe(korean);
  });

  it("prints the steps of a call with three figures", () => {
    expect([12, 1310, 12_040].map((ms) => seen(en.span(ms)))).toEqual([
      "12 ms",
      "1.31 s",
      "12.0 s",
    ]);
  });
});

describe("instants", () => {
  it("use a 24 hour clock in both languages", () => {
    const threeAtNight = Date.UTC(2026, 10, 22, 18, 4, 5);
    expect([en, ko].map((format) => format.clock(threeAtNight))).toEqual(["03:04:05", "03:04:05"]);
    expect(en.hourMinute(Date.UTC(2026, 10, 22, 15, 0))).toBe("00:00");
  });

  it("name the day only when it is another day", () => {
    expect(en.moment(at, at + 1000)).toBe("14:31:12");
    expect(en.moment(at, at + 86_400_000)).toBe("Mon 23 Nov 14:31");
    expect(en.stacked(at, at + 1000)).toBe("14:31:12");
    expect(en.stacked(at, at + 86_400_000)).toBe("23 Nov\n14:31");
  });

  it("name the zone", () => {
    expect(en.zone(at)).toBe("KST");
    expect(createFormat("en", "UTC").zone(at)).toBe("UTC");
  });

  it("find tomorrow morning in the reader's zone", () => {
    expect(tomorrowMorningMs(at, "Asia/Seoul")).toBe(Date.UTC(2026, 10, 24, 0));
    expect(tomorrowMorningMs(at, "America/New_York")).toBe(Date.UTC(2026, 10, 24, 14));
  });
});

it("shortens large counts as each language does", () => {
  expect(seen(en.compact(1_234_567))).toBe("1.2 M");
  expect(seen(en.compact(34_500))).toBe("35 k");
  expect(ko.compact(1_234_567)).toBe("123.5만");
  expect(ko.compact(3_450)).toBe("3,450");
});
