import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Failure, type Signal, classify } from "@/lib/core/classify";
import type { UpstreamError } from "@/lib/core/upstream-words";
import { errorCatalog } from "@/lib/shared/errors";

const waitMs = 2_000;
const nothing: UpstreamError = { code: "", type: "", message: "" };

type StatusSignal = Extract<Signal, { kind: "status" }>;

function answer(
  status: number,
  error: Partial<UpstreamError> = {},
  over: Partial<StatusSignal> = {},
): Signal {
  return {
    kind: "status",
    status,
    retryAfterMs: null,
    error: { ...nothing, ...error },
    isHtml: false,
    shouldRetry: null,
    ...over,
  };
}

function inside(error: Partial<UpstreamError>): Signal {
  return { kind: "bad_answer", detail: "an error inside a 200", error: { ...nothing, ...error } };
}

function reset(code: string, elapsedMs: number): Signal {
  return { kind: "transport", code, elapsedMs };
}

/** A failure of which a row says only what is particular; everything else is asserted to be plain. */
function failure(over: Partial<Failure> & Pick<Failure, "reason" | "message">): Failure {
  return {
    sameTargetAfterMs: null,
    next: "sibling",
    health: "target",
    retryAfterMs: null,
    overload: false,
    bySize: false,
    unclassified: false,
    status: null,
    caller: "targets_exhausted",
    verbatim: false,
    upstream: null,
    ...over,
  };
}

function verbatim(
  reason: Failure["reason"],
  status: number,
  error: Partial<UpstreamError> = {},
): Failure {
  const words = [String(status), error.message ?? ""].filter((word) => word !== "");
  return failure({
    reason,
    next: "none",
    health: "neutral",
    caller: "upstream_refused",
    status,
    verbatim: true,
    upstream: { ...nothing, ...error },
    message: words.join(" "),
  });
}

type Row = readonly [name: string, signal: Signal, expected: Failure];

const overLimit =
  "Request too large for m in organization o on tokens per min (TPM): Limit 30000, Requested 31538. The input must be reduced.";
const fullBucket =
  "Rate limit reached for m in organization o on tokens per min (TPM): Limit 10000, Used 8554, Requested 3082. Please try again in 9.816s.";
const perDay = "GenerateRequestsPerDayPerProjectPerModel-FreeTier";

const connection: readonly Row[] = [
  [
    "a reset 1 000 ms after the request is a stale socket: the same target at once",
    reset("ECONNRESET", 1_000),
    failure({ reason: "reset_early", sameTargetAfterMs: 0, message: "ECONNRESET" }),
  ],
  [
    "a reset 1 001 ms after the request is the provider's",
    reset("ECONNRESET", 1_001),
    failure({ reason: "reset", message: "ECONNRESET" }),
  ],
  [
    "refused is the region's, and the next is asked at once",
    reset("ECONNREFUSED", 1),
    failure({
      reason: "unreachable",
      health: "region",
      caller: "upstream_unreachable",
      message: "ECONNREFUSED",
    }),
  ],
  [
    "a connect timeout is the region's and a 504",
    { kind: "timeout", phase: "connect" },
    failure({
      reason: "connect_timeout",
      health: "region",
      caller: "upstream_timeout",
      message: "connect timeout",
    }),
  ],
  ...(["ttft", "idle", "progress", "total"] as const).map((phase): Row => [
    `a ${phase} timeout leaves the provider × model, and is a sign of overload`,
    { kind: "timeout", phase },
    failure({
      reason: `${phase}_timeout`,
      next: "pair",
      overload: true,
      caller: "upstream_timeout",
      message: `${phase} timeout`,
    }),
  ]),
  [
    "an answer that broke off is the provider's",
    { kind: "interrupted", detail: "the answer broke off" },
    failure({ reason: "interrupted", message: "the answer broke off" }),
  ],
  [
    "an answer that is too large is nobody's fault, and nobody else is asked",
    { kind: "too_large" },
    failure({ reason: "too_large", next: "none", health: "neutral", message: "answer too large" }),
  ],
  [
    "an unknown transport code is the provider's failure, unclassified",
    reset("EWEIRD", 1),
    failure({ reason: "unclassified", unclassified: true, message: "EWEIRD" }),
  ],
];

