import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Collector } from "@/lib/dialects/collector";
import { readStreamChunk } from "@/lib/dialects/openai";

type Fields = Record<string, unknown>;

const top = { id: "chatcmpl-1", created: 1_700_000_000, model: "gpt-4.1" };
const tail = { service_tier: "default", system_fingerprint: "fp_1" };
const usage = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };

function chunkOf(fields: Fields): Fields {
  return { ...top, object: "chat.completion.chunk", ...tail, obfuscation: "x7", ...fields };
}

function deltaChunk(delta: Fields, finishReason: string | null = null): Fields {
  return chunkOf({
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
    usage: null,
  });
}

function collected(chunks: readonly Fields[]): unknown {
  const collector = new Collector();
  for (const chunk of chunks) {
    const read = readStreamChunk(JSON.stringify(chunk));
    if (read.kind !== "chunk") {
      throw new Error(`not a chunk: ${read.kind}`);
    }
    collector.add(read);
  }
  return JSON.parse(collector.body());
}

function plainAnswer(message: Fields, finishReason: string): unknown {
  return {
    ...top,
    object: "chat.completion",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: null, refusal: null, ...message },
        logprobs: null,
        finish_reason: finishReason,
      },
    ],
    usage,
    ...tail,
  };
}

const usageChunk = chunkOf({ choices: [], usage });

/** `text` in pieces. */
const inPieces = (text: string, size: number): string[] =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );

describe("a collected stream", () => {
  it("equals the plain answer, whatever its text and its pieces", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.integer({ min: 1, max: 20 }), (text, size) => {
        const chunks = [
          deltaChunk({ role: "assistant", content: "" }),
          ...inPieces(text, size).map((content) => deltaChunk({ content })),
          deltaChunk({}, "stop"),
          usageChunk,
        ];
        expect(collected(chunks)).toEqual(plainAnswer({ content: text }, "stop"));
      }),
    );
  });

  it("equals the plain answer with two tool calls whose pieces are mixed", () => {
    const first = '{"city":"서울"}';
    const second = '{"city":"Oslo","days":2}';
    const piece = (index: number, part: string): Fields =>
      deltaChunk({ tool_calls: [{ index, function: { arguments: part } }] });
    const head = (index: number, name: string): Fields =>
      deltaChunk({
        tool_calls: [
          { index, id: `call_${index}`, type: "function", function: { name, arguments: "" } },
        ],
      });
    const chunks = [
      deltaChunk({ role: "assistant", content: null }),
      head(0, "weather"),
      head(1, "forecast"),
      ...inPieces(first, 4).flatMap((part, index) => [
        piece(0, part),
        piece(1, inPieces(second, 6)[index] ?? ""),
      ]),
      deltaChunk({}, "tool_calls"),
      usageChunk,
    ];
    const call = (index: number, name: string, args: string): Fields => ({
      id: `call_${index}`,
      type: "function",
      function: { name, arguments: args },
    });
    expect(collected(chunks)).toEqual(
      plainAnswer(
        { tool_calls: [call(0, "weather", first), call(1, "forecast", second)] },
        "tool_calls",
      ),
    );
  });

  it("keeps refusals, reasoning, annotations and a legacy function call", () => {
    expect(
      collected([
        deltaChunk({ role: "assistant", content: "" }),
        deltaChunk({ reasoning_content: "Let me " }),
        deltaChunk({ reasoning_content: "see." }),
        deltaChunk({ refusal: "I can" }),
        deltaChunk({ refusal: "not." }),
        deltaChunk({ annotations: [{ type: "url_citation" }] }),
        deltaChunk({ function_call: { name: "old", arguments: '{"a"' } }),
        deltaChunk({ function_call: { arguments: ":1}" } }, "function_call"),
        usageChunk,
      ]),
    ).toEqual(
      plainAnswer(
        {
          content: null,
          reasoning_content: "Let me see.",
          refusal: "I cannot.",
          annotations: [{ type: "url_citation" }],
          function_call: { name: "old", arguments: '{"a":1}' },
        },
        "function_call",
      ),
    );
  });
});
