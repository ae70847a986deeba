import type { TargetView } from "@/lib/shared/contract";
import type { Format } from "@/lib/shared/format";
import { personName } from "../i18n/actor-name";
import type { MessageKey, Text, Translate } from "../i18n/messages";
import { shownState } from "./state";

const aSecondMs = 1_000;

/** The line under a state: why it is so, and what happens next. Parts are joined by a middle dot. */
export function whyTexts(target: TargetView, f: Format, nowMs: number): Text[] {
  switch (shownState(target)) {
    case "down":
      return [
        ...sinceTexts(target, f, nowMs),
        ...brokenTexts(target),
        ...nextTexts(target, f, nowMs),
      ];
    case "recovering":
      return [
        { key: target.breaker === "ramp" ? "why.ramp" : "why.halfOpen" },
        ...nextTexts(target, f, nowMs),
      ];
    case "degraded":
      return [...degradedTexts(target, f, nowMs), ...nextTexts(target, f, nowMs)];
    case "draining":
      return [
        { key: "why.draining", values: { n: target.inFlight } },
        ...heldTexts(target, f, nowMs),
      ];
    case "off":
      return heldTexts(target, f, nowMs);
    case "no_data":
      return target.onNodes.of === 0
        ? [{ key: "why.unreported" }]
        : [{ key: "why.noCalls" }, ...nextTexts(target, f, nowMs)];
    case "healthy":
      return [...lastErrorTexts(target, f, nowMs), ...nextTexts(target, f, nowMs)];
  }
}

/** Causes that say no more than the label. */
const saidBy: Partial<Record<TargetView["label"], readonly string[]>> = {
  region_down: ["unreachable", "region_probe_failed"],
  probe_down: ["probe_failed", "probes_failed"],
};

function brokenTexts(target: TargetView): Text[] {
  const cause = causeOf(target);
  const first = brokenText(target);
  return cause === null || saidBy[target.label]?.includes(cause) === true
    ? [first]
    : [first, timesText(cause, timesOf(target))];
}

function brokenText({ label }: TargetView): Text {
  switch (label) {
    case "credential_dead":
      return { key: "why.credentialDead" };
    case "region_down":
      return { key: "why.regionDown" };
    case "blocked":
      return { key: "why.blocked" };
    case "open":
      return { key: "why.open" };
    case "half_open":
    case "ramp":
    case "probe_down":
    case "suspect":
    case "degraded":
    case "closed":
      return { key: "why.probesFail" };
  }
}

function degradedTexts(target: TargetView, f: Format, nowMs: number): Text[] {
  if (target.rateLimitedUntil !== null && target.rateLimitedUntil > nowMs) {
    const left = f.duration(target.rateLimitedUntil - nowMs);
    return [{ key: "why.rateLimited", values: { left } }];
  }
  const since = sinceTexts(target, f, nowMs);
  if (target.label === "suspect") {
    return [{ key: "why.suspect" }, ...since];
  }
  const cause = causeOf(target);
  return cause === null ? since : [...since, timesText(cause, timesOf(target))];
}

function sinceTexts({ since }: TargetView, f: Format, nowMs: number): Text[] {
  return since === null ? [] : [{ key: "why.since", values: { since: f.duration(nowMs - since) } }];
}

function timesOf({ label, consecutiveFailures }: TargetView): number {
  return ownReason.has(label) ? 1 : consecutiveFailures;
}

function timesText(cause: string, times: number): Text {
  return times > 1
    ? { key: "why.times", values: { cause, times } }
    : { key: "why.cause", values: { cause } };
}

function heldTexts(
  { switch: own, effectiveIntent, offBy }: TargetView,
  f: Format,
  nowMs: number,
): Text[] {
  if (offBy !== null && offBy.type !== "target") {
    return [{ key: `why.offBy.${offBy.type}`, values: { id: offBy.id } }];
  }
  const who: Text[] =
    own.actor === null ? [] : [{ key: "why.offByActor", values: { name: own.actor.name } }];
  const until: Text =
    own.until === null
      ? { key: "why.untilOn" }
      : { key: "why.until", values: { at: f.moment(own.until, nowMs) } };
  const mode: Text[] = effectiveIntent === "disabled" ? [{ key: "why.stopped" }] : [];
  const reason: Text[] =
    own.reason === null ? [] : [{ key: "why.quote", values: { reason: own.reason } }];
  return [...who, until, ...mode, ...reason];
}

function lastErrorTexts({ lastError }: TargetView, f: Format, nowMs: number): Text[] {
  if (lastError === null) {
    return [{ key: "why.noError" }];
  }
  const cause = errorCode(lastError);
  return [{ key: "why.lastError", values: { cause, ago: f.duration(nowMs - lastError.at) } }];
}

function nextTexts({ nextProbeAt }: TargetView, f: Format, nowMs: number): Text[] {
  if (nextProbeAt === null) {
    return [];
  }
  return nextProbeAt - nowMs < aSecondMs
    ? [{ key: "why.probingNow" }]
    : [{ key: "why.nextProbe", values: { left: f.duration(nextProbeAt - nowMs) } }];
}

/** What is shared with others, or slow, has a reason that the last error of this one target does not tell. */
const ownReason: ReadonlySet<TargetView["label"]> = new Set([
  "credential_dead",
  "region_down",
  "blocked",
  "degraded",
]);

function causeOf({ label, lastError, reason }: TargetView): string | null {
  return lastError === null || (reason !== null && ownReason.has(label))
    ? reason
    : errorCode(lastError);
}

function errorCode({ status, reason }: NonNullable<TargetView["lastError"]>): string {
  return status === null ? reason : String(status);
}

/** A reason code in words; a code without words prints as it is. */
export function reasonText(t: Translate, code: string): string {
  const status = /^status_(\d{3})$/.exec(code)?.[1];
  if (status !== undefined) {
    return status;
  }
  const key = `reason.${code}` as MessageKey;
  return t.has(key) ? t(key) : code.replaceAll("_", " ");
}

/** The parts of a line in words. A `cause` that is a reason code is worded too, and so is a `name` that is no person's. */
export function sayLine(t: Translate, texts: readonly Text[]): string {
  return texts
    .map(({ key, values }) => {
      const cause = values?.["cause"];
      const name = values?.["name"];
      return t(key, {
        ...values,
        ...(typeof cause === "string" && { cause: reasonText(t, cause) }),
        ...(typeof name === "string" && { name: personName(t, name) }),
      });
    })
    .join("\u00a0· ");
}
