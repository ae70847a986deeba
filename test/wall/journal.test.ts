import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createJournal } from "@/lib/wall/journal";
import { startWall, type Wall } from "@/lib/wall/server";
import { chat, completion, eventually } from "./client";

let wall: Wall;

beforeAll(async () => {
  wall = await startWall({ latencyScale: 0 });
});

afterAll(() => wall.close());

describe("the journal", () => {
  it("tells who asked what, when, and how it ended", async () => {
    const before = performance.timeOrigin + performance.now();
    await completion(
      await chat(
        wall,
        { max_tokens: 3, messages: [{ role: "user", content: "12345" }] },
        { headers: { "user-agent": "tester", "x-request-id": "r-1", "x-region": "eu-west" } },
      ),
    );
    const [attempt] = wall.attempts({ region: "eu-west" });
    expect(attempt).toMatchObject({
      provider: "alpha",
      account: "",
      region: "eu-west",
      model: "gpt-4.1",
      kind: "chat",
      stream: false,
      prompt_chars: 5,
      max_tokens: 3,
      user_agent: "tester",
      client_request_id: "r-1",
      fault: null,
      status: 200,
      tokens_sent: 3,
      end: "complete",
      client_closed_at: null,
    });
    expect(attempt?.at).toBeGreaterThanOrEqual(before);
    expect(attempt?.answered_at).toBeGreaterThanOrEqual(attempt?.at ?? Infinity);
    expect(attempt?.ended_at).toBeGreaterThanOrEqual(attempt?.answered_at ?? Infinity);
  });

  it("counts the tokens that a client took before it left", async () => {
    wall.fault({ kind: "slow_tokens", ms: 10, count: 1 });
    const leaving = new AbortController();
    const response = await chat(
      wall,
      { stream: true, max_tokens: 500 },
      { signal: leaving.signal },
    );
    response.body.on("data", () => {});
    response.body.on("error", () => {});
    const attempt = wall.attempts().at(-1);
    await eventually(() => (attempt && attempt.tokens_sent >= 3 ? attempt : undefined));
    leaving.abort();
    await eventually(() => attempt?.end ?? undefined);
    expect(attempt?.end).toBe("client_closed");
    expect(attempt?.client_closed_at).toBeCloseTo(attempt?.ended_at ?? 0, -1);
    expect(attempt?.tokens_sent).toBeLessThan(500);
  });

  it("keeps the latest attempts, filters them, and forgets on demand", () => {
    const journal = createJournal(3);
    const place = { provider: "alpha", account: "", user_agent: null, client_request_id: null };
    for (const region of ["a", "b", "a", "b", "a"]) {
      journal.end(journal.open({ ...place, region, kind: "chat" }), "complete");
    }
    const seqs = (filter?: Parameters<typeof journal.list>[0]): number[] =>
      journal.list(filter).map(({ seq }) => seq);
    expect(seqs()).toEqual([3, 4, 5]);
    expect(seqs({ since: 4 })).toEqual([5]);
    expect(seqs({ limit: 1 })).toEqual([3]);
    expect(seqs({ region: "a" })).toEqual([3, 5]);
    expect(journal.inFlight()).toBe(0);
    journal.clear();
    expect(seqs()).toEqual([]);
    journal.open({ ...place, region: "c", kind: "models" });
    expect(seqs()).toEqual([6]);
    expect(journal.inFlight()).toBe(1);
  });
});

describe("accounts", () => {
  it("are told apart by what follows the key, and a wrong key is nobody's", async () => {
    const wall = await startWall({ latencyScale: 0 });
    const ask = async (key: string): Promise<number> => {
      const response = await chat(wall, {}, { headers: { authorization: `Bearer ${key}` } });
      await response.body.dump();
      return response.statusCode;
    };
    expect(await ask(wall.key)).toBe(200);
    expect(await ask(`${wall.key}.north`)).toBe(200);
    expect(await ask(`${wall.key}north`)).toBe(401);
    wall.fault({ kind: "status", status: 503, account: "north" });
    expect(await ask(`${wall.key}.north`)).toBe(503);
    expect(await ask(`${wall.key}.south`)).toBe(200);
    expect(wall.attempts().map(({ account }) => account)).toEqual([
      "",
      "north",
      null,
      "north",
      "south",
    ]);
    expect(wall.attempts({ account: "north" })).toHaveLength(2);
    await wall.close();
  });
});

it("an answer that its client left unread is not complete, however large it is", async () => {
  const wall = await startWall({ latencyScale: 0 });
  wall.fault({ kind: "huge", bytes: 30_000_000 });
  const leaving = new AbortController();
  const response = await chat(wall, {}, { signal: leaving.signal });
  response.body.on("error", () => undefined);
  leaving.abort();
  const attempt = await eventually(() => wall.attempts().find(({ end }) => end !== null));
  expect(attempt.end).toBe("client_closed");
  expect(attempt.client_closed_at).not.toBeNull();
  await wall.close();
});
