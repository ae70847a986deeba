import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWall, type Wall } from "@/lib/wall/server";
import { chat, chunksOf, completion, errorOf, listModels, streamed } from "./client";

let wall: Wall;

beforeAll(async () => {
  wall = await startWall({ latencyScale: 0 });
});

afterAll(() => wall.close());

const user = (content: unknown): { role: string; content: unknown } => ({ role: "user", content });

describe("plain completions", () => {
  it("have text, usage, rate limit headers and the attempt's request id", async () => {
    const response = await chat(wall, { messages: [user("12345")], max_tokens: 5 });
    const body = await completion(response);
    expect(body.model).toBe("gpt-4.1");
    expect(body.choices[0]?.message.content?.split(" ")).toHaveLength(5);
    expect(body.choices[0]?.finish_reason).toBe("length");
    expect(body.usage).toMatchObject({
      prompt_tokens: 2,
      completion_tokens: 5,
      total_tokens: 7,
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 },
    });
    expect(response.headers["x-ratelimit-remaining-requests"]).toBe("9999");
    expect(response.headers["x-request-id"]).toBe(wall.attempts().at(-1)?.request_id);
  });

  it.each([
    ["about 24 tokens by default", {}, 20, 28, "stop"],
    ["max_tokens as a wish", { max_tokens: 100 }, 100, 100, "length"],
    ["max_completion_tokens alike", { max_completion_tokens: 3 }, 3, 3, "length"],
    ["a large max_tokens as a margin", { max_tokens: 2_048 }, 20, 28, "stop"],
    ["the length that is asked for", { messages: [user("Write 50 words")] }, 50, 50, "stop"],
    ["the cap below it", { messages: [user("Write 50 words")], max_tokens: 9 }, 9, 9, "length"],
  ])("take %s", async (_, body, least, most, finishReason) => {
    const { usage, choices } = await completion(await chat(wall, body));
    expect(usage.completion_tokens).toBeGreaterThanOrEqual(least);
    expect(usage.completion_tokens).toBeLessThanOrEqual(most);
    expect(choices[0]?.finish_reason).toBe(finishReason);
  });

  it("count content parts and leave images out", async () => {
    const image = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } };
    const content = [{ type: "text", text: "x".repeat(40) }, image];
    const { usage } = await completion(await chat(wall, { messages: [user(content)] }));
    expect(usage.prompt_tokens).toBe(10);
  });

  it("report cached tokens from the second prompt with the same long opening on", async () => {
    const messages = [user("q".repeat(5_000))];
    const first = await completion(await chat(wall, { messages }));
    const second = await completion(await chat(wall, { messages }));
    expect(first.usage.prompt_tokens_details.cached_tokens).toBe(0);
    expect(second.usage.prompt_tokens_details.cached_tokens).toBe(1_024);
  });

  it("count reasoning inside the completion when effort is asked of a reasoning model", async () => {
    const { usage } = await completion(
      await chat(wall, { model: "gemini-2.5-flash", reasoning_effort: "low", max_tokens: 20 }),
    );
    expect(usage.completion_tokens).toBe(20);
    expect(usage.completion_tokens_details.reasoning_tokens).toBe(16);
  });

  it("accept a body of 20 MB", async () => {
    const body = await completion(await chat(wall, { messages: [user("x".repeat(20_000_000))] }));
    expect(body.usage.prompt_tokens).toBe(5_000_000);
  });
});

describe("determinism", () => {
  const textOf = async (body: Record<string, unknown>): Promise<string | null | undefined> =>
    (await completion(await chat(wall, body))).choices[0]?.message.content;

  it.each([{ temperature: 0 }, { seed: 7 }])("repeats the text for %o", async (body) => {
    expect(await textOf(body)).toBe(await textOf(body));
  });

  it("varies the text with the seed, the model, and by chance", async () => {
    const texts = await Promise.all([
      textOf({ seed: 7 }),
      textOf({ seed: 8 }),
      textOf({ seed: 7, model: "deepseek-v3" }),
      textOf({}),
      textOf({}),
    ]);
    expect(new Set(texts).size).toBe(5);
  });

  it("continues a prefilled answer to the text of the whole one", async () => {
    const body = {
      model: "claude-sonnet-4-5",
      temperature: 0,
      messages: [user("30 words please")],
    };
    const whole = (await textOf(body)) ?? "";
    const prefix = whole.split(" ").slice(0, 11).join(" ");
    const messages = [...body.messages, { role: "assistant", content: prefix }];
    const rest = (await textOf({ ...body, messages })) ?? "";
    expect(prefix + rest).toBe(whole);
  });

  it("refuses prefill where the model cannot continue", async () => {
    const messages = [user("Hello"), { role: "assistant", content: "Well" }];
    const response = await chat(wall, { messages });
    expect(response.statusCode).toBe(400);
    expect((await errorOf(response)).message).toContain("prefill");
  });
});

