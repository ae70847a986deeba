/** A finished call as spans: the call itself, and one below it for each attempt. No word of a caller or a provider is in them. */
import type { Snapshot, Target } from "../../core/types";
import { errorCatalog } from "../../shared/errors";
import { overheadMs } from "../call-record";
import {
  type AttemptTrace,
  type CallTrace,
  callCostNanoUsd,
  rescuedBy,
  usageOf,
} from "../call-trace";
import { otherName } from "../metrics/call-series";
import { chatOperation, providerName } from "../metrics/gen-ai";
import { type TraceContext, newSpanId } from "./context";

export type Attribute =
  | { readonly key: string; readonly type: "text"; readonly value: string }
  | { readonly key: string; readonly type: "int" | "double"; readonly value: number }
  | { readonly key: string; readonly type: "flag"; readonly value: boolean }
  | { readonly key: string; readonly type: "texts"; readonly value: readonly string[] };

export const spanKinds = { server: 2, client: 3 } as const;

export type Span = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly state: string;
  readonly name: string;
  readonly kind: keyof typeof spanKinds;
  /** Epoch microseconds. */
  readonly startUs: number;
  readonly endUs: number;
  readonly attributes: readonly Attribute[];
  readonly isError: boolean;
};

export type SpanSource = {
  readonly trace: CallTrace;
  readonly context: TraceContext;
  /** Monotonic, like the times of the trace. */
  readonly endedMs: number;
  readonly snapshot: Snapshot;
  peerOf: (target: Target) => Peer;
};

/** Who answers at a target. */
export type Peer = {
  /** `gen_ai.provider.name`. */
  readonly name: string;
  readonly address: string | null;
  readonly port: number | null;
};

const route = "/v1/chat/completions";
const statusOfAnswer = 200;

/** The spans of a call that has ended, the call's own first. */
export function spansOf(source: SpanSource): readonly Span[] {
  return [
    callSpan(source),
    ...source.trace.attempts.map((one, index) => attemptSpan(source, one, index + 1)),
  ];
}

function callSpan(source: SpanSource): Span {
  const { trace, context, endedMs, snapshot } = source;
  const { error, answering, request } = trace;
  const outcome = error === null ? "served" : errorCatalog[error.code].outcome;
  const routed = trace.route !== null && snapshot.routes.has(trace.route) ? trace.route : otherName;
  const usage = trace.joinedUsage ?? (answering === null ? null : usageOf(trace, answering));
  const costNanoUsd = callCostNanoUsd(trace);
  return {
    traceId: context.traceId,
    spanId: context.spanId,
    parentSpanId: context.parentSpanId,
    state: context.state,
    name: `POST ${route}`,
    kind: "server",
    ...times(trace, trace.startedMs, endedMs),
    attributes: attributes([
      text("http.request.method", "POST"),
      text("http.route", route),
      int("http.response.status_code", error?.status ?? statusOfAnswer),
      text("error.type", error?.code),
      text("gen_ai.operation.name", chatOperation),
      text("gen_ai.request.model", request === null ? undefined : routed),
      flag("gen_ai.request.stream", request?.stream),
      ...(answering === null ? [] : answeredBy(source, answering)),
      int("gen_ai.usage.input_tokens", usage?.promptTokens),
      int("gen_ai.usage.output_tokens", usage?.completionTokens),
      text("bellwether.call.id", trace.id),
      text("bellwether.key", trace.key?.id),
      text("bellwether.outcome", outcome),
      text("bellwether.rescued_by", error === null ? rescuedBy(trace) : null),
      int("bellwether.attempts", trace.attempts.length),
      int("bellwether.revision", trace.revision),
      double("bellwether.overhead_seconds", overheadMs(trace, endedMs) / 1_000),
      double("bellwether.cost_usd", costNanoUsd === null ? null : costNanoUsd / 1e9),
    ]),
    isError: outcome === "failed",
  };
}

function answeredBy(source: SpanSource, { target }: AttemptTrace): (Attribute | null)[] {
  return [
    text("gen_ai.provider.name", source.peerOf(target).name),
    text("gen_ai.response.model", isConfigured(source, target) ? target.model : otherName),
  ];
}

