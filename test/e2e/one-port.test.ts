import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { eventually } from "../support/stack";
import { openRoom, type Room } from "./room";

let room: Room;
let origin: string;

beforeAll(async () => {
  room = await openRoom();
  origin = room.dashboard("");
});

afterEach(() => room.quiet());

afterAll(() => room.stop());

it("answers a call on the dashboard's port, with the gateway's headers", async () => {
  const response = await room.call({ model: "gpt-4.1" }, { origin });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ object: "chat.completion", model: "gpt-4.1" });
  expect(response.headers.get("x-bellwether-model")).toBe("gpt-4.1");
});

it("passes X-Region on", async () => {
  for (const region of ["ap-south", "eu-west"]) {
    const response = await room.call(
      { model: "gpt-4.1" },
      { origin, headers: { "x-region": region } },
    );
    await response.arrayBuffer();
    expect(response.headers.get("x-bellwether-region")).toBe(region);
  }
});

it("lists the models", async () => {
  const response = await fetch(`${origin}/v1/models`, {
    headers: { authorization: `Bearer ${room.key}` },
  });
  const { data } = (await response.json()) as { data: { id: string }[] };
  expect(data.map(({ id }) => id)).toContain("gpt-4.1");
});

it("explains a route, colon and all", async () => {
  const response = await fetch(`${origin}/v1/route:explain`, {
    method: "POST",
    headers: { authorization: `Bearer ${room.key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-4.1", messages: [{ role: "user", content: "Hello." }] }),
  });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ object: "route.plan", route: "gpt-4.1" });
});

it("hands a stream on chunk by chunk", async () => {
  const paceMs = 150;
  await room.breakDown({ kind: "slow_tokens", ms: paceMs });
  const response = await room.call({ model: "gpt-4.1", stream: true, max_tokens: 8 }, { origin });
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const arrivals: number[] = [];
  let text = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (chunk.includes('"content":"')) {
      arrivals.push(performance.now());
    }
  }
  expect(text.trimEnd()).toMatch(/data: \[DONE\]$/);
  const gaps = arrivals.slice(1).map((atMs, index) => atMs - (arrivals[index] ?? 0));
  // A buffer on the way would let them arrive together.
  expect(gaps.filter((gapMs) => gapMs > paceMs / 3).length).toBeGreaterThanOrEqual(5);
});

it("hands a body of 19 MiB on whole", async () => {
  // As text it would not fit into any model's window; an image counts by itself, however large.
  const image = `data:image/png;base64,${"A".repeat(15 * 1024 * 1024)}`;
  const characters = 4 * 1024 * 1024;
  const before = (await room.attempts()).at(-1)?.seq ?? 0;
  const response = await room.call(
    {
      model: "gpt-4.1",
      max_tokens: 3,
      messages: [
        {
          role: "user",
          content: [
            { type: "image_url", image_url: { url: image } },
            { type: "text", text: "x".repeat(characters) },
          ],
        },
      ],
    },
    { origin },
  );
  expect(response.status, await response.text()).toBe(200);
  const seen = (await room.attempts(before)).find(({ max_tokens }) => max_tokens === 3);
  expect(seen?.prompt_chars).toBe(characters);
});

it.each([
  ["in the middle of a stream", { kind: "slow_tokens", ms: 200 }],
  ["before the first token", { kind: "slow_first_token", ms: 20_000 }],
] as const)(
  "lets the provider know within 500 ms when the caller leaves %s",
  async (_when, fault) => {
    await room.breakDown(fault);
    const before = (await room.attempts()).at(-1)?.seq ?? 0;
    const leaving = new AbortController();
    const ours = async (): Promise<Awaited<ReturnType<Room["attempts"]>>[number] | undefined> =>
      (await room.attempts(before)).find(({ max_tokens }) => max_tokens === 77);
    const call = room
      .call({ model: "gpt-4.1", stream: true, max_tokens: 77 }, { origin, signal: leaving.signal })
      .then((response) => response.text());
    call.catch(() => undefined);
    await eventually(ours);
    await sleep(300);
    expect((await ours())?.client_closed_at).toBeNull();
    const leftAtMs = Date.now();
    leaving.abort();
    const closedAtMs = await eventually(async () => (await ours())?.client_closed_at);
    expect(closedAtMs - leftAtMs).toBeLessThan(500);
    await expect(call).rejects.toThrow("aborted");
  },
);

it("refuses a wrong key in the words of OpenAI's API", async () => {
  const response = await room.call(
    { model: "gpt-4.1" },
    { origin, headers: { authorization: "Bearer bw-wrong" } },
  );
  expect(response.status).toBe(401);
  expect(await response.json()).toEqual({
    error: {
      message: expect.stringMatching(/key/i) as string,
      type: "authentication_error",
      param: null,
      code: "invalid_api_key",
    },
  });
});
