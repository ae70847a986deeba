import { describe, expect, it } from "vitest";
import { type Signal, classify } from "@/lib/core/classify";
import type { CallConstraints, FinishWhy, TriedAttempt } from "@/lib/core/events";
import type { Plan, PlanEntry } from "@/lib/core/plan";
import type { UpstreamError } from "@/lib/core/upstream-words";
import type { Target } from "@/lib/core/types";
import { exhaustedError, plannedNothingError } from "@/lib/gateway/exhausted";
import { type GatewayError, errorBody } from "@/lib/shared/errors";

const target: Target = {
  id: "acme:us:gpt",
  provider: "acme",
  credential: null,
  region: "us",
  model: "gpt",
  upstreamModel: "gpt",
  pair: "acme gpt",
  regionPriority: 1,
  breaker: {
    minThreshold: 3,
    baseEjectionMs: 5_000,
    maxEjectionMs: 300_000,
    observeOnly: new Set(),
  },
  probe: { intervalMs: 30_000, timeoutMs: 5_000, mode: "regular" },
  price: null,
  capabilities: {
    contextTokens: null,
    outputTokens: null,
    tools: null,
    vision: null,
    json: null,
    prefill: false,
    reasoning: false,
  },
};

function tried(signal: Signal, over: Partial<Target> = {}): TriedAttempt {
  return { target: { ...target, ...over }, failure: classify(signal, 2_000) };
}

function status(
  code: number,
  error: Partial<UpstreamError> = {},
  retryAfterMs: number | null = null,
): Signal {
  return {
    kind: "status",
    status: code,
    retryAfterMs,
    error: { code: "", type: "", message: "", ...error },
    isHtml: false,
    shouldRetry: null,
  };
}

function finish(
  why: FinishWhy,
  attempts: readonly TriedAttempt[],
  retryInMs: number | null = null,
): GatewayError {
  return exhaustedError({ type: "finish", why, tried: attempts, retryInMs });
}

function seen(error: GatewayError): object {
  const { status: httpStatus, code, message, headers } = error;
  return { status: httpStatus, code, message, headers };
}

const noRetry = { "x-should-retry": "false" };

describe("the error of an exhausted call", () => {
  it("names every attempt in order", () => {
    const attempts = [
      tried(status(503)),
      tried({ kind: "timeout", phase: "ttft" }, { region: "eu" }),
      tried(status(500, { message: "oh no" }), { model: "claude" }),
    ];
    expect(seen(finish("exhausted", attempts))).toEqual({
      status: 502,
      code: "targets_exhausted",
      message: "All targets failed: gpt@us: 503; gpt@eu: ttft timeout; claude@us: 500 oh no",
      headers: noRetry,
    });
  });

  it.each([
    ["a reset", { kind: "transport", code: "ECONNRESET", elapsedMs: 1 }, 502, "targets_exhausted"],
    [
      "refused",
      { kind: "transport", code: "ECONNREFUSED", elapsedMs: 1 },
      502,
      "upstream_unreachable",
    ],
    ["a connect timeout", { kind: "timeout", phase: "connect" }, 504, "upstream_timeout"],
    ["silence", { kind: "timeout", phase: "idle" }, 504, "upstream_timeout"],
    ["500", status(500), 502, "targets_exhausted"],
    ["504", status(504), 504, "upstream_timeout"],
    ["money", status(402), 503, "provider_quota"],
    ["401, but never as 401", status(401), 502, "upstream_auth"],
    ["403", status(403), 502, "targets_exhausted"],
    ["404", status(404), 502, "targets_exhausted"],
    ["a redirect", status(302), 502, "targets_exhausted"],
    ["HTML", { kind: "bad_answer", detail: "HTML", error: null }, 502, "targets_exhausted"],
    ["too large", { kind: "too_large" }, 502, "targets_exhausted"],
    ["418", status(418), 502, "targets_exhausted"],
  ] as const)("the last failure decides: %s", (_what, signal, httpStatus, code) => {
    const error = finish("exhausted", [tried(status(429, {}, 100)), tried(signal)]);
    expect(error).toMatchObject({ status: httpStatus, code, headers: noRetry });
    expect(error.headers).toEqual(noRetry);
    expect(error.message).toContain("All targets failed: gpt@us: 429; gpt@us: ");
  });

  it.each([
    [null, "1"],
    [0, "1"],
    [2_000, "2"],
    [2_001, "3"],
  ] as const)("overload that asks for %s ms is a 503 with retry-after %s", (waitMs, seconds) => {
    expect(seen(finish("exhausted", [tried(status(529, {}, waitMs))]))).toEqual({
      status: 503,
      code: "targets_exhausted",
      message: "All targets failed: gpt@us: 529",
      headers: { ...noRetry, "retry-after": seconds },
    });
  });

  it("a timeout after an overload is a 504 without retry-after", () => {
    const error = finish("exhausted", [tried(status(503, {}, 5_000)), tried(status(408))]);
    expect(error.status).toBe(504);
    expect(error.headers).toEqual(noRetry);
  });

  it("takes keys out of what providers wrote, and is at most 2 000 characters long", () => {
    const quoted = status(500, { message: "bad key sk-proj-abcdef123456" });
    expect(finish("exhausted", [tried(quoted)]).message).toBe(
      "All targets failed: gpt@us: 500 bad key [redacted]",
    );
    const long = tried(status(500, { message: "x".repeat(400) }));
    const { message } = finish("exhausted", [long, long, long, long, long, long]);
    expect(message).toHaveLength(2_000);
  });
});