function attemptSpan(source: SpanSource, one: AttemptTrace, seq: number): Span {
  const { trace, context, endedMs } = source;
  const { target, failure, tally } = one;
  const known = isConfigured(source, target);
  const upstream = known ? target.upstreamModel : otherName;
  const peer = source.peerOf(target);
  const usage = usageOf(trace, one);
  const status = failure === null ? succeededStatus(one) : failure.status;
  const firstMs = one.firstTokenMs;
  return {
    traceId: context.traceId,
    spanId: one.spanId ?? newSpanId(),
    parentSpanId: context.spanId,
    state: context.state,
    name: `${chatOperation} ${upstream}`,
    kind: "client",
    ...times(trace, one.startedMs, one.endedMs ?? endedMs),
    attributes: attributes([
      text("gen_ai.operation.name", chatOperation),
      text("gen_ai.provider.name", peer.name),
      text("gen_ai.request.model", upstream),
      texts("gen_ai.response.finish_reasons", finishReasons(tally?.finishReason ?? null)),
      double(
        "gen_ai.response.time_to_first_chunk",
        firstMs === null ? null : (firstMs - one.startedMs) / 1_000,
      ),
      int("gen_ai.usage.input_tokens", usage?.promptTokens),
      int("gen_ai.usage.output_tokens", usage?.completionTokens),
      text("server.address", peer.address),
      int("server.port", peer.port),
      int("http.response.status_code", status),
      text("error.type", one.outcome === "succeeded" ? null : one.reason),
      text("bellwether.provider", target.provider),
      text("bellwether.region", target.region),
      text("bellwether.model", known ? target.model : otherName),
      text("bellwether.credential", target.credential),
      int("bellwether.attempt", seq),
      text("bellwether.how", one.how),
    ]),
    isError: one.outcome === "failed",
  };
}

function isConfigured({ snapshot }: SpanSource, target: Target): boolean {
  return snapshot.targets.has(target.id);
}

function succeededStatus({ outcome }: AttemptTrace): number | null {
  return outcome === "succeeded" ? statusOfAnswer : null;
}

/** Who answers at a target of `providerId` whose base URL begins with `origin`. */
export function peerAt(origin: string | undefined, providerId: string): Peer {
  const name = providerName(origin, providerId);
  if (origin === undefined) {
    return { name, address: null, port: null };
  }
  const { hostname, port, protocol } = new URL(origin);
  const usualPort = protocol === "https:" ? 443 : 80;
  return { name, address: hostname, port: port === "" ? usualPort : Number(port) };
}

const finishWords = new Set(["stop", "length", "content_filter", "tool_calls", "function_call"]);

/** A provider's word counts only if it is one that everybody has. */
function finishReasons(reason: string | null): readonly string[] | null {
  if (reason === null) {
    return null;
  }
  return [finishWords.has(reason) ? reason : otherName];
}

function times(
  { startedMs, startedWallMs }: CallTrace,
  fromMs: number,
  untilMs: number,
): Pick<Span, "startUs" | "endUs"> {
  const us = (ms: number): number => Math.round((startedWallMs + ms - startedMs) * 1_000);
  return { startUs: us(fromMs), endUs: us(untilMs) };
}

function attributes(all: readonly (Attribute | null)[]): readonly Attribute[] {
  return all.filter((one) => one !== null);
}

function text(key: string, value: string | null | undefined): Attribute | null {
  return value === null || value === undefined ? null : { key, type: "text", value };
}
function texts(key: string, value: readonly string[] | null): Attribute | null {
  return value === null ? null : { key, type: "texts", value };
}
function int(key: string, value: number | null | undefined): Attribute | null {
  return value === null || value === undefined ? null : { key, type: "int", value };
}
function double(key: string, value: number | null): Attribute | null {
  return value === null ? null : { key, type: "double", value };
}
function flag(key: string, value: boolean | undefined): Attribute | null {
  return value === undefined ? null : { key, type: "flag", value };
}
