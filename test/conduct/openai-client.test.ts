import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../support/stack";

describe("the official client", () => {
  let stack: Stack;
  let client: OpenAI;
  beforeAll(async () => {
    stack = await startStack();
    client = new OpenAI({ baseURL: `${stack.url}/v1`, apiKey: stack.key, maxRetries: 0 });
  });
  afterAll(() => stack.stop());
  const messages = [{ role: "user" as const, content: "Say hello." }];

  it("lists models and reads plain answers", async () => {
    const list = await client.models.list();
    expect(list.data.map((model) => model.id)).toContain("auto");
    const answer = await client.chat.completions.create({ model: "auto", messages });
    expect(answer.choices[0]?.message.content).not.toBe("");
  });

  it("reads a stream to its end", async () => {
    const stream = await client.chat.completions.create({ model: "auto", messages, stream: true });
    let finish: string | null = null;
    for await (const chunk of stream) {
      finish = chunk.choices[0]?.finish_reason ?? finish;
    }
    expect(finish).toBe("stop");
  });

  it("throws its own error classes for ours", async () => {
    await expect(client.chat.completions.create({ model: "nobody", messages })).rejects.toThrow(
      OpenAI.NotFoundError,
    );
  });

  it("throws when a stream breaks after its first content, and never reads it as a success", async () => {
    stack.wall.fault({ kind: "cut", after_tokens: 3 });
    const stream = await client.chat.completions.create({ model: "auto", messages, stream: true });
    const read = async (): Promise<void> => {
      for await (const chunk of stream) {
        expect(chunk.object).toBe("chat.completion.chunk");
      }
    };
    await expect(read()).rejects.toThrow();
    stack.wall.clearFaults();
  });
});