const broken: readonly Row[] = [
  ...[500, 502].map((status): Row => [
    `${String(status)}: the same target once after 250 ms`,
    answer(status, { message: "oh no" }),
    failure({
      reason: "server_error",
      sameTargetAfterMs: 250,
      status,
      message: `${String(status)} oh no`,
    }),
  ]),
  [
    "500 with x-should-retry: false: not the same target, but the next",
    answer(500, {}, { shouldRetry: false }),
    failure({ reason: "server_error", status: 500, message: "500" }),
  ],
  [
    "500 with x-should-retry: true is no more than 500",
    answer(500, {}, { shouldRetry: true }),
    failure({ reason: "server_error", sameTargetAfterMs: 250, status: 500, message: "500" }),
  ],
  ...[503, 529].map((status): Row => [
    `${String(status)}: overload, and its Retry-After is kept but not waited for`,
    answer(status, {}, { retryAfterMs: 1_000 }),
    failure({
      reason: "overloaded",
      overload: true,
      retryAfterMs: 1_000,
      status,
      message: String(status),
    }),
  ]),
  ...[408, 504].map((status): Row => [
    `${String(status)}: the provider's own timeout is a 504`,
    answer(status),
    failure({
      reason: "overloaded",
      caller: "upstream_timeout",
      status,
      message: String(status),
    }),
  ]),
  ...[520, 521, 522, 523, 524, 525, 526].map((status): Row => [
    `${String(status)}: somebody in front of the provider could not reach it`,
    answer(status),
    failure({ reason: "overloaded", status, message: String(status) }),
  ]),
  ...(
    [
      [500, { type: "overloaded_error" }],
      [429, { type: "engine_overloaded_error" }],
      [400, { code: "model_overloaded" }],
    ] as const
  ).map(([status, error]): Row => [
    `${String(status)} that calls itself ${Object.values(error).join("")} is overload`,
    answer(status, error),
    failure({ reason: "overloaded", overload: true, status, message: String(status) }),
  ]),
];

const limits: readonly Row[] = [
  [
    "429 with Retry-After 2 000 ms is waited for at the same target",
    answer(429, {}, { retryAfterMs: 2_000 }),
    failure({
      reason: "rate_limited",
      sameTargetAfterMs: 2_000,
      retryAfterMs: 2_000,
      health: "capacity",
      caller: "rate_limited",
      status: 429,
      message: "429",
    }),
  ],
  [
    "429 with Retry-After 2 001 ms moves on",
    answer(429, {}, { retryAfterMs: 2_001 }),
    failure({
      reason: "rate_limited",
      retryAfterMs: 2_001,
      health: "capacity",
      caller: "rate_limited",
      status: 429,
      message: "429",
    }),
  ],
  [
    "429 with Retry-After 0 is asked again at once",
    answer(429, {}, { retryAfterMs: 0 }),
    failure({
      reason: "rate_limited",
      sameTargetAfterMs: 0,
      retryAfterMs: 0,
      health: "capacity",
      caller: "rate_limited",
      status: 429,
      message: "429",
    }),
  ],
  [
    "429 without Retry-After moves on",
    answer(429),
    failure({
      reason: "rate_limited",
      health: "capacity",
      caller: "rate_limited",
      status: 429,
      message: "429",
    }),
  ],
  [
    "429 with x-should-retry: false does not wait, but keeps Retry-After for capacity",
    answer(429, {}, { retryAfterMs: 100, shouldRetry: false }),
    failure({
      reason: "rate_limited",
      retryAfterMs: 100,
      health: "capacity",
      caller: "rate_limited",
      status: 429,
      message: "429",
    }),
  ],
  [
    "429 whose body asks for 1.5 s (Gemini) is waited for",
    answer(429, { type: "RESOURCE_EXHAUSTED", retryDelay: "1.5s" }),
    failure({
      reason: "rate_limited",
      sameTargetAfterMs: 1_500,
      retryAfterMs: 1_500,
      health: "capacity",
      caller: "rate_limited",
      status: 429,
      message: "429",
    }),
  ],
  [
    "429: the header outranks the body",
    answer(429, { retryDelay: "31s" }, { retryAfterMs: 500 }),
    failure({
      reason: "rate_limited",
      sameTargetAfterMs: 500,
      retryAfterMs: 500,
      health: "capacity",
      caller: "rate_limited",
      status: 429,
      message: "429",
    }),
  ],
  ...(
    [
      ["its type", answer(429, { type: "tokens" })],
      ["its quota id", answer(429, { details: ["GenerateContentInputTokensPerModelPerMinute"] })],
      ["its headers", answer(429, {}, { sizeLimit: true })],
    ] as const
  ).map(([what, signal]): Row => [
    `429 that is about tokens by ${what} limits large requests only`,
    signal,
    failure({
      reason: "rate_limited",
      health: "capacity",
      caller: "rate_limited",
      bySize: true,
      status: 429,
      message: "429",
    }),
  ]),
  [
    "429 whose headers say that requests ran out limits all",
    answer(429, { type: "requests" }, { sizeLimit: false }),
    failure({
      reason: "rate_limited",
      health: "capacity",
      caller: "rate_limited",
      status: 429,
      message: "429",
    }),
  ],
  ...[429, 413].map((status): Row => [
    `${String(status)} "requested > limit" can never fit: the next, and nobody's health`,
    answer(
      status,
      { code: "rate_limit_exceeded", type: "tokens", message: overLimit },
      { retryAfterMs: 100 },
    ),
    failure({
      reason: "request_over_limit",
      health: "neutral",
      caller: "rate_limited",
      status,
      message: `${String(status)} ${overLimit}`,
    }),
  ]),
  [
    "429 that calls the request too large can never fit either",
    answer(429, { code: "request_too_large" }),
    failure({
      reason: "request_over_limit",
      health: "neutral",
      caller: "rate_limited",
      status: 429,
      message: "429",
    }),
  ],
  [
    "429 with a full bucket is a rate limit, whatever its message asks for",
    answer(429, { code: "rate_limit_exceeded", type: "tokens", message: fullBucket }),
    failure({
      reason: "rate_limited",
      health: "capacity",
      caller: "rate_limited",
      bySize: true,
      status: 429,
      message: `429 ${fullBucket}`,
    }),
  ],
];

