/** Traces of calls, for a collector that speaks OTLP. Loaded only where the environment names one. */
import type { IncomingHttpHeaders } from "node:http";
import type { Snapshot, Target } from "../../core/types";
import type { TracingSettings } from "../../shared/otel-env";
import { version } from "../../shared/version";
import type { AttemptTrace, CallTrace } from "../call-trace";
import { type TraceContext, beginContext, contextHeaders, newSpanId } from "./context";
import { type ExporterCounts, type ExporterTimes, createExporter } from "./exporter";
import { encodeJson, jsonContentType } from "./otlp-json";
import { encodeProtobuf, protobufContentType } from "./otlp-protobuf";
import { type Attribute, type Peer, peerAt, spansOf } from "./span";

export type Traces = {
  /** The place in a trace of a call whose caller is known. */
  begin(callId: string, headers: IncomingHttpHeaders): TraceContext;
  /** The headers of an attempt: `headers`, and the trace where its provider is to be told. */
  headersOf(
    trace: CallTrace,
    attempt: AttemptTrace,
    headers: Readonly<Record<string, string>>,
  ): Readonly<Record<string, string>>;
  /** Takes a call that ended at `endedMs`, monotonic; never blocks and never throws. */
  end(trace: CallTrace, endedMs: number): void;
  counts(): ExporterCounts;
  stop(): Promise<void>;
};

export type TracesDeps = {
  readonly nodeId: string;
  snapshot: () => Snapshot;
  originOf: (target: Target) => string | undefined;
  tell: (line: string) => void;
  readonly times?: Partial<ExporterTimes>;
};

const flushLimitMs = 2_000;

/** Begins to trace. */
export function openTraces(settings: TracingSettings, deps: TracesDeps): Traces {
  const resource = resourceOf(settings, deps.nodeId);
  const isJson = settings.protocol === "http/json";
  const encode = isJson ? encodeJson : encodeProtobuf;
  const exporter = createExporter({
    url: settings.url,
    headers: settings.headers,
    contentType: isJson ? jsonContentType : protobufContentType,
    encode: (spans) => encode(resource, spans),
    tell: deps.tell,
    ...(deps.times !== undefined && { times: deps.times }),
  });
  const peers = new WeakMap<Target, Peer>();
  const peerOf = (target: Target): Peer => {
    const peer = peers.get(target) ?? peerAt(deps.originOf(target), target.provider);
    peers.set(target, peer);
    return peer;
  };
  return {
    begin: (callId, headers) => beginContext(callId, headers, settings.sampler),
    headersOf(trace, attempt, headers) {
      if (trace.context === null || !settings.toldProviders.has(attempt.target.provider)) {
        return headers;
      }
      attempt.spanId ??= newSpanId();
      return { ...headers, ...contextHeaders(trace.context, attempt.spanId) };
    },
    end(trace, endedMs) {
      const { context } = trace;
      if (context?.isSampled === true) {
        exporter.offer(spansOf({ trace, context, endedMs, snapshot: deps.snapshot(), peerOf }));
      }
    },
    counts: exporter.counts,
    stop: () => exporter.stop(flushLimitMs),
  };
}

function resourceOf({ resource }: TracingSettings, nodeId: string): readonly Attribute[] {
  const all = {
    "service.version": version,
    "service.instance.id": nodeId,
    "telemetry.sdk.name": "bellwether",
    "telemetry.sdk.language": "nodejs",
    "telemetry.sdk.version": version,
    ...resource,
  };
  return Object.entries(all).map(([key, value]) => ({ key, type: "text", value }));
}
