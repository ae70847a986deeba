import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startWall, type Wall } from "@/lib/wall/server";
import { chat, chunksOf, completion, errorOf, streamed } from "./client";

let wall: Wall;

beforeAll(async () => {
  wall = await startWall({ latencyScale: 0 });
});

afterEach(() => wall.clearFaults());
afterAll(() => wall.close());

const asked = {
  model: "claude-sonnet-4-5",
  temperature: 0,
  messages: [{ role: "user", content: "Write 12 words." }],
};

async function textOf(body: Record<string, unknown> = asked): Promise<string> {
  return (await completion(await chat(wall, body))).choices[0]?.message.content ?? "";
}

function continuing(prefix: string): Record<string, unknown> {
  return { ...asked, messages: [...asked.messages, { role: "assistant", content: prefix }] };
}

describe("a prefill", () => {
  it("with trailing whitespace is refused, as Anthropic does", async () => {
    const response = await chat(wall, continuing("The bell "));
    expect(response.statusCode).toBe(400);
    expect((await errorOf(response)).message).toContain("trailing whitespace");
  });

  it("is refused where a fault wants it, and the journal has its length", async () => {
    wall.fault({ kind: "prefill_refused" });
    expect(await textOf()).not.toBe("");
    const response = await chat(wall, continuing("The bell"));
    expect(response.statusCode).toBe(400);
    expect((await errorOf(response)).code).toBeNull();
    expect(wall.attempts().at(-1)).toMatchObject({ prefill_chars: 8, fault: "prefill_refused" });
  });

  it("is repeated from the beginning where a fault wants it", async () => {
    const whole = await textOf();
    wall.fault({ kind: "prefill_repeated" });
    expect(await textOf(continuing(whole.split(" ").slice(0, 5).join(" ")))).toBe(whole);
  });
});

describe("wording", () => {
  it("drifts from the usual text at a token and not before", async () => {
    const usual = (await textOf()).split(" ");
    wall.fault({ kind: "drift", after_tokens: 5 });
    const drifted = (await textOf()).split(" ");
    expect(drifted.slice(0, 5)).toEqual(usual.slice(0, 5));
    expect(drifted[5]).toBe("instead");
    expect(drifted).toHaveLength(12);
  });

  it("drifts at the same place of the whole text after a prefill", async () => {
    const prefix = (await textOf()).split(" ").slice(0, 4).join(" ");
    wall.fault({ kind: "drift", after_tokens: 5 });
    expect((await textOf(continuing(prefix))).trim().split(" ")[1]).toBe("instead");
  });

  it("may have its spaces after the words, and still continues a prefill to the same text", async () => {
    const usual = await textOf();
    wall.fault({ kind: "spaces_after" });
    expect(await textOf()).toBe(`${usual} `);
    const prefix = usual.split(" ").slice(0, 5).join(" ");
    expect(prefix + (await textOf(continuing(prefix)))).toBe(`${usual} `);
  });

  it("finishes early for a reason of its own, plain and streamed", async () => {
    wall.fault({ kind: "finish_early", after_tokens: 3 });
    const plain = await completion(await chat(wall, asked));
    expect(plain.choices[0]?.finish_reason).toBe("insufficient_system_resource");
    expect(plain.usage.completion_tokens).toBe(3);
    const seen = await streamed(await chat(wall, { ...asked, stream: true }));
    expect(seen).toMatchObject({ finishReasons: ["insufficient_system_resource"], isDone: true });
  });

  it("can be empty and yet end as it should", async () => {
    wall.fault({ kind: "finish_early", after_tokens: 0, reason: "length" });
    const seen = await streamed(await chat(wall, { ...asked, stream: true }));
    expect(seen).toMatchObject({ text: "", finishReasons: ["length"], isDone: true });
    expect((await completion(await chat(wall, asked))).choices[0]?.message.content).toBe("");
  });

  it("comes without usage where a provider does not tell", async () => {
    wall.fault({ kind: "no_usage" });
    expect(await completion(await chat(wall, asked))).not.toHaveProperty("usage");
    const options = { stream: true, stream_options: { include_usage: true } };
    const chunks = chunksOf(await streamed(await chat(wall, { ...asked, ...options })));
    expect(chunks.every((chunk) => !("usage" in chunk))).toBe(true);
  });

  it("breaks off inside a tool call's arguments", async () => {
    wall.fault({ kind: "cut", after_tokens: 1 });
    const tools = [
      { type: "function", function: { name: "ring", parameters: { properties: { bell: {} } } } },
    ];
    const seen = await streamed(
      await chat(wall, { ...asked, stream: true, tools, tool_choice: "required" }),
    );
    expect(seen.brokenBy).not.toBeNull();
    expect(seen.payloads.at(-1)).toContain("arguments");
    expect(seen.finishReasons).toEqual([]);
  });
});

describe("around an answer", () => {
  it("headers are added to successes and to errors", async () => {
    wall.fault({ kind: "headers", headers: { "x-ratelimit-remaining-tokens": "12" } });
    const answered = await chat(wall, asked);
    await answered.body.dump();
    expect(answered.headers["x-ratelimit-remaining-tokens"]).toBe("12");
    wall.fault({ kind: "status", status: 503 });
    const failed = await chat(wall, asked);
    await failed.body.dump();
    expect(failed.headers["x-ratelimit-remaining-tokens"]).toBe("12");
    expect(wall.attempts().at(-1)?.fault).toBe("headers+status");
  });

  it("a token limit that a request can never meet is told with both numbers", async () => {
    wall.fault({ kind: "rate_limit", of: "tokens", limit_tokens: 20 });
    await completion(await chat(wall, { ...asked, max_tokens: 5 }));
    const response = await chat(wall, { ...asked, max_tokens: 50 });
    expect(response.statusCode).toBe(429);
    expect((await errorOf(response)).message).toMatch(/Limit 20, Requested 54/);
  });

  it("one answer or one event can be as large as wanted", async () => {
    wall.fault({ kind: "huge", bytes: 200_000 });
    const plain = await completion(await chat(wall, asked));
    expect(plain.choices[0]?.message.content).toHaveLength(200_000);
    const seen = await streamed(await chat(wall, { ...asked, stream: true }));
    expect(seen.payloads[0]?.length).toBeGreaterThan(200_000);
  });

  it("a plain answer is kept alive with empty lines", async () => {
    wall.fault({ kind: "headers_then_silent", keep_alive_ms: 5 });
    const leaving = new AbortController();
    const response = await chat(wall, asked, { signal: leaving.signal });
    let raw = "";
    response.body.on("data", (chunk: Buffer) => (raw += chunk.toString()));
    response.body.on("error", () => undefined);
    await expect.poll(() => raw.length).toBeGreaterThan(2);
    leaving.abort();
    expect(raw).toMatch(/^\n+$/);
  });
});
