"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { useHealth, useRecentMetrics } from "@/components/lib/live/views";
import { useTrouble } from "@/components/lib/live/trouble";
import { pillTexts, type Verdict, verdictOf } from "@/components/lib/verdict";
import { Glyph, type GlyphState } from "@/components/ui/glyph";
import { impairedTargets, worstState } from "@/components/lib/targets/state";

/** The verdict in a few words, on every page. */
export function VerdictPill() {
  const { say } = useWords();
  const health = useHealth().data;
  const metrics = useRecentMetrics().data;
  const trouble = useTrouble();
  const verdict = verdictOf({ health, metrics, trouble });
  if (verdict === null) {
    return null;
  }
  const worst = health === undefined ? "no_data" : worstState(impairedTargets(health));
  return (
    <a
      href="#top"
      className="inline-flex h-7 min-w-0 items-center gap-2 rounded-pill border border-line-strong bg-surface pr-3 pl-2.5 text-small text-fg-2 hover:no-underline phone:border-0 phone:bg-transparent phone:px-1 phone:text-lead phone:text-fg touch:h-11"
    >
      <Glyph state={pillGlyph(verdict, worst)} />
      <span className="truncate">
        <b className="font-strong text-fg phone:font-medium">
          <PillText verdict={verdict} />
        </b>
        {verdict.kind === "impaired" && (metrics?.totals.calls ?? 0) > 0 && (
          <span className="max-xl:hidden"> · {say({ key: "pill.unaffected" })}</span>
        )}
      </span>
    </a>
  );
}

/** On a phone there is room for a word less. */
function PillText({ verdict }: { verdict: Verdict }) {
  const { say } = useWords();
  const { long, short } = pillTexts(verdict);
  return short === null ? (
    say(long)
  ) : (
    <>
      <span className="phone:hidden">{say(long)}</span>
      <span className="hidden phone:inline">{say(short)}</span>
    </>
  );
}

function pillGlyph(verdict: Verdict, worst: GlyphState): GlyphState {
  switch (verdict.kind) {
    case "failing":
    case "stranded":
    case "silent_gateway":
      return "down";
    case "database_away":
    case "page_offline":
    case "page_outdated":
      return "no_data";
    case "refused":
      return "degraded";
    case "answered_again":
      return "recovering";
    case "impaired":
      return worst;
    case "no_calls":
    case "served":
      return "healthy";
  }
}
