/**
 * Numbers, money and instants as the control room prints them. Browser-safe and pure: the time is an argument.
 *
 * Instants are epoch milliseconds, money is nano-USD, ratios are 0..1, durations are milliseconds.
 */
import type { Exchange } from "./contract";

export const locales = ["en", "ko"] as const;
export type Locale = (typeof locales)[number];

/** Printed where a figure would rest on too few samples. */
export const noValue = "—";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A unit stays on the line of its value. */
const space = "\u00a0";

const units = {
  en: { ms: `${space}ms`, s: `${space}s`, min: `${space}min`, h: `${space}h`, d: `${space}d` },
  ko: { ms: `${space}ms`, s: "초", min: "분", h: "시간", d: "일" },
} as const;

/** Short names that `Intl` prints only in the zone's own language. */
const zoneNames: Readonly<Record<string, string>> = { "Asia/Seoul": "KST", "Asia/Tokyo": "JST" };

/** Every printed number goes through one of these. */
export interface Format {
  readonly locale: Locale;
  readonly timeZone: string;
  /** The zone's short name at an instant: `KST`, `UTC`, `GMT+1`. */
  zone: (atMs: number) => string;
  /** Grouped digits: `25,277`. */
  count: (n: number) => string;
  /** `99.98 %`; never rounded up to 100. Null prints as a dash. */
  percent: (ratio: number | null) => string;
  percentValue: (ratio: number) => string;
  /** Whole milliseconds: `2,840 ms`. Null prints as a dash. */
  ms: (durationMs: number | null) => string;
  /** One step of a call: `812 ms`, `1.31 s`, `12.0 s`. */
  span: (durationMs: number) => string;
  /** Short waits with a tenth: `0.4 s`. */
  seconds: (durationMs: number) => string;
  /** How long something lasts, in its largest sensible unit: `41 s`, `6 min`, `3 h`, `2 d`. */
  duration: (durationMs: number) => string;
  /** The length of a bucket: `1 min`, `3 h`, `1 d`. */
  bucket: (bucketMs: number) => string;
  /** The code of the currency that `money` prints. */
  readonly currency: string;
  /** What `money` converts at, `₩1,386/$ · 11-21`; null while it prints US dollars. */
  readonly rate: string | null;
  /** `$0.000342`, `$12.40`, `$1,168`, or as much in the reader's currency: `₩0.474`. Null prints as a dash. */
  money: (nanoUsd: number | null) => string;
  /** `1.2 M`, `340 k`, `812` in English; `123.5만`, `812` in Korean. */
  compact: (n: number) => string;
  /** `14:31` */
  hourMinute: (atMs: number) => string;
  /** A place on a time axis of `spanMs`: `14:31` within two days, `Sun 22 Nov` beyond. */
  axisTime: (atMs: number, spanMs: number) => string;
  /** A span of time within a range of `spanMs`: `14:31`, `Sun 22 Nov 14:00`, `Sun 22 Nov`. */
  bucketTime: (atMs: number, bucketMs: number, spanMs: number) => string;
  /** Both ends of a span: `Sun 22 Nov 13:32–14:32`. */
  between: (fromMs: number, toMs: number) => string;
  /** How far a value is from another, without a sign: `9 %`, `6×` from twice on. */
  change: (ratio: number) => string;
  /** The distance of two shares in points of a hundred: `16.5`, `0.02`. */
  points: (difference: number) => string;
  /** `14:31:12` */
  clock: (atMs: number) => string;
  /** `14:31:12` today, `Sun 22 Nov 14:31` otherwise. */
  moment: (atMs: number, nowMs: number) => string;
  /** `14:31:12` today, `22 Nov` and below it `14:31` otherwise. */
  stacked: (atMs: number, nowMs: number) => string;
  /** `Sun 22 Nov 2026, 14:31:12` */
  full: (atMs: number) => string;
}

/**
 * Building one of Intl's formats takes milliseconds, and a page needs few of those that it could: each is built when it is
 * first used, once for all readers with the same options.
 */
function lazily<F>(build: (locale: string, options: object) => F) {
  const built = new Map<string, F>();
  return (locale: string, options: object): (() => F) => {
    let format: F | undefined;
    return () => {
      if (format === undefined) {
        const key = JSON.stringify([locale, options]);
        format = built.get(key) ?? build(locale, options);
        built.set(key, format);
      }
      return format;
    };
  };
}

