import type { Text } from "@/components/lib/i18n/messages";
import type { Format } from "@/lib/shared/format";

export type Evidence = Readonly<Record<string, string | number | null>>;

/** The counters that the healer went by, as parts of a line; those without words are left out. */
export function evidenceTexts(evidence: Evidence, f: Format): Text[] {
  const number = (name: string): number | null => {
    const value = evidence[name];
    return typeof value === "number" ? value : null;
  };
  const failures = number("failures");
  const passes = number("passes");
  const openForMs = number("openForMs");
  const waiting = number("waiting");
  const silentMs = number("silentMs");
  const ttftMs = number("ttftMs");
  const normalMs = number("normalMs");
  return [
    ...(failures === null || failures === 0 ? [] : [failuresText(failures, number("of"))]),
    ...(waiting !== null && silentMs !== null
      ? [{ key: "feed.waiting", values: { n: waiting, time: f.duration(silentMs) } } as const]
      : []),
    ...(ttftMs !== null && normalMs !== null
      ? [{ key: "feed.slow", values: { ms: f.ms(ttftMs), normal: f.ms(normalMs) } } as const]
      : []),
    ...(passes !== null && passes > 0
      ? [{ key: "feed.passes", values: { n: passes } } as const]
      : []),
    ...(openForMs === null
      ? []
      : [{ key: "feed.openFor", values: { time: f.duration(openForMs) } } as const]),
  ];
}

/** A run, or a share where not all of them failed. */
function failuresText(failures: number, of: number | null): Text {
  return of === null || of === failures
    ? { key: "feed.failures", values: { n: failures } }
    : { key: "feed.failuresOf", values: { n: failures, of } };
}
