/** How long a call and each part of its attempts may take. */
import type { AttemptTimes, CallSpec } from "./events";
import { type Speed, durationMsP99, ttftMsP99 } from "./latency";
import type { Target } from "./types";

const connectMs = 3_000;
const progressMs = 120_000;
/** With tools or reasoning a model may pause for longer between two bytes; three times the route's limit. */
const patientIdleFactor = 3;
/** Reading a long prompt takes a second per so many tokens. */
const tokensPerTtftSecond = 8_000;
const maxTtftMs = 90_000;
const minPlainMs = 30_000;
const p99Factor = 3;
/** While a healthy target follows, this much of the call's time is left for it, and half of what is left at most. */
const reserveMs = 10_000;
const reserveShare = 0.25;
/** No attempt starts with less than this left. */
export const minAttemptMs = 1_000;

/** Whether the model will think, and may be silent for minutes. */
export function isReasoning(spec: CallSpec, target: Target): boolean {
  return spec.needs.reasoning || target.capabilities.reasoning;
}

/** How long a call may take in all, until its answer or its first content. */
export function callMs(spec: CallSpec, target: Target | undefined): number {
  const isPatient = target === undefined ? spec.needs.reasoning : isReasoning(spec, target);
  return isPatient ? spec.limits.reasoningTotalMs : spec.limits.totalMs;
}

/** The limits of an attempt that starts with `leftMs` of the call's `totalMs` to go. */
export function attemptTimes(
  spec: CallSpec,
  target: Target,
  speed: Speed,
  streamed: boolean,
  leftMs: number,
  totalMs: number,
  healthyFollows: boolean,
): AttemptTimes {
  const { limits, needs } = spec;
  const reserve = healthyFollows ? Math.min(reserveMs, reserveShare * totalMs, leftMs / 2) : 0;
  const budgetMs = Math.max(Math.min(minAttemptMs, leftMs), leftMs - reserve);
  const ownMs = streamed ? ttftLimitMs(spec, target, speed) : plainLimitMs(spec, target, speed);
  // A plain answer has no first content of its own to be impatient for.
  const askedMs = streamed ? spec.constraints.ttftMs : null;
  const wantedMs = Math.min(ownMs, askedMs ?? ownMs);
  const isPatient = needs.tools || isReasoning(spec, target);
  return {
    connectMs: Math.min(connectMs, budgetMs),
    firstMs: Math.min(wantedMs, budgetMs),
    idleMs: isPatient ? limits.idleMs * patientIdleFactor : limits.idleMs,
    progressMs,
    totalMs: limits.streamTotalMs,
    impatient: Math.min(wantedMs, budgetMs) < ownMs,
  };
}

/** The longest wait for a stream's first content; what was learned may only raise it. */
export function ttftLimitMs(spec: CallSpec, target: Target, speed: Speed): number {
  const { limits, needs } = spec;
  if (isReasoning(spec, target)) {
    return limits.reasoningTtftMs;
  }
  const readingMs = Math.floor(needs.promptTokens / tokensPerTtftSecond) * 1_000;
  const learnedMs = p99Factor * (ttftMsP99(speed) ?? 0);
  const cappedMs = Math.max(limits.ttftMs, maxTtftMs);
  return Math.min(cappedMs, Math.max(limits.ttftMs + readingMs, learnedMs));
}

/** The one limit of a plain answer that is not streamed upstream; a model that thinks does so before its first byte. */
function plainLimitMs(spec: CallSpec, target: Target, speed: Speed): number {
  const leastMs = isReasoning(spec, target) ? spec.limits.reasoningTtftMs : minPlainMs;
  return Math.max(leastMs, p99Factor * (durationMsP99(speed) ?? 0));
}

/** A plain call that is expected to take longer than this is streamed upstream and collected. */
const longPlainMs = 5_000;
const msPerToken = 30;
const unknownAnswerTokens = 500;

/** Whether the provider is asked for a stream. */
export function isStreamedUpstream(spec: CallSpec, target: Target, speed: Speed): boolean {
  const { needs, limits } = spec;
  if (needs.stream) {
    return true;
  }
  if (limits.upstreamStream === "off" || !needs.collectable) {
    return false;
  }
  const expectedMs = (speed.ttftMs ?? 0) + (needs.maxTokens ?? unknownAnswerTokens) * msPerToken;
  return expectedMs > longPlainMs || isReasoning(spec, target);
}
