import { useWords } from "@/components/lib/i18n/provider";
import { evidenceTexts } from "@/components/lib/targets/evidence";
import { Glyph, type GlyphState } from "@/components/ui/glyph";
import type { CallDetail, PlanEntry } from "@/lib/shared/contract";
import { Section } from "./section";
import { planReason } from "./why-sentence";

type Props = { call: CallDetail };

/** The order that the call was to follow, and why the others were left out at that moment. */
export function CallPlan({ call }: Props) {
  const { t, f, say } = useWords();
  if (call.plan.length === 0) {
    return null;
  }
  const tried = new Set(call.attempts.map(({ targetId }) => targetId));
  return (
    <Section title={t("call.plan")} note={t("call.planNote")}>
      <ol>
        {call.plan.map((entry) => (
          <li
            key={entry.target}
            className="grid grid-cols-[16px_minmax(0,1fr)_auto] items-center gap-x-2 border-b border-line py-1.5 text-small last:border-b-0"
          >
            <Glyph state={planGlyph(entry)} />
            <span className="mono truncate" title={entry.target}>
              {entry.target}
            </span>
            <span className="text-fg-2">
              {planReason(t, entry.reason)}
              {tried.has(entry.target) && ` · ${t("call.tried")}`}
            </span>
            <Counters texts={evidenceTexts(entry.counters ?? {}, f).map(say)} />
          </li>
        ))}
      </ol>
    </Section>
  );
}

function Counters({ texts }: { texts: readonly string[] }) {
  return texts.length === 0 ? null : (
    <span className="col-span-2 col-start-2 text-fg-3">{texts.join(" · ")}</span>
  );
}

const glyphs: Readonly<Record<string, GlyphState>> = {
  disabled: "off",
  draining: "off",
  credential_dead: "down",
  region_down: "down",
  blocked: "down",
  open: "down",
  probe_down: "down",
  rate_limited: "degraded",
  at_concurrency_limit: "degraded",
  key_avoided: "degraded",
  suspect: "degraded",
  degraded: "degraded",
  degraded_share: "degraded",
  trial: "recovering",
  trial_in_flight: "recovering",
  trial_needs_fallback: "recovering",
  ramp: "recovering",
  ramp_share: "recovering",
};

/** The state that a target was in when the plan was made. */
export function planGlyph({
  decision,
  reason,
}: Pick<PlanEntry, "decision" | "reason">): GlyphState {
  return glyphs[reason] ?? (decision === "eligible" ? "healthy" : "no_data");
}
