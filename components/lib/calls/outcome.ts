import type { GlyphState } from "@/components/ui/glyph";
import type { MessageKey } from "@/components/lib/i18n/messages";
import type { AttemptView, CallView } from "@/lib/shared/contract";

/** What a call counts as, in the words of the chart: a served call that needed help is rescued. */
export function outcomeKeyOf(call: CallView): MessageKey {
  return call.outcome === "served" && call.rescuedBy !== null
    ? "calls.outcome.rescued"
    : `calls.outcome.${call.outcome}`;
}

/** Who answered; null where nobody did: who was asked last is among the attempts. */
export function answererOf(call: CallView): Pick<CallView, "model" | "region"> | null {
  const isUnanswered = call.outcome === "failed" && call.ttftMs === null;
  return call.model === null || isUnanswered ? null : call;
}

export function callGlyph({ outcome }: CallView): GlyphState {
  switch (outcome) {
    case "served":
      return "healthy";
    case "failed":
    case "unknown_crash":
      return "down";
    case "refused":
    case "cancelled":
      return "no_data";
  }
}

/** A failure that says nothing about the target's health is no alarm. */
export function attemptGlyph({ outcome, status, health }: AttemptView): GlyphState {
  switch (outcome) {
    case "succeeded":
      return "healthy";
    case "cancelled":
      return "no_data";
    case "failed":
      return status === 429 || !health ? "degraded" : "down";
  }
}

/** Names only what is new: the region, and the model where it is another than before. */
export function placeOf(
  attempt: AttemptView,
  before: AttemptView | undefined,
  askedModel: string | null,
): string {
  const known = before?.model ?? askedModel;
  return attempt.model === known ? attempt.region : `${attempt.model} ${attempt.region}`;
}