describe("streams", () => {
  it("start with the role, carry one token an event, finish on the last token, end with [DONE]", async () => {
    const response = await chat(wall, { stream: true, max_tokens: 3, seed: 1 });
    expect(response.headers["content-type"]).toContain("text/event-stream");
    const seen = await streamed(response);
    const { payloads, text, finishReasons, isDone, brokenBy } = seen;
    const plain = await completion(await chat(wall, { max_tokens: 3, seed: 1 }));
    expect(payloads).toHaveLength(5);
    const chunks = chunksOf(seen);
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: "assistant", content: "" });
    expect(chunks.map(({ choices }) => choices[0]?.finish_reason)).toEqual([
      null,
      null,
      null,
      "length",
    ]);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks.every((chunk) => !("usage" in chunk))).toBe(true);
    expect(text).toBe(plain.choices[0]?.message.content);
    expect({ finishReasons, isDone, brokenBy }).toEqual({
      finishReasons: ["length"],
      isDone: true,
      brokenBy: null,
    });
  });

  it("end with a usage chunk without choices when it is asked for, null usage before", async () => {
    const body = { stream: true, stream_options: { include_usage: true }, max_tokens: 2 };
    const chunks = chunksOf(await streamed(await chat(wall, body)));
    expect(chunks.slice(0, -1).map(({ usage }) => usage)).toEqual([null, null, null]);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 2 } });
  });
});

describe("tool calls", () => {
  const tool = {
    type: "function",
    function: {
      name: "ring",
      parameters: { properties: { times: { type: "integer" }, bell: { type: "string" } } },
    },
  };

  it.each(["required", { type: "function", function: { name: "ring" } }])(
    "are made when the choice is %o",
    async (tool_choice) => {
      const { choices } = await completion(await chat(wall, { tools: [tool], tool_choice }));
      expect(choices[0]?.finish_reason).toBe("tool_calls");
      expect(choices[0]?.message.content).toBeNull();
      const [call] = choices[0]?.message.tool_calls ?? [];
      expect(call?.function.name).toBe("ring");
      expect(JSON.parse(call?.function.arguments ?? "")).toEqual({ times: 7, bell: "bell" });
    },
  );

  it("stream their arguments in pieces", async () => {
    const seen = await streamed(
      await chat(wall, { stream: true, tools: [tool], tool_choice: "required" }),
    );
    const deltas = chunksOf(seen).flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? []);
    expect(deltas[0]).toMatchObject({ index: 0, type: "function", function: { name: "ring" } });
    const json = deltas.map((delta) => delta.function.arguments).join("");
    expect(JSON.parse(json)).toEqual({ times: 7, bell: "bell" });
    expect(seen.finishReasons).toEqual(["tool_calls"]);
  });

  it("are refused for a tool that was not defined", async () => {
    const tool_choice = { type: "function", function: { name: "other" } };
    expect((await chat(wall, { tools: [tool], tool_choice })).statusCode).toBe(400);
  });

  it("stay away when the choice is auto", async () => {
    const { choices } = await completion(await chat(wall, { tools: [tool], tool_choice: "auto" }));
    expect(choices[0]?.message.content).toBeTypeOf("string");
  });
});

describe("refusals", () => {
  it.each([
    ["invalid JSON", "{", 400, null],
    ["a body that is no object", "[]", 400, null],
    ["no model", '{"messages":[]}', 400, null],
    ["an unknown model", '{"model":"gpt-0","messages":[]}', 404, "model_not_found"],
    ["no messages", '{"model":"gpt-4.1"}', 400, null],
    ["max_tokens 0", '{"model":"gpt-4.1","messages":[{}],"max_tokens":0}', 400, null],
  ])("answer %s in OpenAI's shape", async (_, body, status, code) => {
    const response = await chat(wall, body);
    expect(response.statusCode).toBe(status);
    expect(await errorOf(response)).toMatchObject({ code, type: "invalid_request_error" });
  });

  it.each([{ authorization: "Bearer other" }, { authorization: "wall-key" }])(
    "answer %o with 401 invalid_api_key",
    async (headers) => {
      const response = await chat(wall, {}, { headers });
      expect(response.statusCode).toBe(401);
      expect((await errorOf(response)).code).toBe("invalid_api_key");
      expect((await listModels(wall, { headers })).statusCode).toBe(401);
    },
  );

  it("answer unknown paths with 404 and wrong methods with 405", async () => {
    const headers = { authorization: `Bearer ${wall.key}` };
    for (const path of ["/", "/v1/models", "/alpha/v1/x", "/alpha/us-east/x/v1/models", "/alpha"]) {
      expect((await fetch(wall.url + path, { headers })).status).toBe(404);
    }
    expect((await fetch(`${wall.baseUrl("alpha")}/chat/completions`, { headers })).status).toBe(
      405,
    );
  });
});
