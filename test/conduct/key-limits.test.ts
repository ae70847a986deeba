/** What a key may use, over real sockets: the answers that refuse, the headers, and that nothing else is spent. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { systemActor } from "@/lib/control/actor";
import { createAppKey } from "@/lib/control/create-app-key";
import { editKey } from "@/lib/control/edit-key";
import { type AppKeyLimits } from "@/lib/store/app-keys";
import { type LoadCall, load } from "../support/load";
import { type Stack, eventually, startStack } from "../support/stack";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    document: (base) => ({
      ...base,
      models: base.models?.map((model) => ({ ...model, probe: { enabled: false } })),
    }),
  });
});
afterAll(() => stack.stop());
afterEach(() => {
  stack.wall.clearFaults();
});

/** A new key with limits, once the gateway knows it. */
async function keyWith(id: string, limits: Partial<AppKeyLimits>): Promise<string> {
  const { secret } = await createAppKey(systemActor, stack.control, { id, kind: "live", limits });
  await eventually(async () => (await get("/v1/models", secret)).ok);
  return secret;
}

function get(path: string, key: string): Promise<Response> {
  return fetch(stack.url + path, { headers: { authorization: `Bearer ${key}` } });
}

function chat(key: string, body: Record<string, unknown> = {}): Promise<Response> {
  return stack.chat({ max_tokens: 8, ...body }, { headers: { authorization: `Bearer ${key}` } });
}

interface ErrorAnswer {
  error: { type: string; code: string; message: string; details?: Record<string, unknown> };
}

async function refusalOf(answer: Response): Promise<ErrorAnswer["error"] & { status: number }> {
  const { error } = (await answer.json()) as ErrorAnswer;
  return { ...error, status: answer.status };
}

describe("requests per minute", () => {
  it("go as far as the limit, and every answer says how far that is", async () => {
    const key = await keyWith("rpm", { rpm: 3 });
    for (const left of ["2", "1", "0"]) {
      const answer = await chat(key, { stream: left === "1" });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("x-ratelimit-limit-requests")).toBe("3");
      expect(answer.headers.get("x-ratelimit-remaining-requests")).toBe(left);
      expect(answer.headers.get("x-ratelimit-reset-requests")).toMatch(/^(\d+m)?[\d.]+m?s$/);
      expect(answer.headers.get("x-ratelimit-limit-tokens")).toBeNull();
      await answer.arrayBuffer();
    }
    const refused = await chat(key);
    expect(refused.headers.get("retry-after")).toMatch(/^(19|20)$/);
    expect(refused.headers.get("x-ratelimit-remaining-requests")).toBe("0");
    expect(await refusalOf(refused)).toMatchObject({
      status: 429,
      type: "rate_limit_error",
      code: "rate_limit_exceeded",
      details: { limit: "requests", limit_per_minute: 3 },
    });
  });

  it("are not used by looking: models, and the plan of a call", async () => {
    const key = await keyWith("looks", { rpm: 1, parallel: 1, budgetUsdPerMonth: 0.000001 });
    for (let look = 0; look < 3; look += 1) {
      expect((await get("/v1/models", key)).status).toBe(200);
      const explained = await fetch(`${stack.url}/v1/route:explain`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify({ model: "auto", messages: [{ role: "user", content: "Hi" }] }),
      });
      expect(explained.status).toBe(200);
      expect(explained.headers.get("x-ratelimit-remaining-requests")).toBe("1");
    }
  });

  it("refused are the key's own doing: no attempt, and `refused` in the log", async () => {
    const key = await keyWith("logged", { rpm: 1 });
    await (await chat(key)).arrayBuffer();
    stack.wall.clearAttempts();
    expect((await chat(key)).status).toBe(429);
    expect(stack.wall.attempts({ kind: "chat" })).toEqual([]);
    const row = await eventually(() =>
      stack.db.prisma.call.findFirst({ where: { keyId: "logged", status: 429 } }),
    );
    expect(row).toMatchObject({
      outcome: "refused",
      errorCode: "rate_limit_exceeded",
      attempts: 0,
      costNanoUsd: null,
    });
  });

  it("hold from the next call on when they are changed, and no sooner forget what was used", async () => {
    const key = await keyWith("changed", { rpm: 2 });
    await (await chat(key)).arrayBuffer();
    const request = { limits: { rpm: 200, allowedModels: ["gpt-4.1"] } };
    await editKey(systemActor, stack.control, { id: "changed", request, ifMatch: null });
    const left = await eventually<number | null>(async () => {
      const { headers } = await get("/v1/models", key);
      const remaining = Number(headers.get("x-ratelimit-remaining-requests"));
      return headers.get("x-ratelimit-limit-requests") === "200" ? remaining : null;
    });
    // Half of a minute's worth was used, so half of the new one is left, and what has come back since.
    expect(left).toBeGreaterThanOrEqual(100);
    expect(left).toBeLessThan(130);
    const { data } = (await (await get("/v1/models", key)).json()) as { data: { id: string }[] };
    expect(data.map(({ id }) => id)).toContain("gpt-4.1");
    expect(data.map(({ id }) => id)).not.toContain("deepseek-v3");
  });
});