const money: readonly Row[] = (
  [
    [402, {}],
    [402, { message: "Insufficient Balance" }],
    [429, { code: "insufficient_quota", type: "insufficient_quota" }],
    [429, { type: "insufficient_quota" }],
    [403, { code: "billing_hard_limit_reached" }],
    [429, { code: "billing_not_active" }],
    [400, { type: "billing_error" }],
    [400, { type: "invalid_request_error", details: ["enforced_spend_limit_reached"] }],
    [429, { type: "rate_limit_error", details: ["enforced_spend_limit_reached"] }],
    [
      429,
      { type: "RESOURCE_EXHAUSTED", details: ["RATE_LIMIT_EXCEEDED", perDay], retryDelay: "1s" },
    ],
    [403, { type: "PERMISSION_DENIED", details: ["BILLING_DISABLED"] }],
    [500, { code: "insufficient_quota" }],
  ] as const
).map(([status, error]): Row => {
  const message = "message" in error ? error.message : "";
  return [
    `money: ${String(status)} ${JSON.stringify(error)}`,
    answer(status, error, { retryAfterMs: 100 }),
    failure({
      reason: "quota",
      next: "other_credential",
      health: "quota",
      caller: "provider_quota",
      status,
      message: message === "" ? String(status) : `${String(status)} ${message}`,
    }),
  ];
});

const access: readonly Row[] = [
  ...(
    [
      [401, {}],
      [401, { code: "model_not_found" }],
      [401, { code: "content_filter" }],
      [400, { type: "INVALID_ARGUMENT", details: ["API_KEY_INVALID"] }],
      [400, { details: ["API_KEY_EXPIRED"] }],
      [403, { code: "invalid_api_key" }],
    ] as const
  ).map(([status, error]): Row => [
    `key: ${String(status)} ${JSON.stringify(error)}`,
    answer(status, error),
    failure({
      reason: "unauthorized",
      next: "other_credential",
      health: "credential",
      caller: "upstream_auth",
      status,
      message: String(status),
    }),
  ]),
  ...(
    [
      [403, {}],
      [403, { code: "model_not_found" }],
      [403, { code: "unsupported_country_region_territory" }],
      [400, { type: "FAILED_PRECONDITION" }],
    ] as const
  ).map(([status, error]): Row => [
    `access: ${String(status)} ${JSON.stringify(error)}`,
    answer(status, error),
    failure({ reason: "forbidden", health: "access", status, message: String(status) }),
  ]),
  [
    "403 as a page for people says nothing about health",
    answer(403, {}, { isHtml: true }),
    failure({ reason: "forbidden", health: "neutral", status: 403, message: "403" }),
  ],
  ...(
    [
      [404, {}],
      [404, { code: "model_not_found" }],
      [404, { code: "context_length_exceeded" }],
      [410, {}],
      [400, { code: "model_not_found" }],
      [400, { code: "model_decommissioned" }],
      [422, { code: "DeploymentNotFound" }],
    ] as const
  ).map(([status, error]): Row => [
    `configuration: ${String(status)} ${JSON.stringify(error)}`,
    answer(status, error),
    failure({
      reason: "model_not_found",
      health: "configuration",
      status,
      message: String(status),
    }),
  ]),
  ...[300, 302, 308, 399].map((status): Row => [
    `redirect: ${String(status)} is never followed and a configuration error`,
    answer(status),
    failure({ reason: "redirect", health: "configuration", status, message: String(status) }),
  ]),
];

