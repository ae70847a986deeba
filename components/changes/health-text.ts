import type { Text } from "@/components/lib/i18n/messages";
import { evidenceTexts } from "@/components/lib/targets/evidence";
import type { GlyphState } from "@/components/ui/glyph";
import type { Format } from "@/lib/shared/format";
import type { HealthSummary } from "./summary";

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
  if (to === "closed" && from === "probe_down") {
    return { key: "feed.probesBack" };
  }
  if (to === "closed" && !opened.has(from)) {
    return { key: "feed.wellAgain" };
  }
  // What barred it is over, and nothing new has happened to it.
  if (to === "open" && barred.has(from)) {
    return { key: "feed.openStill" };
  }
  // Its breaker would let it try again.
  return to === "probe_down" && from === "open"
    ? { key: "feed.probesStill" }
    : { key: `feed.to.${to}` };
}

const opened: ReadonlySet<string> = new Set(["open", "half_open", "ramp"]);
const barred: ReadonlySet<string> = new Set(["credential_dead", "region_down", "blocked"]);

function isObserved({ evidence = {} }: HealthSummary): boolean {
  return evidence["observed"] === 1;
}

/** What the healer went by, as parts of a line. */
export function healthEvidence(summary: HealthSummary, f: Format): Text[] {
  const { from, reason, evidence = {} } = summary;
  const { status, passes } = evidence;
  // The trial was the region's: of its targets nobody was tried but one.
  const why = from === "region_down" && reason === "trial_passed" ? "region_probes_passed" : reason;
  const cause = typeof status === "number" ? String(status) : why;
  // Their count says it too.
  const isCounted = reason === "probes_passed" && Number(passes) > 0;
  return [
    ...(isCounted ? [] : [{ key: "feed.reason", values: { cause } } as const]),
    ...evidenceTexts(evidence, f),
  ];
}