describe("tokens per minute", () => {
  it("are set aside before and corrected after", async () => {
    const key = await keyWith("tpm", { tpm: 1_000 });
    const answer = await chat(key, { max_tokens: 500 });
    const { usage } = (await answer.json()) as { usage: { total_tokens: number } };
    const left = Number((await chat(key)).headers.get("x-ratelimit-remaining-tokens"));
    expect(usage.total_tokens).toBeLessThan(600);
    expect(left).toBeLessThanOrEqual(1_000 - usage.total_tokens);
    expect(left).toBeGreaterThan(1_000 - usage.total_tokens - 60);
  });

  it("refuse a call that has no room, and say of one that never has that it need not come back", async () => {
    const key = await keyWith("full", { tpm: 100 });
    await (await chat(key, { max_tokens: 90 })).arrayBuffer();
    const refused = await chat(key, { max_tokens: 90 });
    expect(refused.headers.get("x-should-retry")).toBe("true");
    expect(await refusalOf(refused)).toMatchObject({
      code: "rate_limit_exceeded",
      details: { limit: "tokens" },
    });
    const large = { messages: [{ role: "user", content: "word ".repeat(200) }] };
    const never = await chat(key, large);
    expect(never.headers.get("x-should-retry")).toBe("false");
    expect((await refusalOf(never)).message).toContain("larger than this API key's whole limit");
  });
});

describe("calls at a time", () => {
  it("go as far as the limit and no further, and a place is free again after each", async () => {
    stack.wall.fault({ kind: "slow_first_token", ms: 400 });
    const key = await keyWith("parallel", { parallel: 3 });
    for (const stream of [true, false]) {
      const answers = await Promise.all(Array.from({ length: 8 }, () => chat(key, { stream })));
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([200, 200, 200, 429, 429, 429, 429, 429]);
      const refused = answers.find(({ status }) => status === 429)!;
      expect(refused.headers.get("retry-after")).toBe("1");
      expect((await refusalOf(refused)).code).toBe("too_many_parallel");
      for (const answer of answers) {
        await (answer.bodyUsed ? undefined : answer.arrayBuffer());
      }
    }
  });

  it("give the place back when the caller leaves", async () => {
    stack.wall.fault({ kind: "slow_first_token", ms: 5_000 });
    const key = await keyWith("leaver", { parallel: 1 });
    const leave = new AbortController();
    const left = stack
      .chat({}, { headers: { authorization: `Bearer ${key}` }, signal: leave.signal })
      .catch(() => undefined);
    await eventually(async () => (await chat(key)).status === 429);
    leave.abort();
    await left;
    stack.wall.clearFaults();
    await eventually(async () => (await chat(key)).status === 200);
  });

  it("of an attacking key leave the others alone: half the load, and every call of the other key served", async () => {
    stack.wall.fault({ kind: "slow_first_token", ms: 500 });
    const attacker = await keyWith("attacker", { parallel: 4 });
    const shape = { model: "auto", perSecond: 50, forMs: 3_000 };
    const [good, bad] = await Promise.all([
      load(stack, shape),
      load(stack, { ...shape, key: attacker, body: { max_tokens: 900 } }),
    ]);
    const served = (calls: readonly LoadCall[]): number =>
      calls.filter(({ isWhole }) => isWhole).length;
    process.stdout.write(
      `beside an attacker at its cap (${served(bad)} of ${bad.length} calls served): ` +
        `${served(good)} of ${good.length} calls of the other key served\n`,
    );
    expect(served(good)).toBe(good.length);
    expect(served(bad)).toBeLessThan(bad.length / 2);
  });
});

