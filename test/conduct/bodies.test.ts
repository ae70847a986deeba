/** What callers sent and got is kept where a route says so: sealed, for a time, and never at a call's or a record's cost. */
import { readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ActingPerson, systemActor } from "@/lib/control/actor";
import { callBody } from "@/lib/control/call-body";
import { demoDocument } from "@/lib/control/first-document";
import { publishDocument } from "@/lib/control/publish-document";
import { createControlDeps } from "@/lib/control/verb";
import type { CallBody } from "@/lib/shared/contract";
import { createSealer, passwordOf } from "@/lib/shared/sealed";
import { killAgainAndAgain } from "../support/durable-runs";
import { type DurableStack, startDurableStack } from "../support/durable-stack";
import { eventually } from "../support/eventually";
import { streamOf } from "../support/sse";

const operator: ActingPerson = { type: "operator", name: "Minji", role: "operator" };
const hour = 3_600_000;

describe("bodies of calls", () => {
  let stack: DurableStack;
  let password = "";
  beforeAll(async () => {
    stack = await startDurableStack({});
    password = passwordOf(stack.databaseUrl);
    const base = demoDocument(stack.wall.url);
    await publishDocument(systemActor, createControlDeps(stack.db), {
      document: {
        ...base,
        routes: [
          ...(base.routes ?? []),
          { id: "kept", chain: ["gpt-4.1"], log_bodies: { keep_hours: 2 } },
          {
            id: "breaking",
            chain: ["gpt-4.1"],
            midstream: "error",
            log_bodies: { keep_hours: 2 },
          },
        ],
      },
      source: { kind: "bootstrap", demo: false },
    });
    await eventually(async () => (await ask("kept", "warm up")).status === 200);
  });
  afterAll(() => stack.close());
  const ask = (
    model: string,
    content: string,
    { headers = {}, ...body }: { headers?: Record<string, string> } & Record<string, unknown> = {},
  ): Promise<Response> =>
    fetch(`${stack.url}/v1/chat/completions`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${stack.key}`,
        "content-type": "application/json",
        ...headers,
      },
      body: JSON.stringify({ model, messages: [{ role: "user", content }], ...body }),
    });
  const idOf = (response: Response): string => response.headers.get("x-request-id") ?? "";
  const isLogged = (id: string): Promise<unknown> =>
    eventually(() => stack.db.prisma.call.findUnique({ where: { id } }));
  const rowOf = (id: string) =>
    eventually(() => stack.db.prisma.callBody.findUnique({ where: { callId: id } }));
  const openedBody = async (id: string): Promise<Extract<CallBody, { state: "open" }>> => {
    await rowOf(id);
    const deps = createControlDeps(stack.db, createSealer(password));
    const body = await callBody(operator, deps, { id });
    if (body.state !== "open") {
      throw new Error(`the body is ${body.state}`);
    }
    return body;
  };
  /** Which of `words` stand in any file of the gateway or of PostgreSQL, or in what the gateway said or counts. */
  const leaked = async (words: readonly string[]): Promise<string[]> => {
    const metrics = await (await fetch(`${stack.url}/metrics`)).text();
    expect(metrics).toContain("bellwether_call_log_bodies_total");
    const texts = [
      Buffer.from(metrics + stack.gateway.output()),
      // The gateway's folder, and PostgreSQL's beside it.
      ...filesIn(dirname(stack.dataDir)),
    ];
    return words.filter((word) => texts.some((text) => text.includes(word)));
  };

  it("are kept of a plain call, opened for who asks, and stand nowhere in the open", async () => {
    const canary = "canary-plain-5f3a9c";
    const response = await ask("kept", canary);
    const answer = await response.text();
    const id = idOf(response);
    const body = await openedBody(id);
    expect(body.request.text).toContain(canary);
    expect(JSON.parse(body.request.text)).toMatchObject({ model: "kept" });
    expect(body.answer).toEqual({ text: answer, missingBytes: 0 });
    expect(body.expiresAt).toBeGreaterThan(Date.now() + 1.9 * hour);
    expect(body.expiresAt).toBeLessThan(Date.now() + 2.1 * hour);
    const row = await rowOf(id);
    const words = (JSON.parse(answer) as { choices: { message: { content: string } }[] }).choices;
    const text = words[0]!.message.content;
    expect(text.length).toBeGreaterThan(10);
    // That the sealed text is found says that the search would have found the open one.
    const sealed = row.request.slice(0, 60);
    expect(await leaked([canary, text, sealed])).toEqual([sealed]);
  });

  it("are kept of a stream as its text, and stand nowhere in the open", async () => {
    const canary = "canary-stream-71be20";
    const response = await ask("kept", canary, { stream: true, max_tokens: 40 });
    const { text, isDone } = streamOf(await response.text());
    expect(isDone).toBe(true);
    const body = await openedBody(idOf(response));
    expect(body.answer).toEqual({ text, missingBytes: 0 });
    expect(body.request.text).toContain(canary);
    expect(await leaked([canary, text.slice(0, 40)])).toEqual([]);
  });

  it("are kept of a stream that broke off, as far as it came", async () => {
    stack.wall.fault({ kind: "cut", after_tokens: 12 });
    const response = await ask("breaking", "canary-broken-c41d", { stream: true, max_tokens: 60 });
    const { text, error } = streamOf(await response.text());
    stack.wall.clearFaults();
    expect(error).toMatchObject({ code: "stream_interrupted" });
    expect(text).not.toBe("");
    expect((await openedBody(idOf(response))).answer).toEqual({ text, missingBytes: 0 });
  });

  it("are not kept for a caller who says no, of other routes, of models or of chains of the caller's own", async () => {
    const before = await stack.db.prisma.callBody.count();
    const responses = [
      await ask("kept", "quiet", { headers: { "x-bellwether-no-log": "1" } }),
      await ask("kept", "quiet", { headers: { "x-bellwether-no-log": "1" }, stream: true }),
      await ask("auto", "other"),
      await ask("gpt-4.1", "model"),
      await ask("kept", "list", { models: ["kept"] }),
    ];
    for (const response of responses) {
      await response.text();
      expect(response.status).toBe(200);
      await isLogged(idOf(response));
    }
    // A body that comes after these is there: theirs would be too.
    await rowOf(idOf(await ask("kept", "last")));
    expect(await stack.db.prisma.callBody.count()).toBe(before + 1);
  });

  it("are what a kill -9 may lose; calls are not", async () => {
    const run = await killAgainAndAgain(stack, {
      times: 2,
      perSecond: 80,
      acknowledged: 80,
      model: "kept",
    });
    process.stdout.write(`killed: ${JSON.stringify(run)}\n`);
    expect(run).toMatchObject({ missing: 0, doubled: 0 });
    // Only the bodies of calls that were just ending at a kill are missing.
    await eventually(
      async () => (await stack.db.prisma.callBody.count()) > run.acknowledged * 0.9,
      20_000,
    );
  });
});

function filesIn(folder: string): Buffer[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).flatMap((name) => {
    try {
      const path = join(folder, name);
      return statSync(path).isFile() ? [readFileSync(path)] : [];
    } catch {
      // PostgreSQL makes and removes files all the time.
      return [];
    }
  });
}
