import OpenAI from "openai";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { breakPlace, lanesDocument, seenBy } from "../support/lanes";
import { type Stack, eventually, startStack } from "../support/stack";

const limits = { ttft_s: 1, idle_s: 0.5 };

describe("the official client", () => {
  let stack: Stack;
  let client: OpenAI;
  beforeAll(async () => {
    stack = await startStack({
      document: (_, wall) =>
        lanesDocument(wall, [
          { id: "usual" },
          { id: "down" },
          { id: "refused" },
          { id: "cut", route: { midstream: "error" } },
          { id: "resumed", limits },
          { id: "silent", limits },
          { id: "late", limits },
          { id: "left" },
        ]),
      timing: { keepAliveMs: 150 },
    });
    // As people use it: with its own two retries.
    client = new OpenAI({ baseURL: `${stack.url}/v1`, apiKey: stack.key });
  });
  afterAll(() => stack.stop());
  afterEach(() => {
    stack.wall.clearFaults();
  });

  const messages = [{ role: "user" as const, content: "Write 60 words about bells." }];
  const streamText = async (model: string): Promise<{ text: string; finish: string | null }> => {
    const stream = await client.chat.completions.create({ model, messages, stream: true });
    let text = "";
    let finish: string | null = null;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      finish = chunk.choices[0]?.finish_reason ?? finish;
    }
    return { text, finish };
  };
  const words = (text: string): number => text.split(" ").length;

  it("lists models and reads plain answers", async () => {
    const list = await client.models.list();
    expect(list.data.map((model) => model.id)).toContain("usual");
    const answer = await client.chat.completions.create({ model: "usual", messages });
    expect(words(answer.choices[0]?.message.content ?? "")).toBe(60);
  });

  it("reads a stream to its end", async () => {
    const { text, finish } = await streamText("usual");
    expect(finish).toBe("stop");
    expect(words(text)).toBe(60);
  });

  it("throws its own error classes for ours", async () => {
    await expect(client.chat.completions.create({ model: "nobody", messages })).rejects.toThrow(
      OpenAI.NotFoundError,
    );
    breakPlace(stack.wall, "refused", { kind: "content_policy" });
    await expect(client.chat.completions.create({ model: "refused", messages })).rejects.toThrow(
      OpenAI.BadRequestError,
    );
  });

  it("does not try again what the whole chain has failed at", async () => {
    for (const place of ["first", "second"]) {
      breakPlace(stack.wall, "down", { kind: "status", status: 503 }, place);
    }
    await expect(client.chat.completions.create({ model: "down", messages })).rejects.toThrow(
      OpenAI.InternalServerError,
    );
    expect(seenBy(stack.wall, "down")).toHaveLength(1);
    expect(seenBy(stack.wall, "down", "second")).toHaveLength(1);
  });

  it("throws when a stream breaks, after the text that came, and never reads it as a success", async () => {
    breakPlace(stack.wall, "cut", { kind: "cut", after_tokens: 20 });
    const stream = await client.chat.completions.create({ model: "cut", messages, stream: true });
    let text = "";
    const finishes: (string | null)[] = [];
    const read = async (): Promise<void> => {
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? "";
        finishes.push(chunk.choices[0]?.finish_reason ?? null);
      }
    };
    await expect(read()).rejects.toThrow(OpenAI.APIError);
    expect(words(text)).toBe(20);
    expect(finishes.every((finish) => finish === null)).toBe(true);
    expect(seenBy(stack.wall, "cut")).toHaveLength(1);
  });

  it("reads one whole answer where another provider went on", async () => {
    breakPlace(stack.wall, "resumed", { kind: "cut", after_tokens: 20 });
    const { text, finish } = await streamText("resumed");
    expect(finish).toBe("stop");
    expect(words(text)).toBe(60);
  });

  it("reads one whole answer where the first provider was silent, plain and streamed", async () => {
    breakPlace(stack.wall, "silent", { kind: "silent" });
    expect(words((await streamText("silent")).text)).toBe(60);
    expect(seenBy(stack.wall, "silent")).toHaveLength(1);
  });

  it("throws when everybody is silent, although it was kept alive", async () => {
    for (const place of ["first", "second"]) {
      breakPlace(stack.wall, "late", { kind: "headers_then_silent" }, place);
    }
    await expect(streamText("late")).rejects.toThrow(OpenAI.APIError);
    expect(seenBy(stack.wall, "late")).toHaveLength(1);
  });

  it("has the provider let go of when it leaves a stream", async () => {
    breakPlace(stack.wall, "left", { kind: "stall", after_tokens: 5 });
    const stream = await client.chat.completions.create({ model: "left", messages, stream: true });
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) {
        break;
      }
    }
    await eventually(() => seenBy(stack.wall, "left")[0]?.client_closed_at, 1_000);
  });
});
