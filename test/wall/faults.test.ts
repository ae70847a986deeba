import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { FaultInput } from "@/lib/wall/fault-kinds";
import { startWall, type Wall } from "@/lib/wall/server";
import { chat, completion, errorOf, eventually, failureCode, listModels, streamed } from "./client";

let wall: Wall;

beforeAll(async () => {
  wall = await startWall({ latencyScale: 0 });
});

afterEach(() => wall.clearFaults());
afterAll(() => wall.close());

const stream = { stream: true, max_tokens: 6, seed: 1 };

describe("whole answers", () => {
  it.each<[string, FaultInput, number, Record<string, unknown>, Record<string, string>]>([
    [
      "status without Retry-After",
      { kind: "status", status: 503 },
      503,
      { code: "server_error", type: "server_error" },
      {},
    ],
    [
      "status with everything set",
      {
        kind: "status",
        status: 529,
        retry_after: 2,
        retry_after_ms: 1_500,
        code: "overloaded",
        message: "Overloaded",
        type: "overloaded_error",
      },
      529,
      { code: "overloaded", message: "Overloaded", type: "overloaded_error" },
      { "retry-after": "2", "retry-after-ms": "1500" },
    ],
    [
      "status with a date to retry after",
      { kind: "status", status: 429, retry_after: "Wed, 21 Oct 2026 07:28:00 GMT" },
      429,
      { code: "rate_limit_exceeded" },
      { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" },
    ],
    [
      "rate_limit",
      { kind: "rate_limit", retry_after: 1, reset_ms: 90_000 },
      429,
      { code: "rate_limit_exceeded", type: "requests" },
      {
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "1m30s",
        "retry-after": "1",
      },
    ],
    [
      "rate_limit of tokens",
      { kind: "rate_limit", of: "tokens", reset_ms: 12 },
      429,
      { type: "tokens" },
      { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "12ms" },
    ],
    ["quota", { kind: "quota" }, 429, { code: "insufficient_quota" }, {}],
    ["unauthorized", { kind: "unauthorized" }, 401, { code: "invalid_api_key" }, {}],
    ["context_length", { kind: "context_length" }, 400, { code: "context_length_exceeded" }, {}],
    ["content_policy", { kind: "content_policy" }, 400, { code: "content_policy_violation" }, {}],
    ["error_in_200", { kind: "error_in_200" }, 200, { code: "server_error" }, {}],
  ])("%s", async (_, fault, status, error, headers) => {
    wall.fault(fault);
    for (const body of [{}, stream]) {
      const response = await chat(wall, body);
      expect(response.statusCode).toBe(status);
      expect(response.headers).toMatchObject({ "content-type": "application/json", ...headers });
      expect(await errorOf(response)).toMatchObject(error);
    }
    expect(wall.attempts().at(-1)).toMatchObject({ fault: fault.kind, status, end: "complete" });
  });

  it.each([302, 307, 308] as const)("redirect with %i to the given URL", async (status) => {
    wall.fault({ kind: "redirect", status, location: "http://127.0.0.1:1/elsewhere" });
    const response = await chat(wall);
    expect(response.statusCode).toBe(status);
    expect(response.headers["location"]).toBe("http://127.0.0.1:1/elsewhere");
    await response.body.dump();
  });

  it("wrong_content_type is a success in HTML", async () => {
    wall.fault({ kind: "wrong_content_type" });
    const response = await chat(wall, stream);
    expect(response.statusCode).toBe(200);
    expect(response.headers["content-type"]).toContain("text/html");
    expect(await response.body.text()).toContain("<html>");
  });

  it("invalid_json is a success that does not parse", async () => {
    wall.fault({ kind: "invalid_json" });
    const response = await chat(wall);
    expect(response.headers["content-type"]).toBe("application/json");
    await expect(response.body.json()).rejects.toThrow(SyntaxError);
  });

  it("empty_body is a success of no bytes in the type that was expected", async () => {
    wall.fault({ kind: "empty_body" });
    const plain = await chat(wall);
    const streaming = await chat(wall, stream);
    expect(plain.headers["content-type"]).toBe("application/json");
    expect(streaming.headers["content-type"]).toContain("text/event-stream");
    expect(await plain.body.text()).toBe("");
    expect(await streaming.body.text()).toBe("");
  });
});

describe("the connection", () => {
  it.each<FaultInput>([{ kind: "refuse" }, { kind: "reset" }, { kind: "reset", after_ms: 20 }])(
    "is reset before any header by %o",
    async (fault) => {
      wall.fault(fault);
      expect(await failureCode(chat(wall))).toBe("ECONNRESET");
      expect(await failureCode(listModels(wall))).toBe("ECONNRESET");
      expect(wall.attempts().at(-1)).toMatchObject({
        status: null,
        end: "reset",
        client_closed_at: null,
      });
    },
  );

  it("stays silent until the client leaves, and the journal has the moment", async () => {
    wall.fault({ kind: "silent" });
    const leaving = new AbortController();
    const { seq = 0 } = wall.attempts().at(-1) ?? {};
    const asked = failureCode(chat(wall, {}, { signal: leaving.signal }));
    const attempt = await eventually(() => wall.attempts({ since: seq }).find(({ end }) => end));
    const abortedAt = performance.timeOrigin + performance.now();
    leaving.abort();
    expect(await asked).toBe("AbortError");
    const leftAt = await eventually(() => attempt.client_closed_at ?? undefined);
    expect(leftAt).toBeGreaterThanOrEqual(abortedAt);
    expect(attempt).toMatchObject({ status: null, end: "stalled", fault: "silent" });
  });

  it("sends headers and then only comments", async () => {
    wall.fault({ kind: "headers_then_silent", keep_alive_ms: 5 });
    const leaving = new AbortController();
    const response = await chat(wall, stream, { signal: leaving.signal });
    expect(response.statusCode).toBe(200);
    let raw = "";
    response.body.on("data", (chunk: Buffer) => (raw += chunk.toString()));
    response.body.on("error", () => {});
    await eventually(() => (raw.length > 30 ? raw : undefined));
    leaving.abort();
    expect(raw).toMatch(/^(: keep-alive\n\n)+$/);
  });

  it("sends headers and then nothing to a plain call", async () => {
    wall.fault({ kind: "headers_then_silent" });
    const leaving = new AbortController();
    const response = await chat(wall, {}, { signal: leaving.signal });
    expect(response.headers["content-type"]).toBe("application/json");
    leaving.abort();
    expect(await failureCode(response.body.text())).toBe("AbortError");
  });
});

describe("streams", () => {
  it("cut: breaks after n tokens without an end", async () => {
    wall.fault({ kind: "cut", after_tokens: 2 });
    const seen = await streamed(await chat(wall, stream));
    expect(seen.payloads).toHaveLength(3);
    expect(seen).toMatchObject({ finishReasons: [], isDone: false, brokenBy: "UND_ERR_SOCKET" });
    expect(wall.attempts().at(-1)).toMatchObject({ end: "cut", tokens_sent: 2, status: 200 });
  });

  it("cut with rst: breaks with a reset", async () => {
    wall.fault({ kind: "cut", after_tokens: 2, rst: true });
    const seen = await streamed(await chat(wall, stream));
    expect(seen.brokenBy).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
    expect(wall.attempts().at(-1)?.end).toBe("reset");
  });

  it("cut after more tokens than there are: still before the finish", async () => {
    wall.fault({ kind: "cut", after_tokens: 99 });
    const seen = await streamed(await chat(wall, stream));
    expect(seen.payloads).toHaveLength(6);
    expect(seen.finishReasons).toEqual([]);
  });

  it("stall: goes silent after n tokens until the client leaves", async () => {
    wall.fault({ kind: "stall", after_tokens: 0 });
    const leaving = new AbortController();
    const response = await chat(wall, stream, { signal: leaving.signal });
    let raw = "";
    response.body.on("data", (chunk: Buffer) => (raw += chunk.toString()));
    response.body.on("error", () => {});
    await eventually(() => raw || undefined);
    expect(raw).toContain('"role":"assistant"');
    const attempt = wall.attempts().at(-1);
    expect(attempt).toMatchObject({ end: "stalled", tokens_sent: 0, client_closed_at: null });
    leaving.abort();
    await eventually(() => attempt?.client_closed_at ?? undefined);
  });

  it("malformed_event: one event does not parse, all text arrives", async () => {
    const whole = await streamed(await chat(wall, stream));
    wall.fault({ kind: "malformed_event", after_tokens: 2 });
    const seen = await streamed(await chat(wall, stream));
    const parses = seen.payloads.slice(0, -1).map((payload) => {
      try {
        JSON.parse(payload);
        return true;
      } catch {
        return false;
      }
    });
    expect(parses).toEqual([true, true, true, false, true, true, true, true]);
    expect(seen.text).toBe(whole.text);
    expect(seen.isDone).toBe(true);
  });

  it("no_done: finishes cleanly without [DONE]", async () => {
    wall.fault({ kind: "no_done" });
    const seen = await streamed(await chat(wall, stream));
    expect(seen).toMatchObject({ finishReasons: ["length"], isDone: false, brokenBy: null });
    expect(wall.attempts().at(-1)?.end).toBe("truncated");
  });

  it("no_finish: ends cleanly with neither finish nor [DONE]", async () => {
    wall.fault({ kind: "no_finish", after_tokens: 4 });
    const seen = await streamed(await chat(wall, stream));
    expect(seen.payloads).toHaveLength(5);
    expect(seen).toMatchObject({ finishReasons: [], isDone: false, brokenBy: null });
  });

  it("error_in_stream: is the first event by default", async () => {
    wall.fault({ kind: "error_in_stream", code: "overloaded", message: "Busy" });
    const response = await chat(wall, stream);
    expect(response.statusCode).toBe(200);
    const { payloads } = await streamed(response);
    expect(payloads.map((payload): unknown => JSON.parse(payload))).toEqual([
      { error: { message: "Busy", type: "server_error", param: null, code: "overloaded" } },
    ]);
  });

  it("error_in_stream after n tokens: follows them", async () => {
    wall.fault({ kind: "error_in_stream", after_tokens: 3 });
    const seen = await streamed(await chat(wall, stream));
    expect(seen.payloads).toHaveLength(5);
    expect(seen.payloads[4]).toContain('"error"');
    expect(seen.isDone).toBe(false);
  });

  it("ignores_stream: answers in one piece what was asked for as a stream", async () => {
    wall.fault({ kind: "ignores_stream" });
    const response = await chat(wall, stream);
    expect(response.headers["content-type"]).toBe("application/json");
    expect((await completion(response)).choices[0]?.finish_reason).toBe("length");
  });

  it("faults of the stream spare plain calls, cut and stall do not", async () => {
    for (const kind of ["malformed_event", "no_done", "no_finish", "error_in_stream"] as const) {
      wall.fault({ kind, count: 1 });
      await completion(await chat(wall));
    }
    wall.clearFaults();
    wall.fault({ kind: "cut" });
    const response = await chat(wall);
    expect(response.statusCode).toBe(200);
    expect(await failureCode(response.body.text())).toBe("UND_ERR_SOCKET");
  });
});

describe("slowness", () => {
  it("slow_first_token: the role arrives at once, the first token later", async () => {
    wall.fault({ kind: "slow_first_token", ms: 60 });
    const response = await chat(wall, stream);
    const arrivals: number[] = [];
    response.body.on("data", () => arrivals.push(performance.now()));
    await eventually(() => arrivals[1]);
    expect((arrivals[1] ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(40);
    await response.body.dump();
  });

  it("slow_first_token without headers_first: holds the headers back", async () => {
    wall.fault({ kind: "slow_first_token", ms: 50, headers_first: false });
    const startMs = performance.now();
    const response = await chat(wall, stream);
    expect(performance.now() - startMs).toBeGreaterThan(45);
    await response.body.dump();
  });

  it("slow_tokens: spreads tokens in time, to plain calls as a longer wait", async () => {
    wall.fault({ kind: "slow_tokens", ms: 20 });
    const startMs = performance.now();
    const seen = await streamed(await chat(wall, stream));
    expect(seen.text.split(" ")).toHaveLength(6);
    expect(performance.now() - startMs).toBeGreaterThan(95);
    const plainStartMs = performance.now();
    await completion(await chat(wall, { max_tokens: 6 }));
    expect(performance.now() - plainStartMs).toBeGreaterThan(115);
  });

  it("adds up with a breaking fault", async () => {
    wall.fault({ kind: "brownout", add_ms: 40 });
    wall.fault({ kind: "status", status: 500 });
    const startMs = performance.now();
    const response = await chat(wall);
    expect(response.statusCode).toBe(500);
    expect(performance.now() - startMs).toBeGreaterThan(35);
    await response.body.dump();
    expect(wall.attempts().at(-1)?.fault).toBe("brownout+status");
  });
});

describe("aim", () => {
  it("strikes only its provider, model and region", async () => {
    wall.fault({
      kind: "status",
      status: 503,
      provider: "alpha",
      region: "us-east",
      model: "gpt-4.1",
    });
    const statusOf = async (
      model: string,
      options: { url?: string; headers?: Record<string, string> } = {},
    ): Promise<number> => {
      const response = await chat(wall, { model }, options);
      await response.body.dump();
      return response.statusCode;
    };
    expect(await statusOf("gpt-4.1")).toBe(503);
    expect(await statusOf("deepseek-v3")).toBe(200);
    expect(await statusOf("gpt-4.1", { headers: { "x-region": "eu-west" } })).toBe(200);
    expect(await statusOf("gpt-4.1", { url: wall.baseUrl("beta") })).toBe(200);
    expect((await listModels(wall)).statusCode).toBe(200);
  });

  it("strikes everything with a network fault, completions alone with a content fault", async () => {
    wall.fault({ kind: "status", status: 503 });
    expect((await listModels(wall)).statusCode).toBe(503);
    wall.clearFaults();
    wall.fault({ kind: "rate_limit" });
    expect((await listModels(wall)).statusCode).toBe(200);
    expect((await chat(wall)).statusCode).toBe(429);
  });

  it("strikes model lists alone when told so", async () => {
    wall.fault({ kind: "status", status: 503, on: "models" });
    expect((await listModels(wall)).statusCode).toBe(503);
    expect((await chat(wall)).statusCode).toBe(200);
  });

  it("plays counted faults in the order in which they came", async () => {
    wall.fault({ kind: "status", status: 500, count: 1 });
    wall.fault({ kind: "status", status: 502, count: 2 });
    const statuses: number[] = [];
    for (let i = 0; i < 4; i += 1) {
      const response = await chat(wall);
      statuses.push(response.statusCode);
      await response.body.dump();
    }
    expect(statuses).toEqual([500, 502, 502, 200]);
  });

  it("ends by itself at its end time", async () => {
    wall.fault({ kind: "status", status: 500, until: Date.now() - 1 });
    expect((await chat(wall)).statusCode).toBe(200);
    wall.fault({ kind: "status", status: 500, for_ms: 60 });
    expect((await chat(wall)).statusCode).toBe(500);
    await new Promise((resolve) => setTimeout(resolve, 70));
    expect((await chat(wall)).statusCode).toBe(200);
  });
});
