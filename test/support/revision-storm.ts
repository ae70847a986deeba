import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";
import type { ConfigInput } from "@/lib/config/document";
import { systemActor } from "@/lib/control/actor";
import { publishDocument } from "@/lib/control/publish-document";
import { noticeChannel } from "@/lib/store/notices";
import type { Stack } from "./stack";

export interface StormOptions {
  perMinute: number;
  /** How many in all; the traffic ends with the last. */
  revisions: number;
  callsPerSecond: number;
  /** Every nth revision is one that nobody may obey. */
  invalidEvery: number;
}

export interface StormReport {
  calls: number;
  failed: number;
  /** Calls of which any part came from another revision than the rest. */
  mixed: number;
  revisions: number;
  refused: number;
  /** How many different revisions answered calls. */
  answering: number;
  /** What was wrong with the first calls that failed or were mixed. */
  problems: readonly string[];
}

/**
 * Publishes revisions in quick succession under traffic. Address, credential, header and model of every revision carry
 * its number, and every third first attempt fails late, so that whatever is taken from two revisions shows at the provider.
 */
export async function storm(
  stack: Pick<Stack, "url" | "key" | "db" | "control">,
  options: StormOptions,
): Promise<StormReport> {
  const provider = await openProvider();
  const generations = new Map<number, number>();
  const publish = async (generation: number): Promise<void> => {
    const { revision } = await publishDocument(systemActor, stack.control, {
      document: documentOf(provider.origin, generation),
      source: { kind: "bootstrap", demo: false },
    });
    generations.set(revision, generation);
  };
  await publish(1);
  await answersWith(stack, 1);
  let generation = 1;
  let refused = 0;
  let isOver = false;
  const publishing = (async () => {
    const startedMs = performance.now();
    for (let count = 1; count <= options.revisions; count += 1) {
      const dueMs = startedMs + (count * 60_000) / options.perMinute;
      await sleep(Math.max(0, dueMs - performance.now()));
      if (count % options.invalidEvery === 0) {
        refused += 1;
        await publishInvalid(stack, documentOf(provider.origin, generation + 1_000_000));
      } else {
        generation += 1;
        await publish(generation);
      }
    }
  })().finally(() => {
    isOver = true;
  });
  const [calls] = await Promise.all([traffic(stack, options, () => isOver), publishing]);
  await provider.close();
  const problems: string[] = [];
  let failed = 0;
  let mixed = 0;
  const answering = new Set<number>();
  for (const { user, status, revision, told } of calls) {
    const seen = new Set(provider.seen.get(user));
    const expected = generations.get(revision);
    answering.add(revision);
    if (status !== 200) {
      failed += 1;
      problems.push(`${user}: status ${status}, ${told}`);
    } else if (
      seen.size !== 1 ||
      expected === undefined ||
      !seen.has(`${expected}`) ||
      told !== `${expected}`
    ) {
      mixed += 1;
      problems.push(
        `${user}: revision ${revision} is of ${expected ?? "nothing"}, answered by ${told}, asked ${[...seen].join(" and ")}`,
      );
    }
  }
  return {
    calls: calls.length,
    failed,
    mixed,
    revisions: generation + refused,
    refused,
    answering: answering.size,
    problems: problems.slice(0, 5),
  };
}

/** Everything in it is of one generation. */
function documentOf(origin: string, generation: number): ConfigInput {
  const model = (name: string) => ({
    id: name,
    targets: [{ provider: name, upstream_model: `m-${generation}` }],
    probe: { enabled: false },
  });
  return {
    allow_literal_secrets: true,
    providers: ["first", "second"].map((id) => ({
      id,
      base_url: `${origin}/${id}/${generation}/v1`,
      api_key: `key-${generation}`,
      allow_private_network: true,
      regions: [{ id: "here", headers: { "X-Generation": `${generation}` } }],
    })),
    models: [model("first"), model("second")],
    routes: [
      {
        id: "storm",
        chain: ["first", "second"],
        upstream_stream: "off",
        breaker: { observe_only: true },
      },
    ],
  };
}