const request: readonly Row[] = [
  ...(
    [
      [400, { code: "context_length_exceeded", message: "too long", param: "messages" }],
      [413, {}],
      [413, { type: "request_too_large" }],
      [422, { code: "context_length_exceeded" }],
    ] as const
  ).map(([status, error]): Row => [
    `context: ${String(status)} ${JSON.stringify(error)} wants a larger window`,
    answer(status, error),
    { ...verbatim("context_length", status, error), next: "larger_window" },
  ]),
  ...(
    [
      [400, { code: "content_policy_violation" }],
      [400, { code: "content_filter", details: ["ResponsibleAIPolicyViolation"] }],
      [400, { details: ["ResponsibleAIPolicyViolation"] }],
      [400, { code: "invalid_prompt", message: "flagged" }],
      [403, { code: "content_policy_violation" }],
    ] as const
  ).map(([status, error]): Row => [
    `policy: ${String(status)} ${JSON.stringify(error)}`,
    answer(status, error),
    verbatim("content_policy", status, error),
  ]),
  ...[400, 405, 409, 415, 422].map((status): Row => [
    `${String(status)} is the request's own fault`,
    answer(status, { type: "invalid_request_error", message: "no such field" }),
    verbatim("bad_request", status, { type: "invalid_request_error", message: "no such field" }),
  ]),
  ...[
    "unsupported_parameter",
    "unsupported_value",
    "unknown_parameter",
    "OperationNotSupported",
  ].map((code): Row => [
    `400 ${code}: another provider × model may know it`,
    answer(400, { code }),
    { ...verbatim("bad_request", 400, { code }), next: "pair" },
  ]),
];

const bad: readonly Row[] = [
  [
    "a 200 that is no answer is the provider's",
    { kind: "bad_answer", detail: "an empty body", error: null },
    failure({ reason: "bad_answer", message: "an empty body" }),
  ],
  [
    "an error inside a 200 that nobody knows is the provider's, unclassified, with its evidence",
    inside({ code: "E7", type: "odd", message: "hm" }),
    failure({
      reason: "bad_answer",
      unclassified: true,
      message: "an error inside a 200 E7 odd hm",
    }),
  ],
  [
    "an error inside a 200 is not asked of the same target again",
    inside({ type: "api_error" }),
    failure({ reason: "server_error", message: "an error inside a 200 api_error" }),
  ],
  [
    "a rate limit inside a 200 is capacity, and its wait is kept but not waited for",
    inside({ code: "429", type: "RESOURCE_EXHAUSTED", retryDelay: "1s" }),
    failure({
      reason: "rate_limited",
      health: "capacity",
      caller: "rate_limited",
      retryAfterMs: 1_000,
      message: "an error inside a 200 429 RESOURCE_EXHAUSTED",
    }),
  ],
  [
    "DeepSeek's insufficient_system_resource is overload",
    inside({ type: "insufficient_system_resource" }),
    failure({
      reason: "overloaded",
      overload: true,
      message: "an error inside a 200 insufficient_system_resource",
    }),
  ],
  [
    "a numeric code outranks the words",
    inside({ code: "503", type: "invalid_request_error" }),
    failure({
      reason: "overloaded",
      overload: true,
      message: "an error inside a 200 503 invalid_request_error",
    }),
  ],
  [
    "a refused prompt inside a 200 is passed on",
    inside({ code: "content_filter", message: "no" }),
    {
      ...verbatim("content_policy", 400, { code: "content_filter", message: "no" }),
      status: null,
      message: "an error inside a 200 content_filter no",
    },
  ],
];

const odd: readonly Row[] = [
  100, 200, 204, 299, 406, 418, 451, 499, 501, 505, 519, 527, 530, 599, 600, 0, -1,
].map((status): Row => [
  `${String(status)} fits no row: the provider's failure, unclassified, with its evidence`,
  answer(status, { code: "E1", type: "t", message: "m" }),
  failure({
    reason: "unclassified",
    unclassified: true,
    status,
    message: `${String(status)} E1 t m`,
  }),
]);

