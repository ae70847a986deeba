/** W3C trace context: which trace a call belongs to, and how the next one hears of it. */
import type { IncomingHttpHeaders } from "node:http";
import type { Sampler } from "../../shared/otel-env";
import { uuidV7 } from "../../shared/uuid";

/** The place of a call in its trace. Ids are lower-case hex. */
export type TraceContext = {
  readonly traceId: string;
  readonly spanId: string;
  /** Null: the trace begins here. */
  readonly parentSpanId: string | null;
  readonly isSampled: boolean;
  /** Other systems' words about the trace, handed on as they are. */
  readonly state: string;
};

export type Parent = {
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
};

const maxStateChars = 512;
const sampledFlag = 1;

/** The parent in a `traceparent` header; null for anything that is none. */
export function parseTraceparent(header: string | undefined): Parent | null {
  const [, version, traceId, spanId, flags, rest] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(header ?? "") ?? [];
  if (version === undefined || traceId === undefined || spanId === undefined) {
    return null;
  }
  const isOurVersion = version === "00" && rest === undefined;
  const isLaterVersion = version !== "00" && version !== "ff";
  if (!(isOurVersion || isLaterVersion) || /^0+$/.test(traceId) || /^0+$/.test(spanId)) {
    return null;
  }
  return { traceId, spanId, isSampled: (Number.parseInt(flags ?? "0", 16) & sampledFlag) === 1 };
}

/** The context of a call: its caller's trace goes on, or one begins whose id is the call's own, so that log and trace are found by one id. */
export function beginContext(
  callId: string,
  headers: IncomingHttpHeaders,
  sampler: Sampler,
): TraceContext {
  const { traceparent, tracestate } = headers;
  const parent = parseTraceparent(typeof traceparent === "string" ? traceparent : undefined);
  const traceId = parent?.traceId ?? callId.replaceAll("-", "");
  return {
    traceId,
    spanId: newSpanId(),
    parentSpanId: parent?.spanId ?? null,
    isSampled: isSampled(sampler, traceId, parent),
    state:
      parent !== null && typeof tracestate === "string" && tracestate.length <= maxStateChars
        ? tracestate
        : "",
  };
}

/** Of the 56 random bits at the end of an id (W3C Trace Context level 2) the first 52: what a number holds exactly. */
const randomFrom = -14;
const randomUntil = -1;
const randomCount = 2 ** 52;

/** Whether a trace is kept. The same trace is decided alike by everybody who samples by these bits. */
export function isSampled(sampler: Sampler, traceId: string, parent: Parent | null): boolean {
  if (sampler.byParent && parent !== null) {
    return parent.isSampled;
  }
  const random = Number.parseInt(traceId.slice(randomFrom, randomUntil), 16) / randomCount;
  return random >= 1 - sampler.ratio;
}

/** A fresh id of a span; never zero. */
export function newSpanId(): string {
  const id = uuidV7(0);
  return id.slice(19, 23) + id.slice(24);
}

/** The headers that tell a provider of the attempt `spanId`. */
export function contextHeaders(
  { traceId, isSampled: sampled, state }: TraceContext,
  spanId: string,
): Record<string, string> {
  return {
    traceparent: `00-${traceId}-${spanId}-0${sampled ? sampledFlag : 0}`,
    ...(state !== "" && { tracestate: state }),
  };
}
