import { describe, expect, it } from "vitest";
import type { CallNeeds } from "@/lib/core/events";
import { parseChatRequest } from "@/lib/gateway/chat-request";

type Body = Record<string, unknown>;

const hello = [{ role: "user", content: "Say hello." }];

function requestOf(body: Body) {
  return parseChatRequest(Buffer.from(JSON.stringify({ model: "auto", messages: hello, ...body })));
}

function needsOf(body: Body): CallNeeds {
  return requestOf(body).needs;
}

describe("what a call needs", () => {
  it.each<[string, Body, Partial<CallNeeds>]>([
    [
      "nothing but text",
      {},
      {
        stream: false,
        tools: false,
        vision: false,
        json: false,
        reasoning: false,
        maxTokens: null,
        promptCacheKey: null,
        deterministic: false,
        resumable: true,
        collectable: true,
        pinned: false,
        unrepeatable: false,
      },
    ],
    [
      "tools",
      { tools: [{ type: "function", function: { name: "a" } }] },
      { tools: true, resumable: false, collectable: true, unrepeatable: false },
    ],
    ["functions of old", { functions: [{ name: "a" }] }, { tools: true, resumable: false }],
    ["no tools after all", { tools: [] }, { tools: false, resumable: true }],
    [
      "JSON",
      { response_format: { type: "json_schema" } },
      { json: true, resumable: false, collectable: true },
    ],
    ["text by name", { response_format: { type: "text" } }, { json: false, resumable: true }],
    ["three choices", { n: 3 }, { resumable: false, collectable: false }],
    ["probabilities", { logprobs: true }, { resumable: false, collectable: false }],
    ["sound", { modalities: ["text", "audio"] }, { resumable: false, collectable: false }],
    ["a thought", { reasoning_effort: "low" }, { reasoning: true, resumable: true }],
    ["no thought", { reasoning_effort: "none" }, { reasoning: false }],
    ["the same again", { temperature: 0 }, { deterministic: true }],
    ["a warm cache", { prompt_cache_key: "k" }, { promptCacheKey: "k" }],
    ["few tokens", { max_completion_tokens: 7, max_tokens: 9 }, { maxTokens: 7 }],
    ["a provider's search", { web_search_options: {} }, { unrepeatable: true }],
    ["a provider's tool", { tools: [{ type: "web_search" }] }, { unrepeatable: true, tools: true }],
    ["a conversation of its account", { previous_response_id: "resp_1" }, { pinned: true }],
    [
      "a file of its account",
      {
        messages: [{ role: "user", content: [{ type: "file", file: { file_id: "file-1" } }] }],
      },
      { pinned: true },
    ],
    [
      "a file in the request itself",
      {
        messages: [{ role: "user", content: [{ type: "file", file: { file_data: "data:" } }] }],
      },
      { pinned: false },
    ],
    [
      "an earlier answer in sound",
      { messages: [...hello, { role: "assistant", audio: { id: "audio_1" } }] },
      { pinned: true },
    ],
  ])("is read off its body: %s", (_name, body, needs) => {
    expect(needsOf(body)).toMatchObject(needs);
  });

  it("counts text by its length, an image as 1 500 tokens and its base64 not at all", () => {
    const image = {
      type: "image_url",
      image_url: { url: `data:image/png;base64,${"A".repeat(1e6)}` },
    };
    const content = [{ type: "text", text: "x".repeat(400) }, image, image];
    expect(needsOf({ messages: [{ role: "user", content }] })).toMatchObject({
      promptTokens: 100 + 2 * 1_500,
      vision: true,
    });
  });

  it("counts the definitions of tools and the arguments of earlier calls", () => {
    const plain = needsOf({}).promptTokens;
    const tools = [{ type: "function", function: { name: "a", description: "x".repeat(400) } }];
    expect(needsOf({ tools }).promptTokens).toBeGreaterThan(plain + 100);
    const call = { id: "c", type: "function", function: { name: "a", arguments: "y".repeat(400) } };
    const messages = [...hello, { role: "assistant", content: null, tool_calls: [call] }];
    expect(needsOf({ messages }).promptTokens).toBe(plain + 100);
  });
});

describe("the body for a provider", () => {
  const bodyOf = (
    body: Body,
    shape: Partial<Parameters<ReturnType<typeof requestOf>["bodyFor"]>[0]> = {},
  ): Body =>
    JSON.parse(
      requestOf(body)
        .bodyFor({
          upstreamModel: "gpt-4.1",
          streamed: body["stream"] === true,
          prefill: null,
          ...shape,
        })
        .toString(),
    ) as Body;

  it("is the caller's own bytes where nothing has to change", () => {
    const raw = Buffer.from('{ "model":"gpt-4.1", "messages":[{"role":"user","content":"x"}] }');
    const body = parseChatRequest(raw).bodyFor({
      upstreamModel: "gpt-4.1",
      streamed: false,
      prefill: null,
    });
    expect(body).toBe(raw);
  });

  it("asks every stream for its usage, and keeps the caller's other wishes for it", () => {
    expect(bodyOf({ stream: true, stream_options: { include_obfuscation: false } })).toMatchObject({
      stream: true,
      stream_options: { include_obfuscation: false, include_usage: true },
    });
  });

  it("asks for a stream where a plain answer is collected from one", () => {
    expect(bodyOf({}, { streamed: true })).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it("goes on with a broken answer: its text as the assistant's, and the rest of the tokens", () => {
    const prefill = { text: "Hello wor", tokens: 3 };
    const body = bodyOf({ stream: true, max_tokens: 10, max_completion_tokens: 3 }, { prefill });
    expect(body).toMatchObject({ max_tokens: 7, max_completion_tokens: 1 });
    expect(body["messages"]).toEqual([...hello, { role: "assistant", content: "Hello wor" }]);
  });

  it("lengthens the beginning that the caller itself gave", () => {
    const messages = [...hello, { role: "assistant", content: "Well, " }];
    const prefill = { text: "hello", tokens: 1 };
    expect(bodyOf({ messages, stream: true }, { prefill })["messages"]).toEqual([
      ...hello,
      { role: "assistant", content: "Well, hello" },
    ]);
  });

  it("carries none of what is ours, or would choose host, key or headers", () => {
    const own = {
      models: ["auto"],
      api_base: "x",
      base_url: "x",
      api_key: "x",
      extra_headers: {},
    };
    expect(bodyOf(own)).toEqual({ model: "gpt-4.1", messages: hello });
  });
});
