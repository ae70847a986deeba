import { describe, expect, it } from "vitest";
import {
  type UpstreamError,
  isAboutTokens,
  isRequestOverLimit,
  isTargetSpecific,
  reasonOfWords,
  statusOfWords,
} from "@/lib/core/upstream-words";

function error(over: Partial<UpstreamError>): UpstreamError {
  return { code: "", type: "", message: "", ...over };
}

const reasons: Readonly<Record<string, readonly string[]>> = {
  quota: [
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_error",
    "billing_not_active",
    "enforced_spend_limit_reached",
    "BILLING_DISABLED",
    "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
    "Gemini25ProRequestsPerDay",
  ],
  overloaded: [
    "overloaded",
    "overloaded_error",
    "server_overloaded",
    "engine_overloaded",
    "engine_overloaded_error",
    "model_overloaded",
    "insufficient_system_resource",
  ],
  unauthorized: ["invalid_api_key", "API_KEY_INVALID", "API_KEY_EXPIRED"],
  forbidden: ["FAILED_PRECONDITION", "unsupported_country_region_territory"],
  model_not_found: ["model_not_found", "model_decommissioned", "DeploymentNotFound"],
  context_length: ["context_length_exceeded", "request_too_large"],
  content_policy: [
    "content_policy_violation",
    "content_filter",
    "ResponsibleAIPolicyViolation",
    "invalid_prompt",
  ],
};
const reasonRows = Object.entries(reasons).flatMap(([reason, words]) =>
  words.map((word) => [word, reason] as const),
);

describe("the words of an error", () => {
  it.each(reasonRows)("%s means %s, as code, as type and among the details", (word, reason) => {
    expect(reasonOfWords(error({ code: word }))).toBe(reason);
    expect(reasonOfWords(error({ type: word }))).toBe(reason);
    expect(reasonOfWords(error({ details: ["other", word] }))).toBe(reason);
  });

  it("mean nothing when they are unknown or only in the message", () => {
    expect(reasonOfWords(error({ code: "rate_limit_exceeded", type: "requests" }))).toBeNull();
    expect(reasonOfWords(error({ message: "insufficient_quota PerDay" }))).toBeNull();
    expect(reasonOfWords(error({ details: ["RequestsPerMinute"] }))).toBeNull();
  });

  it("are read in order, but money comes first wherever it stands", () => {
    const refused = { code: "content_filter", type: "model_not_found" };
    expect(reasonOfWords(error(refused))).toBe("content_policy");
    expect(reasonOfWords(error({ ...refused, details: ["billing_error"] }))).toBe("quota");
  });
});

const statuses: Readonly<Record<string, readonly string[]>> = {
  400: ["invalid_request_error", "INVALID_ARGUMENT", "OUT_OF_RANGE", "validationException"],
  401: ["authentication_error", "UNAUTHENTICATED"],
  403: ["permission_error", "PERMISSION_DENIED"],
  404: ["not_found_error", "NOT_FOUND"],
  409: ["conflict_error", "ABORTED"],
  429: [
    "rate_limit_error",
    "rate_limit_exceeded",
    "tokens",
    "requests",
    "RESOURCE_EXHAUSTED",
    "throttlingException",
  ],
  500: [
    "api_error",
    "server_error",
    "internal_server_error",
    "INTERNAL",
    "UNKNOWN",
    "internalServerException",
    "modelStreamErrorException",
  ],
  503: ["service_unavailable", "UNAVAILABLE", "serviceUnavailableException"],
  504: ["timeout_error", "DEADLINE_EXCEEDED"],
};
const statusRows = Object.entries(statuses).flatMap(([status, words]) =>
  words.map((word) => [word, Number(status)] as const),
);

describe("an error inside a 200", () => {
  it.each(statusRows)("%s stands for %i", (word, status) => {
    expect(statusOfWords(error({ type: word }))).toBe(status);
  });

  it.each([
    ["400", 400],
    ["599", 599],
    ["399", null],
    ["600", null],
    ["4000", null],
    ["1429", null],
    ["42", null],
    ["", null],
  ] as const)("the code %j stands for %s", (code, status) => {
    expect(statusOfWords(error({ code }))).toBe(status);
  });

  it("whose word has a meaning but no status stands for 400", () => {
    expect(statusOfWords(error({ code: "content_filter" }))).toBe(400);
    expect(statusOfWords(error({ code: "content_filters" }))).toBeNull();
  });
});

describe("a request that is larger than the limit", () => {
  const said = (message: string, over: Partial<UpstreamError> = {}): boolean =>
    isRequestOverLimit(error({ code: "rate_limit_exceeded", type: "tokens", message, ...over }));

  it("is told by both numbers", () => {
    expect(said("on tokens per min (TPM): Limit 10000, Requested 10001. Reduce it.")).toBe(true);
    expect(said("Limit: 10000, Requested: 12000")).toBe(true);
    expect(said("on TPM: Limit 6000, Requested 6530, please reduce your message size")).toBe(true);
  });

  it("is none when it would fit an empty bucket", () => {
    expect(said("Limit 10000, Requested 10000.")).toBe(false);
    expect(said("Limit 10000, Used 8554, Requested 3082. Try again in 9.816s.")).toBe(false);
  });

  it("is none when a number is missing or could be read in two ways", () => {
    expect(said("Limit 10000")).toBe(false);
    expect(said("Requested 12000")).toBe(false);
    expect(said("Limit 30,000, Requested 900")).toBe(false);
    expect(said("Limit 30.5, Requested 900")).toBe(false);
    expect(said("Limit 300, Requested 900,000")).toBe(false);
    expect(said("NoLimit 10, NoRequested 20")).toBe(false);
    expect(said("Limit ten, Requested 20")).toBe(false);
  });

  it("is none without its code and its type", () => {
    const message = "Limit 10, Requested 20";
    expect(said(message, { code: "" })).toBe(false);
    expect(said(message, { type: "requests" })).toBe(false);
  });

  it("is looked for in the first 1 000 characters only", () => {
    const sentence = "Limit 10, Requested 20";
    expect(said(" ".repeat(1_000 - sentence.length) + sentence)).toBe(true);
    expect(said(" ".repeat(1_000) + sentence)).toBe(false);
  });
});

describe("what else the words tell", () => {
  it("a parameter that another provider may know", () => {
    for (const code of ["unsupported_parameter", "unsupported_value", "unknown_parameter"]) {
      expect(isTargetSpecific(error({ code }))).toBe(true);
      expect(isTargetSpecific(error({ type: "invalid_request_error", details: [code] }))).toBe(
        true,
      );
    }
    expect(isTargetSpecific(error({ code: "OperationNotSupported" }))).toBe(true);
    expect(isTargetSpecific(error({ code: "invalid_value" }))).toBe(false);
  });

  it("a limit on tokens", () => {
    expect(isAboutTokens(error({ type: "tokens" }))).toBe(true);
    expect(isAboutTokens(error({ details: ["InputTokensPerModelPerMinute"] }))).toBe(true);
    expect(isAboutTokens(error({ type: "requests", code: "rate_limit_exceeded" }))).toBe(false);
    expect(isAboutTokens(error({ message: "Tokens" }))).toBe(false);
  });
});