async function publishInvalid(stack: Pick<Stack, "db">, document: ConfigInput): Promise<void> {
  const halved = { ...document, routes: [{ id: "storm", chain: ["first", "gone"] }] };
  const { rows } = await stack.db.pool.query<{ id: number }>(
    `INSERT INTO revision (kind, actor, summary, document, content_hash)
     VALUES ('config', '{"type":"system","name":"storm"}', '{"type":"config","source":"bootstrap"}', $1, '')
     RETURNING id`,
    [JSON.stringify(halved)],
  );
  const notice = JSON.stringify({ kind: "revision", id: rows[0]?.id });
  await stack.db.pool.query("SELECT pg_notify($1, $2)", [noticeChannel, notice]);
}

type Asked = { user: string; status: number; revision: number; told: string };

async function ask(pool: Pool, key: string, user: string): Promise<Asked> {
  const asked: Asked = { user, status: 0, revision: 0, told: "" };
  try {
    const response = await pool.request({
      method: "POST",
      path: "/v1/chat/completions",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({
        model: "storm",
        user,
        messages: [{ role: "user", content: "Which generation are you?" }],
      }),
    });
    asked.status = response.statusCode;
    asked.revision = Number(response.headers["x-bellwether-revision"]);
    const text = await response.body.text();
    const answer = JSON.parse(text) as { choices?: { message: { content: string } }[] };
    asked.told = answer.choices?.[0]?.message.content ?? text;
  } catch (error) {
    asked.told = String(error);
  }
  return asked;
}

async function answersWith(stack: Pick<Stack, "url" | "key">, generation: number): Promise<void> {
  const pool = new Pool(stack.url);
  let told = "";
  try {
    for (let tries = 0; tries < 200; tries += 1) {
      ({ told } = await ask(pool, stack.key, `before-${tries}`));
      if (told === String(generation)) {
        return;
      }
      await sleep(25);
    }
    throw new Error(`the first revision of the storm did not arrive: ${told}`);
  } finally {
    await pool.close();
  }
}

async function traffic(
  stack: Pick<Stack, "url" | "key">,
  { callsPerSecond }: StormOptions,
  isOver: () => boolean,
): Promise<Asked[]> {
  const pool = new Pool(stack.url, { connections: 128 });
  const startedMs = performance.now();
  const calls: Promise<Asked>[] = [];
  while (!isOver()) {
    calls.push(ask(pool, stack.key, `call-${calls.length}`));
    const dueMs = startedMs + (calls.length * 1_000) / callsPerSecond;
    await sleep(Math.max(0, dueMs - performance.now()));
  }
  const all = await Promise.all(calls);
  await pool.close();
  return all;
}

type Provider = {
  origin: string;
  /** The generations that the attempts of each caller carried, wherever in them. */
  seen: Map<string, string[]>;
  close: () => Promise<void>;
};

async function openProvider(): Promise<Provider> {
  const seen = new Map<string, string[]>();
  let firsts = 0;
  const server = createServer((request, response) => {
    readText(request)
      .then(async (text) => {
        if (request.method === "GET") {
          response.end('{"object":"list","data":[]}');
          return;
        }
        const body = JSON.parse(text) as { model: string; user: string };
        const [, place = "", inPath = ""] = (request.url ?? "").split("/");
        const inKey = /key-(\d+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "none";
        const inHeader = String(request.headers["x-generation"]);
        const inModel = body.model.replace("m-", "");
        seen.set(body.user, [...(seen.get(body.user) ?? []), inPath, inKey, inHeader, inModel]);
        firsts += place === "first" ? 1 : 0;
        if (place === "first" && firsts % 3 === 0) {
          // Late enough for the next revision to come between two attempts of a call.
          await sleep(150);
          response.writeHead(503).end('{"error":{"message":"busy"}}');
          return;
        }
        response.setHeader("content-type", "application/json");
        response.end(completion(inPath));
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function completion(content: string): string {
  return JSON.stringify({
    id: "c",
    object: "chat.completion",
    created: 1,
    model: "m",
    choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  });
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const piece of request) {
    text += String(piece);
  }
  return text;
}
