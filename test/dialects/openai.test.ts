import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPlainAnswer, readStreamChunk, readUsage } from "@/lib/dialects/openai";
import { sseParser } from "@/lib/dialects/sse";
import { costNanoUsd } from "@/lib/pricing/cost";

function eventsOf(pieces: readonly Buffer[]): string[] {
  const events: string[] = [];
  const parser = sseParser((data) => events.push(data));
  for (const piece of pieces) {
    parser.push(piece);
  }
  return events;
}

describe("server-sent events", () => {
  const wire = Buffer.from(
    ': keep-alive\n\ndata: {"a":"안녕 🔔"}\n\nevent: x\r\ndata: one\r\ndata: two\r\n\r\ndata:[DONE]\n\n',
  );

  it("are the same however the bytes are cut", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: wire.length }), { maxLength: 12 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), wire.length];
        const pieces = at.slice(1).map((end, index) => wire.subarray(at[index], end));
        expect(eventsOf(pieces)).toEqual(['{"a":"안녕 🔔"}', "one\ntwo", "[DONE]"]);
      }),
    );
  });
});

describe("a stream's chunk", () => {
  it.each([
    ["a role alone", '{"choices":[{"delta":{"role":"assistant","content":""}}]}', false],
    ["content", '{"choices":[{"delta":{"content":"Hi"}}]}', true],
    ["reasoning", '{"choices":[{"delta":{"reasoning_content":"Hm"}}]}', true],
    ["a tool call", '{"choices":[{"delta":{"tool_calls":[{"index":0}]}}]}', true],
  ])("with %s begins the answer: %#", (_name, data, hasContent) => {
    expect(readStreamChunk(data)).toMatchObject({ kind: "chunk", hasContent });
  });

  it("tells errors, ends, usage and nonsense apart", () => {
    expect(readStreamChunk("[DONE]").kind).toBe("done");
    expect(readStreamChunk('{"choices": [').kind).toBe("malformed");
    expect(readStreamChunk('{"error":{"message":"no","type":"server_error"}}').kind).toBe("error");
    expect(readStreamChunk('{"choices":[],"usage":{"prompt_tokens":3}}')).toMatchObject({
      usageOnly: true,
    });
    expect(readStreamChunk('{"choices":[],"prompt_filter_results":[]}')).toMatchObject({
      usageOnly: false,
    });
  });

  it("is never a reason to throw", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (data) => {
        expect(readStreamChunk(data).kind).not.toBe("");
        expect(readPlainAnswer(data).kind).not.toBe("");
      }),
    );
  });
});

describe("what a call cost", () => {
  const price = { inputNanoUsd: 2_000, outputNanoUsd: 8_000, cachedInputNanoUsd: 500 };

  it("prices cached tokens once, wherever the provider counts them", () => {
    const openai = readUsage({
      prompt_tokens: 100,
      completion_tokens: 10,
      prompt_tokens_details: { cached_tokens: 40 },
    });
    const deepseek = readUsage({
      prompt_tokens: 100,
      completion_tokens: 10,
      prompt_cache_hit_tokens: 40,
    });
    expect(openai).toEqual(deepseek);
    expect(costNanoUsd(price, openai)).toBe(60 * 2_000 + 40 * 500 + 10 * 8_000);
  });

  it("is unknown, and not zero, without a price or a usage", () => {
    expect(costNanoUsd(null, readUsage({ prompt_tokens: 1 }))).toBeNull();
    expect(costNanoUsd(price, null)).toBeNull();
  });
});