describe("money", () => {
  it("is spent to the limit and refused beyond it, as OpenAI refuses", async () => {
    const key = await keyWith("money", { budgetUsdPerMonth: 0.0002 });
    const answers: Response[] = [];
    for (;;) {
      const answer = await chat(key, { model: "gpt-4.1" });
      answers.push(answer);
      if (answer.status !== 200 || answers.length > 100) {
        break;
      }
      await answer.arrayBuffer();
    }
    expect(answers.length).toBeGreaterThan(1);
    const last = answers.at(-1)!;
    expect(last.headers.get("x-should-retry")).toBe("false");
    expect(await refusalOf(last)).toMatchObject({
      status: 429,
      type: "insufficient_quota",
      code: "budget_exceeded",
      details: { limit: "budget", budget_usd_per_month: 0.0002, reason: "used_up" },
    });
  });

  it("of a strict budget must cover the longest answer that there may be", async () => {
    const key = await keyWith("strict", { budgetUsdPerMonth: 1, strictBudget: true });
    // A million tokens of context at 8 USD a million: more than the budget.
    const answer = await chat(key, { model: "gpt-4.1", max_tokens: undefined });
    expect(answer.status).toBe(429);
    expect((await refusalOf(answer)).code).toBe("budget_exceeded");
    expect((await chat(key, { model: "gpt-4.1" })).status).toBe(200);
  });

  it("of a call that failed is free again", async () => {
    const key = await keyWith("failing", { budgetUsdPerMonth: 0.002, strictBudget: true });
    const dear = { model: "gpt-4.1", max_tokens: 120 };
    stack.wall.fault({ kind: "status", status: 503 });
    for (let call = 0; call < 4; call += 1) {
      expect((await chat(key, dear)).status).toBe(503);
    }
    stack.wall.clearFaults();
    await eventually(async () => (await chat(key, dear)).status === 200);
  });

  it("of a call whose caller left is what was generated until then", async () => {
    stack.wall.fault({ kind: "slow_tokens", ms: 20 });
    const key = await keyWith("leaving", { budgetUsdPerMonth: 1 });
    const leave = new AbortController();
    const answer = await stack.chat(
      { model: "gpt-4.1", stream: true, max_tokens: 500 },
      { headers: { authorization: `Bearer ${key}` }, signal: leave.signal },
    );
    const reader = answer.body!.getReader();
    for (let piece = 0; piece < 5; piece += 1) {
      await reader.read();
    }
    leave.abort();
    await reader.read().catch(() => undefined);
    const row = await eventually(() =>
      stack.db.prisma.call.findFirst({ where: { keyId: "leaving" } }),
    );
    expect(row.outcome).toBe("cancelled");
    expect(row.costNanoUsd).toBeGreaterThan(0n);
  });

  it.each([true, false])(
    "for another try of a broken stream must be there too, if the budget is strict: %s",
    async (strictBudget) => {
      const id = strictBudget ? "broken-strict" : "broken-loose";
      // Enough for one answer of a hundred tokens at 8 USD a million, and not for two.
      const limits = { budgetUsdPerMonth: 0.0017, strictBudget };
      const key = await keyWith(id, limits);
      stack.wall.fault({ kind: "cut", after_tokens: 60, count: 1 });
      const answer = await chat(key, {
        model: "gpt-4.1",
        stream: true,
        max_tokens: 100,
        temperature: 0,
      });
      const text = await answer.text();
      expect(text.includes("[DONE]")).toBe(!strictBudget);
      expect(text.includes("stream_interrupted")).toBe(strictBudget);
    },
  );

  it("is told to the database, to the nano-USD that the log says", async () => {
    const told = async (keyId: string): Promise<bigint | null> => {
      const { _sum: logged } = await stack.db.prisma.call.aggregate({
        where: { keyId },
        _sum: { costNanoUsd: true },
      });
      const budget = await stack.db.prisma.budget.findFirst({ where: { keyId } });
      return budget?.spentNanoUsd === logged.costNanoUsd ? logged.costNanoUsd : null;
    };
    // Served to the limit, left by the caller, broken with and without another try.
    for (const key of ["money", "leaving", "broken-strict", "broken-loose"]) {
      const spent = await eventually(() => told(key), 15_000);
      expect(spent).toBeGreaterThan(0n);
      if (key === "broken-strict") {
        expect(spent).toBeLessThanOrEqual(1_700_000n);
      }
    }
  });
});

it("never passes on what a provider says of its own limits", async () => {
  stack.wall.fault({
    kind: "headers",
    headers: { "x-ratelimit-remaining-requests": "7", "x-ratelimit-limit-tokens": "900" },
  });
  for (const stream of [true, false]) {
    const answer = await stack.chat({ stream, max_tokens: 4 });
    expect(answer.status).toBe(200);
    expect([...answer.headers.keys()].filter((name) => name.includes("ratelimit"))).toEqual([]);
    await answer.arrayBuffer();
  }
});

it.each<[string, Partial<AppKeyLimits>, string]>([
  ["rpm", { rpm: 0 }, "between 1 and 10000000 requests per minute, not 0"],
  ["tpm", { tpm: 1.5 }, "whole number between 1 and 10000000000 tokens per minute, not 1.5"],
  ["parallel", { parallel: -1 }, "between 1 and 100000 calls at a time, not -1"],
  ["budgetUsdPerMonth", { budgetUsdPerMonth: 1e9 }, "between 0 and 100000000 USD, not 1000000000"],
])("refuses a key with an impossible %s, with its bounds", async (name, limits, message) => {
  const made = createAppKey(systemActor, stack.control, { id: "wrong", kind: "live", limits });
  await expect(made).rejects.toMatchObject({
    code: "invalid_request",
    param: `limits.${name}`,
    message: expect.stringContaining(message) as string,
  });
});
