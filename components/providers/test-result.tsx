"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { Glyph, type GlyphState } from "@/components/ui/glyph";
import type { ConnectionResult } from "@/lib/shared/provider-contract";

type Props = { result: ConnectionResult };

/** What a gateway found, and what to set right. */
export function TestResult({ result }: Props) {
  const { t, f } = useWords();
  const { outcome, status, detail, message, latencyMs, skewMs, models, node } = result;
  const facts = [
    ...(status === null ? [] : [String(status)]),
    ...(detail === null ? [] : [detail]),
    ...(latencyMs === null ? [] : [f.span(latencyMs)]),
    ...(node === null ? [] : [t("providers.test.by", { node })]),
  ];
  return (
    <div
      role="status"
      data-testid="test-result"
      data-outcome={outcome}
      className="run flex gap-2.5 rounded-control border border-line-strong px-3 py-2"
    >
      <Glyph state={glyphOf(outcome)} className="mt-1 shrink-0" />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{t(`providers.test.outcome.${outcome}`)}</p>
        {outcome !== "ok" && (
          <p className="text-fg-2">
            {t(`providers.test.fix.${outcome}`, { detail: detail ?? "" })}
          </p>
        )}
        {outcome === "ok" && models.length > 0 && (
          <p className="text-fg-2">{t("providers.test.models", { n: models.length })}</p>
        )}
        {message !== null && (
          <p className="mt-1 text-small break-words text-fg-2">
            {t("providers.test.says", { message })}
          </p>
        )}
        {skewMs !== null && (
          <p className="mt-1 text-small">
            {t(skewMs > 0 ? "providers.test.slowClock" : "providers.test.fastClock", {
              by: f.duration(Math.abs(skewMs)),
            })}
          </p>
        )}
        {facts.length > 0 && (
          <p className="mono mt-1 text-small break-words text-fg-3">{facts.join(" · ")}</p>
        )}
      </div>
    </div>
  );
}

function glyphOf(outcome: ConnectionResult["outcome"]): GlyphState {
  if (outcome === "ok") {
    return "healthy";
  }
  return outcome === "limited" || outcome === "no_gateway" ? "degraded" : "down";
}