describe("a call whose targets are all at their limit", () => {
  const limited = (waitMs: number | null): TriedAttempt => tried(status(429, {}, waitMs));

  it.each([
    [1, { "x-should-retry": "true", "retry-after": "1", "retry-after-ms": "1" }],
    [1_500.2, { "x-should-retry": "true", "retry-after": "2", "retry-after-ms": "1501" }],
    [60_000, { "x-should-retry": "true", "retry-after": "60", "retry-after-ms": "60000" }],
    [60_001, { "x-should-retry": "false", "retry-after": "61" }],
  ] as const)("hears the soonest reset: %s ms", (retryInMs, headers) => {
    expect(seen(finish("rate_limited", [limited(90_000)], retryInMs))).toEqual({
      status: 429,
      code: "rate_limited",
      message: "All targets failed: gpt@us: 429",
      headers,
    });
    expect(finish("exhausted", [limited(90_000)], retryInMs).headers).toEqual(headers);
  });

  it("hears the soonest of the attempts when nothing better is known", () => {
    const attempts = [limited(9_000), limited(3_000), limited(5_000)];
    expect(finish("rate_limited", attempts).headers["retry-after-ms"]).toBe("3000");
    const mixed = [tried(status(503, {}, 1)), limited(9_000)];
    expect(finish("exhausted", mixed).headers["retry-after-ms"]).toBe("9000");
  });

  it("hears a second when no provider said how long", () => {
    expect(finish("rate_limited", [limited(null)]).headers["retry-after-ms"]).toBe("1000");
    expect(finish("rate_limited", []).headers["retry-after-ms"]).toBe("1000");
  });

  it("hears the same when none was even tried", () => {
    expect(seen(finish("rate_limited", [], 7_000))).toEqual({
      status: 429,
      code: "rate_limited",
      message: "All targets are rate-limited.",
      headers: { "x-should-retry": "true", "retry-after": "7", "retry-after-ms": "7000" },
    });
  });

  it("hears 429 also when the last attempt met something else", () => {
    const error = finish("rate_limited", [limited(1), tried(status(503))], 4_000);
    expect(error).toMatchObject({ status: 429, headers: { "retry-after": "4" } });
  });

  it("is not told to come back with a request that can never fit", () => {
    const words = { code: "rate_limit_exceeded", type: "tokens", message: "Limit 1, Requested 2" };
    expect(finish("exhausted", [tried(status(429, words, 100))])).toMatchObject({
      status: 429,
      code: "rate_limited",
    });
    expect(finish("exhausted", [tried(status(429, words, 100))]).headers).toEqual(noRetry);
    const mixed = [limited(2_000), tried(status(429, words))];
    expect(finish("exhausted", mixed).headers["retry-after-ms"]).toBe("2000");
  });
});

