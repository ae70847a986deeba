import { describe, expect, it } from "vitest";
import type { ProbeResult } from "@/lib/core/events";
import { type ProbeAnswer, modelProbeBody, modelVerdict, regionVerdict } from "@/lib/probes/probe";

const nowMs = Date.UTC(2026, 10, 8, 8, 0, 0);
const pong = JSON.stringify({
  choices: [{ message: { role: "assistant", content: "p" }, finish_reason: "length" }],
});

function answer(
  status: number,
  body: unknown = "",
  headers: ProbeAnswer["headers"] = {},
): ProbeAnswer {
  return { status, headers, body: typeof body === "string" ? body : JSON.stringify(body) };
}

function failed(status: number, error: object = {}, headers?: ProbeAnswer["headers"]): ProbeAnswer {
  return answer(status, { error }, headers);
}

type Row = readonly [
  name: string,
  answer: ProbeAnswer,
  verdict: ProbeResult["verdict"],
  reason: string | null,
  retryAfterMs?: number,
];

function expectations(
  table: readonly Row[],
): readonly (readonly [string, ProbeAnswer, ProbeResult])[] {
  return table.map(([name, given, verdict, reason, retryAfterMs = null]) => [
    name,
    given,
    { verdict, latencyMs: 12, status: given.status, reason, retryAfterMs },
  ]);
}

const rows: readonly Row[] = [
  ["200 with an answer passes", answer(200, pong), "pass", null],
  ["201 with an answer passes", answer(299, pong), "pass", null],
  ["200 with HTML fails", answer(200, "<html>"), "fail", "bad_answer"],
  ["200 without choices fails", answer(200, { choices: [] }), "fail", "bad_answer"],
  [
    "200 whose provider gave up fails",
    answer(200, {
      choices: [{ message: { content: "" }, finish_reason: "insufficient_system_resource" }],
    }),
    "fail",
    "insufficient_system_resource",
  ],
  [
    "200 with a server error inside fails",
    failed(200, { type: "api_error" }),
    "fail",
    "server_error",
  ],
  [
    "200 with an overload inside is alive",
    failed(200, { type: "overloaded_error" }),
    "capacity",
    "overloaded",
  ],
  ["200 with an unknown error inside fails", failed(200, { code: "E7" }), "fail", "bad_answer"],
  ["199 is no success", answer(199, pong), "fail", "status_199"],
  ["300 is no success", answer(300, pong), "configuration", "status_300"],
  ["429 is alive", failed(429, {}, { "retry-after": "3" }), "capacity", "status_429", 3_000],
  [
    "429 is alive; its wait may be a date",
    failed(429, {}, { "retry-after": "Sun, 08 Nov 2026 08:00:02 GMT" }),
    "capacity",
    "status_429",
    2_000,
  ],
  [
    "429 is alive; its wait may stand in the body",
    failed(429, { status: "RESOURCE_EXHAUSTED", details: [{ retryDelay: "31s" }] }),
    "capacity",
    "status_429",
    31_000,
  ],
  [
    "429 for a probe that is larger than the limit is alive",
    failed(429, {
      code: "rate_limit_exceeded",
      type: "tokens",
      message: "Limit 10, Requested 20",
    }),
    "capacity",
    "status_429",
  ],
  ["529 is alive", failed(529), "capacity", "status_529"],
  [
    "500 that calls itself overloaded is alive",
    failed(500, { type: "overloaded_error" }),
    "capacity",
    "status_500",
  ],
  [
    "503 fails, and its wait is kept",
    failed(503, {}, { "retry-after-ms": "70" }),
    "fail",
    "status_503",
    70,
  ],
  ["500 fails", failed(500), "fail", "status_500"],
  ["504 fails", failed(504), "fail", "status_504"],
  ["402 is money", failed(402), "quota", "status_402"],
  [
    "429 insufficient_quota is money",
    failed(429, { code: "insufficient_quota" }),
    "quota",
    "status_429",
  ],
  ["401 is the credential", failed(401), "credential", "status_401"],
  [
    "400 with an invalid key is the credential",
    failed(400, { status: "INVALID_ARGUMENT", details: [{ reason: "API_KEY_INVALID" }] }),
    "credential",
    "status_400",
  ],
  ["403 is access", failed(403), "access", "status_403"],
  ["403 as a page for people fails", answer(403, " \n<!doctype html>"), "fail", "status_403"],
  ["404 is configuration", failed(404), "configuration", "status_404"],
  ["410 is configuration", failed(410), "configuration", "status_410"],
  [
    "400 about its own parameter is proof of life",
    failed(400, { param: "max_tokens" }),
    "pass",
    "probe_shape",
  ],
  [
    "400 about an unsupported parameter is proof of life",
    failed(400, { code: "unsupported_parameter" }),
    "pass",
    "probe_shape",
  ],
  [
    "422 about its own parameter is proof of life",
    failed(422, { param: "messages" }),
    "pass",
    "probe_shape",
  ],
  [
    "400 about the model is configuration",
    failed(400, { param: "model" }),
    "configuration",
    "status_400",
  ],
  ["400 about nothing in particular fails", failed(400, { code: "oops" }), "fail", "status_400"],
  ["400 without a body fails", answer(400), "fail", "status_400"],
  [
    "400 that refuses the content is proof of life",
    failed(400, { code: "content_filter" }),
    "pass",
    "status_400",
  ],
  ["413 fails", failed(413), "fail", "status_413"],
  ["418 fails", failed(418), "fail", "status_418"],
];

describe("a model probe", () => {
  it.each(expectations(rows))("%s", (_name, given, expected) => {
    expect(modelVerdict(given, 12, nowMs)).toEqual(expected);
  });

  it("asks for one token", () => {
    expect(JSON.parse(modelProbeBody("m", false))).toEqual({
      model: "m",
      messages: [{ role: "user", content: "health" }],
      max_tokens: 1,
    });
  });

  it("gives a reasoning model room and little effort", () => {
    expect(JSON.parse(modelProbeBody("m", true))).toEqual({
      model: "m",
      messages: [{ role: "user", content: "health" }],
      max_completion_tokens: 16,
      reasoning_effort: "low",
    });
  });

  it("tells dates by the clock of the wall when it is given none", () => {
    const past = failed(429, {}, { "retry-after": "Sun, 06 Nov 1994 08:49:37 GMT" });
    expect(modelVerdict(past, 1).retryAfterMs).toBe(0);
    expect(regionVerdict(past, 1).retryAfterMs).toBe(0);
  });
});

const regionRows: readonly Row[] = [
  ["200 passes", answer(200), "pass", null],
  ["299 passes", answer(299), "pass", null],
  ["300 can be reached", answer(300), "configuration", "status_300"],
  ["401 is the credential", answer(401), "credential", "status_401"],
  ["429 is alive", answer(429, "", { "retry-after": "3" }), "capacity", "status_429", 3_000],
  ["403 can be reached", answer(403), "access", "status_403"],
  ["404 can be reached: not everybody has the address", answer(404), "configuration", "status_404"],
  ["499 can be reached", answer(499), "configuration", "status_499"],
  ["500 fails", answer(500), "fail", "status_500"],
  ["503 fails", answer(503, "", { "retry-after": "3" }), "fail", "status_503"],
];

describe("a region probe", () => {
  it.each(expectations(regionRows))("%s", (_name, given, expected) => {
    expect(regionVerdict(given, 12, nowMs)).toEqual(expected);
  });
});
