import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack";

interface ErrorAnswer {
  error: { message: string; type: string; param: string | null; code: string };
}

describe("bad input", () => {
  let stack: Stack;
  beforeAll(async () => {
    // The model of the largest prompt takes any: its length must be nobody's reason to refuse it.
    stack = await startStack({
      document: (base) => ({
        ...base,
        models: (base.models ?? []).map((model) =>
          model.id === "deepseek-v3"
            ? { ...model, capabilities: { ...model.capabilities, context: 100_000_000 } }
            : model,
        ),
      }),
    });
  });
  afterAll(() => stack.stop());

  const post = (
    body: BodyInit,
    headers: Record<string, string> = {},
    path = "/v1/chat/completions",
  ): Promise<Response> =>
    fetch(`${stack.url}${path}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${stack.key}`,
        "content-type": "application/json",
        ...headers,
      },
      body,
    });
  const hello = [{ role: "user", content: "hello" }];

  it.each<[string, unknown, number, string, string | null, RegExp]>([
    ["invalid JSON", '{"model": "auto", ', 400, "invalid_json", null, /not valid JSON/],
    ["a list", "[]", 400, "invalid_request", null, /must be a JSON object/],
    ["no model", { messages: hello }, 400, "invalid_request", "model", /`model`/],
    [
      "a model of NUL",
      { model: "a\u0000b", messages: hello },
      400,
      "invalid_request",
      "model",
      /`model`/,
    ],
    ["no messages", { model: "auto" }, 400, "invalid_request", "messages", /at least one message/],
    [
      "empty messages",
      { model: "auto", messages: [] },
      400,
      "invalid_request",
      "messages",
      /at least/,
    ],
    [
      "a message of text",
      { model: "auto", messages: ["hi"] },
      400,
      "invalid_request",
      "messages[0]",
      /object/,
    ],
    [
      "a message without a role",
      { model: "auto", messages: [...hello, { content: "x" }] },
      400,
      "invalid_request",
      "messages[1].role",
      /role/,
    ],
    [
      "a stream of text",
      { model: "auto", messages: hello, stream: "yes" },
      400,
      "invalid_request",
      "stream",
      /true or false/,
    ],
    [
      "nine models",
      { model: "auto", models: Array(9).fill("auto"), messages: hello },
      400,
      "invalid_request",
      "models",
      /1 to 8/,
    ],
    [
      "an unknown model",
      { model: "gpt4.1", messages: hello },
      404,
      "unknown_model",
      "model",
      /"gpt-4\.1"/,
    ],
    [
      "an unknown model in a chain",
      { model: "auto", models: ["deepseek"], messages: hello },
      404,
      "unknown_model",
      "models",
      /deepseek/,
    ],
  ])(
    "answers %s with an OpenAI-shaped error that says where",
    async (_name, body, status, code, param, message) => {
      const response = await post(typeof body === "string" ? body : JSON.stringify(body));
      expect(response.status).toBe(status);
      const { error } = (await response.json()) as ErrorAnswer;
      expect(error).toMatchObject({ code, param });
      expect(error.type).not.toBe("");
      expect(error.message).toMatch(message);
      expect(response.headers.get("x-request-id")).not.toBeNull();
    },
  );

  it.each([
    ["no key", undefined, "missing_api_key"],
    ["another scheme", "Basic abc", "invalid_api_key"],
    ["an unknown key", "Bearer sk-nobody-knows-this", "invalid_api_key"],
    ["a mistyped key", "Bearer bw_live_000000000000000000000000000000000000", "invalid_api_key"],
    ["SQL", "Bearer x'OR'1'='1", "invalid_api_key"],
  ])("refuses %s with 401 on both endpoints", async (_name, authorization, code) => {
    for (const path of ["/v1/models", "/v1/chat/completions"]) {
      const response = await fetch(`${stack.url}${path}`, {
        method: path === "/v1/models" ? "GET" : "POST",
        headers: authorization === undefined ? {} : { authorization },
      });
      expect(response.status).toBe(401);
      expect(((await response.json()) as ErrorAnswer).error.code).toBe(code);
    }
  });

  it("refuses an unknown region with the nearest names, for calls and for the list", async () => {
    const call = await post(JSON.stringify({ model: "auto", messages: hello }), {
      "x-region": "us-eest",
    });
    const list = await fetch(`${stack.url}/v1/models`, {
      headers: { authorization: `Bearer ${stack.key}`, "x-region": "us-eest" },
    });
    for (const response of [call, list]) {
      expect(response.status).toBe(400);
      const { error } = (await response.json()) as ErrorAnswer;
      expect(error).toMatchObject({ code: "unknown_region", param: "X-Region" });
      expect(error.message).toContain('"us-east"');
    }
  });

  it("refuses a body that is not JSON by its type", async () => {
    const response = await post("a=b", { "content-type": "application/x-www-form-urlencoded" });
    expect(response.status).toBe(415);
    expect(((await response.json()) as ErrorAnswer).error.code).toBe("unsupported_media_type");
  });

  it("refuses a body over 32 MB at once, before it is sent", async () => {
    const answer = await raw(
      stack,
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${stack.key}\r\n` +
        `content-type: application/json\r\ncontent-length: ${33 * 1024 * 1024}\r\n\r\n`,
    );
    expect(answer).toContain("413");
    expect(answer).toContain("request_too_large");
  });

  it("takes a body of 19 MiB whole", async () => {
    const content = "x".repeat(19 * 1024 * 1024);
    stack.wall.clearAttempts();
    const response = await post(
      JSON.stringify({
        model: "deepseek-v3",
        messages: [{ role: "user", content }],
        max_tokens: 1,
      }),
    );
    expect(response.status).toBe(200);
    const seen = stack.wall.attempts().find((one) => one.prompt_chars > 1_000);
    expect(seen?.prompt_chars).toBe(content.length);
  });

  it.each([
    ["x-request-timeout", "soon", /milliseconds from 1 to 3600000/],
    ["x-request-timeout", "0", /milliseconds from 1 to 3600000/],
    ["x-stainless-timeout", "-1", /seconds of at least 0/],
    ["x-bellwether-ttft-ms", "300001", /milliseconds from 1 to 300000/],
    ["x-bellwether-midstream", "maybe", /resume, error or buffer/],
    ["X-Region-Mode", "never", /prefer or require/],
  ])("refuses %s: %s with the header's name and its bound", async (name, value, bound) => {
    const response = await post(JSON.stringify({ model: "auto", messages: hello }), {
      [name]: value,
    });
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as ErrorAnswer;
    expect(error).toMatchObject({ code: "invalid_request", param: name });
    expect(error.message).toMatch(bound);
  });

  it("answers unknown addresses and methods in the same shape", async () => {
    const nothing = await fetch(`${stack.url}/v1/nothing`);
    expect([nothing.status, ((await nothing.json()) as ErrorAnswer).error.code]).toEqual([
      404,
      "not_found",
    ]);
    const put = await fetch(`${stack.url}/v1/chat/completions`, { method: "PUT" });
    expect([put.status, put.headers.get("allow")]).toEqual([405, "POST"]);
  });

  it("survives hostile bytes and goes on answering", async () => {
    const hostile = [
      "GARBAGE\r\n\r\n",
      "GET / HTTP/1.1\r\n" + "x: y\r\n".repeat(5_000) + "\r\n",
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n`,
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n`,
      "GET /v1/models/%ff HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
      "GET //////..%2f..%2fetc/passwd HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    ];
    for (const bytes of hostile) {
      expect(await raw(stack, bytes)).toMatch(/^HTTP\/1\.1 4\d\d|^$/);
    }
    const deep = "[".repeat(200_000) + "]".repeat(200_000);
    const response = await post(`{"model":"auto","messages":[{"role":"user","content":${deep}}]}`);
    expect(response.status).toBeLessThan(600);
    await post(
      '{"__proto__": {"x": 1}, "model": "auto", "messages": [{"role": "user", "content": "x"}]}',
    );
    expect((await stack.chat()).status).toBe(200);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });

  it("never lets a caller choose the provider's host, key or headers", async () => {
    stack.wall.clearAttempts();
    const response = await stack.chat({
      api_base: "http://127.0.0.1:9/v1",
      base_url: "http://127.0.0.1:9/v1",
      api_key: "stolen",
      extra_headers: { authorization: "Bearer stolen" },
    });
    expect(response.status).toBe(200);
  });
});

/** Sends bytes as they are and returns the first answer, or nothing when the server just closes. */
function raw(stack: Stack, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(stack.gateway.port, "127.0.0.1", () => socket.write(bytes));
    let answer = "";
    const done = (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("data", (chunk) => {
      answer += chunk.toString();
      if (answer.includes("\r\n\r\n")) {
        setTimeout(done, 50);
      }
    });
    socket.on("close", done);
    socket.on("error", done);
    socket.setTimeout(5_000, () => {
      reject(new Error("the server hangs"));
      socket.destroy();
    });
  });
}