describe("a request that was itself at fault", () => {
  it("hears the provider's words and status, without our key", () => {
    const words = {
      code: "context_length_exceeded",
      type: "invalid_request_error",
      message: "too long for Bearer abcdefgh1234",
      param: "messages",
    };
    const error = finish("refused", [tried(status(500)), tried(status(413, words))]);
    expect(error).toMatchObject({ status: 413, code: "upstream_refused", headers: noRetry });
    expect(errorBody(error)).toEqual({
      error: {
        message: "too long for [redacted]",
        type: "invalid_request_error",
        param: "messages",
        code: "context_length_exceeded",
      },
    });
  });

  it("hears our words where the provider had none", () => {
    expect(errorBody(finish("exhausted", [tried(status(400))]))).toEqual({
      error: {
        message: "The provider refused the request.",
        type: "invalid_request_error",
        param: null,
        code: "upstream_refused",
      },
    });
  });

  it("hears 400 when the refusal came inside a 200", () => {
    const error = { code: "content_filter", type: "", message: "no" };
    expect(
      finish("refused", [tried({ kind: "bad_answer", detail: "inside", error })]),
    ).toMatchObject({ status: 400, message: "no" });
  });

  it("hears no more than 2 000 characters, and no key in type, code or param", () => {
    const key = "sk-proj-abcdef123456";
    const words = { code: key, type: key, message: "x".repeat(3_000), param: key };
    const { error } = errorBody(finish("refused", [tried(status(400, words))]));
    expect(error.message).toHaveLength(2_000);
    expect([error.code, error.type, error.param]).toEqual(Array(3).fill("[redacted]"));
  });
});

describe("other ends", () => {
  it("the call's time ran out after attempts", () => {
    expect(seen(finish("deadline", [tried(status(503)), tried(status(400))]))).toEqual({
      status: 504,
      code: "upstream_timeout",
      message: "The call's time ran out: gpt@us: 503; gpt@us: 400",
      headers: noRetry,
    });
  });

  it("a stream broke and nothing could go on with it", () => {
    const cut = tried({ kind: "interrupted", detail: "cut" });
    expect(seen(finish("interrupted", [cut]))).toEqual({
      status: 502,
      code: "stream_interrupted",
      message: "The provider's stream broke before its end: gpt@us: cut",
      headers: {},
    });
  });

  it.each([
    ["deadline", 504, "upstream_timeout"],
    ["no_target", 503, "no_target"],
    ["exhausted", 503, "no_target"],
    ["refused", 503, "no_target"],
    ["interrupted", 503, "no_target"],
  ] as const)("%s before any attempt", (why, httpStatus, code) => {
    expect(finish(why, [])).toMatchObject({ status: httpStatus, code, headers: {} });
  });
});

describe("a plan without a target", () => {
  const anything: CallConstraints = {
    allowedModels: null,
    allowedRegions: null,
    region: null,
    regionMode: "prefer",
    fallback: true,
    ttftMs: null,
  };
  const plan = (...reasons: readonly PlanEntry["reason"][]): Plan => ({
    candidates: [],
    entries: reasons.map((reason) => ({ target: "t", decision: "skipped", reason })),
    avoided: false,
  });

  it("says that the key may not use the model or the region", () => {
    expect(
      plannedNothingError(plan("model_not_allowed", "model_not_allowed"), anything),
    ).toMatchObject({ code: "model_not_allowed", status: 403, param: "model" });
    expect(plannedNothingError(plan("region_not_allowed"), anything)).toMatchObject({
      code: "region_not_allowed",
      status: 403,
    });
  });

  it("says what no target can do", () => {
    expect(plannedNothingError(plan("lacks_tools", "lacks_tools"), anything)).toMatchObject({
      code: "invalid_request",
      status: 400,
      message: "No target of this route can take tools.",
      param: "model",
    });
    const many = plan("lacks_vision", "lacks_json", "context_too_small");
    expect(plannedNothingError(many, anything).message).toBe(
      "No target of this route can see images and write JSON and take a prompt of this length.",
    );
  });

  it("says that the required region cannot answer", () => {
    const required = { ...anything, region: "eu", regionMode: "require" } as const;
    expect(plannedNothingError(plan("region_not_asked"), required)).toMatchObject({
      code: "region_unavailable",
      status: 503,
      param: "X-Region",
      message: 'Region "eu" is required and has no target that may answer.',
    });
    expect(plannedNothingError(plan("disabled"), { ...required, region: null }).code).toBe(
      "no_target",
    );
    expect(plannedNothingError(plan("disabled"), { ...required, regionMode: "prefer" }).code).toBe(
      "no_target",
    );
  });

  it("is no_target for everything else", () => {
    for (const one of [
      plan(),
      plan("disabled"),
      plan("model_not_allowed", "disabled"),
      plan("region_not_allowed", "disabled"),
      plan("lacks_tools", "disabled"),
    ]) {
      expect(plannedNothingError(one, anything)).toMatchObject({ code: "no_target", status: 503 });
    }
  });
});
