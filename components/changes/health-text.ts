import { type Text } from "@/components/lib/i18n/messages";
import { type GlyphState } from "@/components/ui/glyph";
import { type Format } from "@/lib/shared/format";
import { type HealthSummary } from "./summary";

const glyphs = {
  credential_dead: "down",
  region_down: "down",
  blocked: "down",
  open: "down",
  probe_down: "down",
  half_open: "recovering",
  ramp: "recovering",
  closed: "healthy",
  suspect: "degraded",
  degraded: "degraded",
} as const satisfies Record<HealthSummary["to"], GlyphState>;

/** What a rule that only observes would have done is no state of anything. */
export function healthGlyph(summary: HealthSummary): GlyphState {
  return isObserved(summary) ? "no_data" : glyphs[summary.to];
}

export function healthTitle(summary: HealthSummary): Text {
  const { from, to } = summary;
  if (isObserved(summary)) {
    return { key: `feed.would.${to}` };
  }
  return to === "closed" && from === "probe_down"
    ? { key: "feed.probesBack" }
    : { key: `feed.to.${to}` };
}

function isObserved({ evidence = {} }: HealthSummary): boolean {
  return evidence["observed"] === 1;
}

/** What the healer went by, as parts of a line. */
export function healthEvidence({ reason, evidence = {} }: HealthSummary, f: Format): Text[] {
  const number = (name: string): number | null => {
    const value = evidence[name];
    return typeof value === "number" ? value : null;
  };
  const status = number("status");
  const failures = number("failures");
  const of = number("of");
  const passes = number("passes");
  const openForMs = number("openForMs");
  const waiting = number("waiting");
  const silentMs = number("silentMs");
  const ttftMs = number("ttftMs");
  const normalMs = number("normalMs");
  return [
    { key: "feed.reason", values: { cause: status === null ? reason : String(status) } },
    ...(failures === null || failures === 0 ? [] : [failuresText(failures, of)]),
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
