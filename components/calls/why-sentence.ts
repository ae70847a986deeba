import type { MessageKey, Translate } from "@/components/lib/i18n/messages";
import { reasonText } from "@/components/lib/targets/why";
import type { AttemptView, CallDetail } from "@/lib/shared/contract";
import type { Format } from "@/lib/shared/format";

/** Being left out for these says something of the target; for all others, of the call or of what people want. */
const healthReasons: ReadonlySet<string> = new Set([
  "credential_dead",
  "region_down",
  "blocked",
  "open",
  "trial_in_flight",
  "trial_needs_fallback",
  "probe_down",
  "suspect",
  "degraded",
  "ramp",
  "key_avoided",
  "rate_limited",
  "at_concurrency_limit",
]);

/** Why a call went the way it went, in one sentence or two. */
export function whySentence(call: CallDetail, t: Translate, f: Format): string {
  switch (call.outcome) {
    case "served":
      return servedSentence(call, t, f);
    case "failed":
      return failedSentence(call, t, f);
    case "refused":
      return refusedSentence(call, t);
    case "cancelled":
      return cancelledSentence(call, t, f);
    case "unknown_crash":
      return t("call.why.crashed");
  }
}

function servedSentence(call: CallDetail, t: Translate, f: Format): string {
  const answering = call.attempts.findLast(({ outcome }) => outcome === "succeeded");
  if (answering === undefined) {
    return t("call.why.served");
  }
  const answer = placeOf(answering);
  const failed = call.attempts.filter((attempt) => attempt !== answering);
  const failures = failed.map((attempt) => failureText(attempt, t, f)).join(", ");
  switch (call.rescuedBy) {
    case "retry":
      return t("call.why.retry", { failures, answer });
    case "sibling":
      return t("call.why.sibling", { failures, answer });
    case "fallback":
      return t("call.why.fallback", { failures, answer });
    case "resume":
      return t("call.why.resume", { failures, answer });
    case "avoidance": {
      const avoided = call.plan.find((one) => healthReasons.has(one.reason));
      return avoided === undefined
        ? t("call.why.avoidedSome", { answer })
        : t("call.why.avoided", {
            avoided: targetPlace(avoided.target),
            because: planReason(t, avoided.reason),
            answer,
          });
    }
    case null: {
      const entry = call.plan.find(({ target }) => target === answering.targetId);
      if (entry === undefined) {
        return t("call.why.first", { answer });
      }
      const because = planReason(t, entry.reason);
      return healthReasons.has(entry.reason)
        ? t("call.why.anyway", { answer, because })
        : t("call.why.firstBecause", { answer, because });
    }
  }
}

function failedSentence(
  { attempts, plan, errorCode }: CallDetail,
  t: Translate,
  f: Format,
): string {
  const last = attempts.at(-1);
  if (last === undefined) {
    const reasons = [...new Set(plan.map(({ reason }) => planReason(t, reason)))];
    return reasons.length === 0
      ? t("call.why.nobody")
      : t("call.why.nobodyBecause", { n: plan.length, reasons: reasons.join(", ") });
  }
  if (errorCode === "stream_interrupted") {
    return t("call.why.brokeOff", { failure: failureText(last, t, f) });
  }
  return attempts.length === 1
    ? t("call.why.onlyFailed", { failure: failureText(last, t, f) })
    : t("call.why.allFailed", { n: attempts.length, failure: failureText(last, t, f) });
}

function refusedSentence({ attempts, errorCode, status }: CallDetail, t: Translate): string {
  const last = attempts.at(-1);
  const code = errorCode ?? String(status);
  return last === undefined
    ? t("call.why.refused", { code })
    : t("call.why.refusedThere", { place: placeOf(last), status: last.status ?? status, code });
}

function cancelledSentence({ attempts, totalMs }: CallDetail, t: Translate, f: Format): string {
  const last = attempts.at(-1);
  const after = f.span(totalMs);
  if (last === undefined) {
    return t("call.why.leftEarly", { after });
  }
  return last.ttftMs === null
    ? t("call.why.leftWaiting", { after, place: placeOf(last) })
    : t("call.why.leftReading", { after, place: placeOf(last) });
}

/** `claude-sonnet-4-5 / us-east (503, 212 ms)` */
function failureText(attempt: AttemptView, t: Translate, f: Format): string {
  const { status, reason, durationMs } = attempt;
  const cause =
    status === null || status === 200 ? reasonText(t, reason ?? "unclassified") : String(status);
  return `${placeOf(attempt)} (${cause}, ${f.span(durationMs)})`;
}

function placeOf({ model, region }: AttemptView): string {
  return `${model} / ${region}`;
}

/** `provider:region:model#credential` as `model / region`. */
function targetPlace(id: string): string {
  const [, region = id, ...model] = (id.split("#")[0] ?? id).split(":");
  return model.length === 0 ? id : `${model.join(":")} / ${region}`;
}

/** Why a target stood where it stood in a plan; a code without words prints as it is. */
export function planReason(t: Translate, reason: string): string {
  const key = `plan.${reason}` as MessageKey;
  return t.has(key) ? t(key) : reason.replaceAll("_", " ");
}
