import { describe, expect, it } from "vitest";
import type { CallTrace } from "@/lib/gateway/call-trace";
import { type Attribute, type Span, peerAt, spansOf } from "@/lib/gateway/traces/span";
import { GatewayError } from "@/lib/shared/errors";
import {
  attemptAt,
  failedAt,
  finishedCall,
  inventedTarget,
  requestOf,
  snapshot,
  targetOf,
} from "../metrics/finished";

const us = targetOf("acme:us:first-2026");
const third = targetOf("other:global:third");
const context = {
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  spanId: "00f067aa0ba902b7",
  parentSpanId: "b7ad6b7169203331",
  isSampled: true,
  state: "",
};

function spans(trace: CallTrace): readonly Span[] {
  return spansOf({
    trace,
    context,
    endedMs: 1_103,
    snapshot,
    peerOf: ({ provider }) =>
      peerAt(provider === "other" ? "https://api.openai.com" : "http://10.0.0.7:8080", provider),
  });
}

function plain(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value]));
}

describe("a call that a fallback served", () => {
  const call = finishedCall([
    failedAt(us, 503),
    attemptAt(third, { entryIndex: 1, how: "next", startedMs: 1_010.25, firstTokenMs: 1_030.25 }),
  ]);
  const [own, failed, served] = spans(call);

  it("is a server span with its caller's as parent", () => {
    expect(own).toMatchObject({
      traceId: context.traceId,
      spanId: context.spanId,
      parentSpanId: context.parentSpanId,
      name: "POST /v1/chat/completions",
      kind: "server",
      startUs: 1_700_000_000_000_000,
      endUs: 1_700_000_000_103_000,
      isError: false,
    });
    expect(plain(own!.attributes)).toMatchObject({
      "http.route": "/v1/chat/completions",
      "http.response.status_code": 200,
      "gen_ai.operation.name": "chat",
      "gen_ai.request.model": "auto",
      "gen_ai.response.model": "third",
      "gen_ai.provider.name": "openai",
      "gen_ai.usage.input_tokens": 40,
      "gen_ai.usage.output_tokens": 60,
      "bellwether.outcome": "served",
      "bellwether.rescued_by": "fallback",
      "bellwether.attempts": 2,
      "bellwether.call.id": call.id,
      "bellwether.key": "app",
    });
    expect(plain(own!.attributes)).not.toHaveProperty("error.type");
  });

  it("has a client span below it for each attempt, with who, where and what went wrong", () => {
    expect(failed).toMatchObject({
      traceId: context.traceId,
      parentSpanId: context.spanId,
      name: "chat first-2026",
      kind: "client",
      isError: true,
    });
    expect(plain(failed!.attributes)).toMatchObject({
      "gen_ai.provider.name": "acme",
      "server.address": "10.0.0.7",
      "server.port": 8080,
      "http.response.status_code": 503,
      "error.type": "overloaded",
      "bellwether.provider": "acme",
      "bellwether.region": "us",
      "bellwether.attempt": 1,
    });
    expect(served).toMatchObject({
      name: "chat third",
      startUs: 1_700_000_000_010_250,
      isError: false,
    });
    expect(plain(served!.attributes)).toMatchObject({
      "gen_ai.provider.name": "openai",
      "server.address": "api.openai.com",
      "server.port": 443,
      "gen_ai.response.time_to_first_chunk": 0.02,
      "gen_ai.response.finish_reasons": ["stop"],
      "bellwether.attempt": 2,
      "bellwether.how": "next",
    });
    expect(new Set([own, failed, served].map((one) => one?.spanId)).size).toBe(3);
  });
});

it("keeps the id that a provider was told of an attempt", () => {
  const one = attemptAt(us, { spanId: "0123456789abcdef" });
  expect(spans(finishedCall([one]))[1]?.spanId).toBe("0123456789abcdef");
});

it("marks a call as an error only when it was not its caller's making", () => {
  const ended = (code: "targets_exhausted" | "invalid_request" | "client_closed"): Span => {
    const error = new GatewayError(code);
    return spans(finishedCall([failedAt(us, 503)], { error, answering: null }))[0]!;
  };
  expect(ended("targets_exhausted")).toMatchObject({ isError: true });
  expect(ended("invalid_request")).toMatchObject({ isError: false });
  expect(ended("client_closed")).toMatchObject({ isError: false });
  expect(plain(ended("client_closed").attributes)).toMatchObject({
    "error.type": "client_closed",
    "http.response.status_code": 499,
  });
});

it("holds no word of a caller or a provider", () => {
  const secret = "canary";
  const calls = [
    finishedCall([attemptAt(inventedTarget(secret))], {
      route: `acme/${secret}`,
      request: requestOf({ model: `acme/${secret}`, user: secret }),
      notes: { metadata: { user: secret }, isQuiet: false },
    }),
    finishedCall([failedAt(us, 400)], {
      answering: null,
      error: new GatewayError("upstream_refused", { message: `words of a provider ${secret}` }),
    }),
  ];
  const text = JSON.stringify(calls.map(spans));
  expect(text).not.toContain(secret);
  expect(text).not.toContain("a prompt that nobody else may read");
  expect(text).not.toContain("words of a provider");
});
