import { useWords } from "@/components/lib/i18n/provider";
import { reasonText } from "@/components/lib/targets/why";
import { Glyph } from "@/components/ui/glyph";
import type { AttemptView, CallView } from "@/lib/shared/contract";
import { attemptGlyph, placeOf } from "./outcome";

type Props = { call: CallView };

/** ▲ 429 us-east 12 ms → ● eu-west 80 ms: the whole story of a call in one line. What was never asked has no time in it. */
export function AttemptStrip({ call }: Props) {
  const { t, f } = useWords();
  if (call.attempts.length === 0) {
    return <span className="text-small text-fg-3">{t("calls.noAttempt")}</span>;
  }
  return (
    <span className="inline-flex flex-wrap items-center gap-x-1.5 gap-y-0.5 text-small">
      {call.rescuedBy === "avoidance" && (
        <span className="whitespace-nowrap text-fg-3">{t("calls.avoided")} →</span>
      )}
      {call.attempts.map((attempt, index) => (
        <span key={attempt.seq} className="inline-flex items-center gap-1.25 whitespace-nowrap">
          {index > 0 && (
            <span aria-hidden="true" className="text-fg-3">
              →
            </span>
          )}
          <Glyph state={attemptGlyph(attempt)} size={10} />
          <span>
            {[failureOf(attempt), placeOf(attempt, call.attempts[index - 1], call.askedModel)]
              .filter((part) => part !== null)
              .map((part) => reasonText(t, part))
              .join(" ")}
          </span>
          <span className="text-fg-3">{f.span(attempt.durationMs)}</span>
        </span>
      ))}
    </span>
  );
}

function failureOf({ outcome, status, reason }: AttemptView): string | null {
  if (outcome === "succeeded") {
    return null;
  }
  return status === null || status === 200 ? (reason ?? null) : String(status);
}