describe("the failure table", () => {
  it.each([...connection, ...broken, ...limits, ...money, ...access, ...request, ...bad, ...odd])(
    "%s",
    (_name, signal, expected) => {
      expect(classify(signal, waitMs)).toEqual(expected);
    },
  );
});

describe("transport codes", () => {
  const codes: Readonly<Record<string, readonly string[]>> = {
    unreachable: [
      "ECONNREFUSED",
      "EHOSTUNREACH",
      "ENETUNREACH",
      "EHOSTDOWN",
      "ENETDOWN",
      "ENOTFOUND",
      "EAI_AGAIN",
      "EAI_FAIL",
      "EAI_NODATA",
      "ENODATA",
      "ESERVFAIL",
      "EPROTO",
      "CERT_HAS_EXPIRED",
      "CERT_NOT_YET_VALID",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "SELF_SIGNED_CERT_IN_CHAIN",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "UNABLE_TO_GET_ISSUER_CERT",
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "ERR_SSL_WRONG_VERSION_NUMBER",
    ],
    connect_timeout: ["ETIMEDOUT", "UND_ERR_CONNECT_TIMEOUT"],
    ttft_timeout: ["UND_ERR_HEADERS_TIMEOUT"],
    idle_timeout: ["UND_ERR_BODY_TIMEOUT"],
    reset_early: ["ECONNRESET", "ECONNABORTED", "EPIPE", "UND_ERR_SOCKET"],
    bad_answer: [
      "HPE_INVALID_CONSTANT",
      "UND_ERR_HEADERS_OVERFLOW",
      "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
    ],
    unclassified: ["", "UNKNOWN", "XCERT_", "econnreset"],
  };
  const flat = Object.entries(codes).flatMap(([reason, list]) =>
    list.map((code) => [code, reason] as const),
  );
  it.each(flat)("%s means %s", (code, reason) => {
    expect(classify(reset(code, 5), waitMs).reason).toBe(reason);
  });

  it("only a reset may have met a stale socket", () => {
    expect(classify(reset("ECONNREFUSED", 5), waitMs).sameTargetAfterMs).toBeNull();
    expect(classify(reset("ETIMEDOUT", 5), waitMs).sameTargetAfterMs).toBeNull();
    expect(classify(reset("ECONNRESET", Number.NaN), waitMs).reason).toBe("reset");
  });
});

describe("two rules for one answer", () => {
  it("numbers make a request too large under 429 and 413 only", () => {
    const words = { code: "rate_limit_exceeded", type: "tokens", message: overLimit };
    expect(classify(answer(400, words), waitMs).reason).toBe("bad_request");
    expect(classify(answer(500, words), waitMs).reason).toBe("server_error");
  });

  it("a server's failure stays one, whatever its words say of the request", () => {
    for (const code of ["content_filter", "invalid_api_key", "model_not_found"]) {
      expect(classify(answer(500, { code }), waitMs).reason).toBe("server_error");
      expect(classify(answer(501, { code }), waitMs).reason).toBe("unclassified");
    }
  });

  it("a rate limit stays one, unless the prompt was refused or the key is dead", () => {
    expect(classify(answer(429, { code: "model_not_found" }), waitMs).reason).toBe("rate_limited");
    expect(classify(answer(429, { code: "content_filter" }), waitMs).reason).toBe("content_policy");
    expect(classify(answer(429, { code: "invalid_api_key" }), waitMs).reason).toBe("unauthorized");
  });

  it("words mean nothing where the status is no error's", () => {
    const money = { code: "insufficient_quota" };
    for (const status of [199, 200, 299, 600, 601, Number.NaN]) {
      expect(classify(answer(status, money), waitMs).reason).toBe("unclassified");
    }
    expect(classify(answer(399, money), waitMs).reason).toBe("redirect");
    expect(classify(answer(599, money), waitMs).reason).toBe("quota");
  });

  it("a prompt that is too long stays so, whatever parameter is blamed as well", () => {
    const words = { code: "context_length_exceeded", details: ["unsupported_parameter"] };
    expect(classify(answer(400, words), waitMs).next).toBe("larger_window");
  });

  it("a refusal inside a 200 is the provider's own, no page for people", () => {
    expect(classify(inside({ type: "permission_error" }), waitMs).health).toBe("access");
  });

  it("a wait that is negative or no number is none", () => {
    for (const retryAfterMs of [-1, Number.NaN]) {
      const seen = classify(answer(429, {}, { retryAfterMs }), waitMs);
      expect(seen).toMatchObject({ retryAfterMs: null, sameTargetAfterMs: null });
    }
  });

  it("an odd status is explained by its words", () => {
    expect(classify(answer(451, { code: "content_filter" }), waitMs).reason).toBe("content_policy");
    expect(classify(answer(418, { code: "model_not_found" }), waitMs).reason).toBe(
      "model_not_found",
    );
  });
});