const dateFormat = lazily((locale, options) => new Intl.DateTimeFormat(locale, options));
const numberFormat = lazily((locale, options) => new Intl.NumberFormat(locale, options));

function shareText(ratio: number): string {
  const percent = ratio * 100;
  const digits = percent > 0 && percent < 100 && (percent >= 99 || percent < 1) ? 2 : 1;
  const scale = 10 ** digits;
  // A miss is never rounded away: only exactly everything is 100, only exactly nothing is 0.
  const floored = percent >= 99 ? Math.floor(percent * scale + 1e-9) / scale : percent;
  return percent === 100 || percent === 0 ? String(percent) : floored.toFixed(digits);
}

function changeText(ratio: number): string {
  if (ratio >= 2) {
    return `${ratio < 10 ? Number(ratio.toFixed(1)) : Math.round(ratio)}×`;
  }
  const percent = Math.abs(ratio - 1) * 100;
  return `${percent < 1 ? percent.toFixed(1) : Math.round(percent)}${space}%`;
}

const mostDigits = 9;

/** Digits behind the point: the currency's own from 1 up, three figures that count below. */
function moneyDigits(amount: number, own: number): number {
  const size = Math.abs(amount);
  if (size === 0 || size >= 1000) {
    return 0;
  }
  return size >= 1 ? own : Math.min(mostDigits, 2 - Math.floor(Math.log10(size)));
}

/** Amounts of nano-USD in a currency that is worth `perUsd` to the dollar. */
function moneyFormat(
  locale: Locale,
  currency: string,
  perUsd: number,
): (nanoUsd: number) => string {
  const style = { style: "currency", currency, currencyDisplay: "narrowSymbol" } as const;
  const whole = numberFormat(locale, style);
  const byDigits = Array.from({ length: mostDigits + 1 }, (_, digits) =>
    numberFormat(locale, {
      ...style,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }),
  );
  return (nanoUsd) => {
    const amount = (nanoUsd / 1e9) * perUsd;
    const own = whole().resolvedOptions().maximumFractionDigits ?? 2;
    return byDigits[moneyDigits(amount, own)]?.().format(amount) ?? noValue;
  };
}

/** What a dollar is worth and since when: `₩1,386/$ · 11-21`. */
export function rateText(locale: Locale, { currency, perUsd, at }: Exchange): string {
  const text = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: 0,
    maximumFractionDigits: perUsd < 10 ? 4 : 2,
  });
  return `${text.format(perUsd)}/$ · ${at.slice("2026-".length)}`;
}

function largestUnit(durationMs: number): [size: number, unit: "s" | "min" | "h" | "d"] {
  if (durationMs < 90_000) {
    return [1000, "s"];
  }
  if (durationMs < 90 * minuteMs) {
    return [minuteMs, "min"];
  }
  return durationMs < 48 * hourMs ? [hourMs, "h"] : [dayMs, "d"];
}

function clockFormat(timeZone: string, withSeconds: boolean): (atMs: number) => string {
  const format = dateFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    hour: "2-digit",
    minute: "2-digit",
    ...(withSeconds ? { second: "2-digit" } : {}),
  });
  return (atMs) => format().format(atMs);
}

const koreanCompact = numberFormat("ko", { notation: "compact", maximumFractionDigits: 1 });

function compactText(n: number, locale: Locale, count: (n: number) => string): string {
  if (n < 10_000) {
    return count(n);
  }
  if (locale === "ko") {
    return koreanCompact().format(n);
  }
  return n < 1_000_000
    ? `${count(Math.round(n / 1000))}${space}k`
    : `${(n / 1_000_000).toFixed(1)}${space}M`;
}

