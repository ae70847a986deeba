import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readError } from "@/lib/dialects/openai";

const nothing = { message: "", type: "", code: "", param: null, details: [], retryDelay: "" };

describe("the error in a body", () => {
  it("OpenAI", () => {
    const error = {
      message: "Unsupported value",
      type: "invalid_request_error",
      param: "temperature",
      code: "unsupported_value",
    };
    expect(readError({ error })).toEqual({ ...nothing, ...error });
  });

  it("Azure: the inner code is a detail", () => {
    const innererror = { code: "ResponsibleAIPolicyViolation", content_filter_result: {} };
    const error = { message: "filtered", type: null, param: "prompt", code: "content_filter" };
    expect(readError({ error: { ...error, innererror } })).toEqual({
      ...nothing,
      message: "filtered",
      param: "prompt",
      code: "content_filter",
      details: ["ResponsibleAIPolicyViolation"],
    });
  });

  it("Anthropic: the error code stands in one object of details", () => {
    const details = { error_code: "enforced_spend_limit_reached" };
    const error = { type: "rate_limit_error", message: "limit", details };
    expect(readError({ type: "error", error, request_id: "r" })).toEqual({
      ...nothing,
      type: "rate_limit_error",
      message: "limit",
      details: ["enforced_spend_limit_reached"],
    });
    expect(readError({ error: { ...error, details: null } }).details).toEqual([]);
  });

  it("Gemini: status, reasons, quota ids and the delay, also as a list of one", () => {
    const error = {
      code: 429,
      message: "quota",
      status: "RESOURCE_EXHAUSTED",
      details: [
        {
          "@type": "type.googleapis.com/google.rpc.ErrorInfo",
          reason: "RATE_LIMIT_EXCEEDED",
          metadata: { quota_limit: "RequestsPerDay" },
        },
        {
          "@type": "type.googleapis.com/google.rpc.QuotaFailure",
          violations: [{ quotaId: "PerMinute" }, { quotaId: 3 }, null],
        },
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "31s" },
        { "@type": "type.googleapis.com/google.rpc.Help" },
        "odd",
      ],
    };
    const expected = {
      ...nothing,
      code: "429",
      message: "quota",
      type: "RESOURCE_EXHAUSTED",
      details: ["RATE_LIMIT_EXCEEDED", "RequestsPerDay", "PerMinute"],
      retryDelay: "31s",
    };
    expect(readError({ error })).toEqual(expected);
    expect(readError([{ error }])).toEqual(expected);
  });

  it("vLLM and Mistral: the body itself", () => {
    const error = {
      object: "error",
      message: "m",
      type: "BadRequestError",
      param: null,
      code: 400,
    };
    expect(readError(error)).toEqual({
      ...nothing,
      message: "m",
      type: "BadRequestError",
      code: "400",
    });
  });

  it("xAI: a plain sentence", () => {
    expect(readError({ error: "no such model" })).toEqual({ ...nothing, message: "no such model" });
  });

  it("falls back to the given sentence", () => {
    for (const body of [null, 7, "", [], {}, { error: "" }, { error: { message: "" } }]) {
      expect(readError(body, "fallback").message).toBe("fallback");
    }
    expect(readError(null)).toEqual(nothing);
  });

  it("never throws, and is whole", () => {
    fc.assert(
      fc.property(fc.anything(), (error) => {
        expect(Object.keys(readError({ error })).toSorted()).toEqual(
          Object.keys(nothing).toSorted(),
        );
        expect(typeof readError(error).message).toBe("string");
      }),
    );
  });
});