describe("free text", () => {
  it("never means money, a key, a model, a length or a policy", () => {
    for (const message of [
      "insufficient_quota: you exceeded your current quota, check your billing",
      "API_KEY_INVALID invalid_api_key",
      "model_not_found",
      "context_length_exceeded",
      "content_policy_violation",
      perDay,
    ]) {
      expect(classify(answer(400, { message }), waitMs).reason).toBe("bad_request");
      expect(classify(answer(429, { message }), waitMs).reason).toBe("rate_limited");
    }
  });

  it("is cut to 500 characters", () => {
    expect(classify(answer(400, { message: "x".repeat(600) }), waitMs).message).toBe(
      `400 ${"x".repeat(496)}`,
    );
  });
});

const texts = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.constantFrom(
    "insufficient_quota",
    "rate_limit_exceeded",
    "tokens",
    "content_filter",
    "invalid_api_key",
    "429",
    "overloaded_error",
    "unsupported_value",
    perDay,
    overLimit,
  ),
);
const errors: fc.Arbitrary<UpstreamError> = fc.record({
  code: texts,
  type: texts,
  message: texts,
  details: fc.array(texts, { maxLength: 3 }),
  retryDelay: fc.oneof(fc.constantFrom("31s", "-1s", ""), fc.string()),
});
const signals: fc.Arbitrary<Signal> = fc.oneof(
  fc.record({
    kind: fc.constant("transport" as const),
    code: fc.oneof(fc.string(), fc.constantFrom("ECONNRESET", "HPE_X", "ENOTFOUND")),
    elapsedMs: fc.double(),
  }),
  fc.record({
    kind: fc.constant("timeout" as const),
    phase: fc.constantFrom("connect", "ttft", "idle", "progress", "total"),
  }),
  fc.record({
    kind: fc.constant("status" as const),
    status: fc.oneof(fc.integer({ min: 0, max: 700 }), fc.double()),
    retryAfterMs: fc.option(fc.double()),
    error: errors,
    isHtml: fc.boolean(),
    shouldRetry: fc.option(fc.boolean()),
  }),
  fc.record({
    kind: fc.constant("bad_answer" as const),
    detail: fc.string(),
    error: fc.option(errors),
  }),
  fc.constant<Signal>({ kind: "too_large" }),
  fc.record({ kind: fc.constant("interrupted" as const), detail: fc.string() }),
);

describe("any signal", () => {
  it("is a whole failure", () => {
    fc.assert(
      fc.property(signals, fc.double(), (signal, longestMs) => {
        const seen = classify(signal, longestMs);
        expect(Object.keys(seen).toSorted()).toEqual(
          Object.keys(failure({ reason: "reset", message: "" })).toSorted(),
        );
        expect(Object.values(seen)).not.toContain(undefined);
        expect(errorCatalog).toHaveProperty(seen.caller);
        for (const ms of [seen.sameTargetAfterMs, seen.retryAfterMs]) {
          expect(ms === null || ms >= 0).toBe(true);
        }
      }),
    );
  });

  it("keeps what must go together together", () => {
    fc.assert(
      fc.property(signals, (signal) => {
        const seen = classify(signal, waitMs);
        expect(seen.verbatim).toBe(seen.caller === "upstream_refused");
        expect(seen.upstream !== null).toBe(seen.verbatim);
        expect(seen.health === "capacity").toBe(seen.reason === "rate_limited");
        expect(seen.sameTargetAfterMs ?? 0).toBeLessThanOrEqual(waitMs);
        // A caller never hears that its key is wrong when it is ours.
        expect(seen.verbatim && seen.status === 401).toBe(false);
        if (signal.kind === "status" && signal.shouldRetry === false) {
          expect(seen.sameTargetAfterMs).toBeNull();
        }
        if (seen.unclassified) {
          expect(seen).toMatchObject({ health: "target", next: "sibling" });
        }
      }),
    );
  });
});