/** The formats of one reader, in US dollars without `exchange`. */
export function createFormat(
  locale: Locale,
  timeZone: string,
  exchange: Exchange | null = null,
): Format {
  const unit = units[locale];
  const integers = numberFormat(locale, { maximumFractionDigits: 0 });
  const count = (n: number): string => integers().format(n);
  const clock = clockFormat(timeZone, true);
  const hourMinute = clockFormat(timeZone, false);
  const day = dateFormat(locale === "ko" ? "ko" : "en-GB", {
    timeZone,
    weekday: "short",
    day: "numeric",
    month: "short",
  });
  const date = dateFormat(locale === "ko" ? "ko" : "en-GB", {
    timeZone,
    day: "numeric",
    month: "short",
  });
  const year = dateFormat("en-GB", { timeZone, year: "numeric" });
  const zoneName = dateFormat("en-US", { timeZone, timeZoneName: "short" });
  const dayText = (atMs: number): string => day().format(atMs).replace(",", "");
  const isSameDay = (atMs: number, nowMs: number): boolean => dayText(atMs) === dayText(nowMs);
  const currency = exchange?.currency ?? "USD";
  const money = moneyFormat(locale, currency, exchange?.perUsd ?? 1);
  return {
    locale,
    timeZone,
    zone: (atMs) =>
      zoneNames[timeZone] ??
      zoneName()
        .formatToParts(atMs)
        .find((part) => part.type === "timeZoneName")?.value ??
      timeZone,
    count,
    percentValue: shareText,
    percent: (ratio) => (ratio === null ? noValue : `${shareText(ratio)}${space}%`),
    ms: (durationMs) => (durationMs === null ? noValue : `${count(durationMs)}${unit.ms}`),
    span: (durationMs) =>
      durationMs < 1000
        ? `${count(durationMs)}${unit.ms}`
        : `${(durationMs / 1000).toFixed(durationMs < 10_000 ? 2 : 1)}${unit.s}`,
    seconds: (durationMs) => `${(durationMs / 1000).toFixed(1)}${unit.s}`,
    duration: (durationMs) => {
      const [size, name] = largestUnit(durationMs);
      return `${count(Math.max(0, Math.floor(durationMs / size)))}${unit[name]}`;
    },
    bucket: (bucketMs) => {
      const [size, name] = (
        [
          [dayMs, "d"],
          [hourMs, "h"],
          [minuteMs, "min"],
        ] as const
      ).find(([ms]) => bucketMs >= ms) ?? [1000, "s"];
      return `${count(bucketMs / size)}${unit[name]}`;
    },
    currency,
    rate: exchange === null ? null : rateText(locale, exchange),
    money: (nanoUsd) => (nanoUsd === null ? noValue : money(nanoUsd)),
    compact: (n) => compactText(n, locale, count),
    hourMinute,
    axisTime: (atMs, spanMs) => (spanMs > 2 * dayMs ? dayText(atMs) : hourMinute(atMs)),
    bucketTime: (atMs, bucketMs, spanMs) => {
      if (bucketMs >= dayMs) {
        return dayText(atMs);
      }
      return spanMs > dayMs ? `${dayText(atMs)} ${hourMinute(atMs)}` : hourMinute(atMs);
    },
    between: (fromMs, toMs) => {
      const end = isSameDay(fromMs, toMs) ? "" : `${dayText(toMs)} `;
      return `${dayText(fromMs)} ${hourMinute(fromMs)}–${end}${hourMinute(toMs)}`;
    },
    change: changeText,
    points: (difference) => {
      const points = Math.abs(difference) * 100;
      return points.toFixed(points < 0.1 ? 2 : 1);
    },
    clock,
    moment: (atMs, nowMs) =>
      isSameDay(atMs, nowMs) ? clock(atMs) : `${dayText(atMs)} ${hourMinute(atMs)}`,
    stacked: (atMs, nowMs) =>
      isSameDay(atMs, nowMs) ? clock(atMs) : `${date().format(atMs)}\n${hourMinute(atMs)}`,
    full: (atMs) =>
      locale === "ko"
        ? `${year().format(atMs)}년 ${dayText(atMs)} ${clock(atMs)}`
        : `${dayText(atMs)} ${year().format(atMs)}, ${clock(atMs)}`,
  };
}

/** Epoch milliseconds of the next 09:00 on a clock of `timeZone`, on the day after `nowMs`. */
export function tomorrowMorningMs(nowMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(nowMs);
  const part = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((candidate) => candidate.type === type)?.value);
  const local = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  const offsetMs = local - Math.floor(nowMs / 1000) * 1000;
  return Date.UTC(part("year"), part("month") - 1, part("day") + 1, 9) - offsetMs;
}
