import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { load } from "../../support/load";
import {
  environmentOf,
  freePort,
  listProcesses,
  startProduct,
  untilGone,
  type Product,
} from "../../support/product";
import { eventually } from "../../support/stack";
import { tell } from "../../support/tell";

// Several gateway processes behind one port. Each test goes on with what the one before it left running.
let dataDir: string;
let product: Product;
let operations: string;
let key: string;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "bellwether-processes-"));
  chmodSync(dataDir, 0o711);
  const port = await freePort();
  operations = `http://127.0.0.1:${port}`;
  product = await startProduct({
    dataDir,
    env: { GATEWAY_PROCESSES: "2", METRICS_PORT: String(port), DRAIN_SECONDS: "3" },
  });
  await product.ready;
  key = readFileSync(join(dataDir, "app-key"), "utf8").trim();
});

afterAll(async () => {
  for (const { pid } of await untilGone(dataDir, 0)) {
    process.kill(pid, "SIGKILL");
  }
  rmSync(dataDir, { recursive: true, force: true });
});

function gateways(): number[] {
  return listProcesses(dataDir)
    .filter(({ part }) => part === "gateway")
    .map(({ pid }) => pid)
    .toSorted((a, b) => a - b);
}

function origin(): string {
  return `http://127.0.0.1:${product.ports.gateway}`;
}

async function statusOf(path: string): Promise<number> {
  return (await fetch(operations + path)).status;
}

interface LiveNode {
  id: string;
  live: boolean;
}

async function liveNodes(): Promise<string[]> {
  const answer = await fetch(`http://127.0.0.1:${product.ports.dashboard}/api/health`);
  const { nodes } = (await answer.json()) as { nodes: LiveNode[] };
  return nodes.filter(({ live }) => live).map(({ id }) => id);
}

function loadUntil(until: () => boolean): ReturnType<typeof load> {
  const at = { model: "gpt-4.1", perSecond: 50, forMs: 60_000 };
  return load({ url: origin(), key }, { ...at, isOver: until });
}

describe("two gateway processes", () => {
  it("share the port, and are a node each", async () => {
    expect(gateways()).toHaveLength(2);
    const name = `${hostname()}:${product.ports.gateway}`;
    await eventually(async () => (await liveNodes()).length === 2, 10_000);
    expect(await liveNodes()).toEqual([`${name}/0`, `${name}/1`]);
    expect(environmentOf(gateways()[0]!)["BELLWETHER_ADMIN_TOKEN"]).toBeUndefined();
    expect(await statusOf("/readyz")).toBe(200);
    expect(await statusOf("/healthz")).toBe(200);
    expect(await statusOf("/anything")).toBe(404);
  });

  it("share the connections that come", async () => {
    const nodes = new Set<string>();
    // Whom the kernel gives a connection is chance: one burst may go to one of them alone.
    await eventually(async () => {
      const answers = await Promise.all(Array.from({ length: 40 }, answered));
      for (const id of answers) {
        nodes.add(await nodeOf(id));
      }
      return nodes.size === 2 ? nodes : undefined;
    }, 20_000);
  });

  /** A call on a connection of its own; its id. */
  async function answered(): Promise<string> {
    const answer = await fetch(`${origin()}/v1/chat/completions`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        connection: "close",
      },
      body: JSON.stringify({
        model: "gpt-4.1",
        max_tokens: 1,
        messages: [{ role: "user", content: "Hi" }],
      }),
    });
    await answer.text();
    return answer.headers.get("x-request-id")!;
  }

  function nodeOf(callId: string): Promise<string> {
    return eventually(async () => {
      const call = await fetch(`http://127.0.0.1:${product.ports.dashboard}/api/calls/${callId}`);
      return call.status === 200 ? ((await call.json()) as { nodeId: string }).nodeId : undefined;
    }, 10_000);
  }

  it("are one set of metrics, with what belongs to each beside the other's", async () => {
    const text = await (await fetch(`${operations}/metrics`)).text();
    const name = `${hostname()}:${product.ports.gateway}`;
    for (const slot of [0, 1]) {
      expect(text).toContain(`bellwether_revision_applied{node="${name}/${slot}"} `);
    }
    const calls = [...text.matchAll(/^bellwether_calls_total\{.*outcome="served".*\} (\d+)$/gm)];
    const sum = calls.reduce((all, [, value]) => all + Number(value), 0);
    expect(sum).toBeGreaterThanOrEqual(40);
  });

  it("one that is killed is started again under its name, said once, while the other serves", async () => {
    const before = gateways();
    const [victim] = before;
    const isBack = (): boolean => product.output().includes("serves again");
    const running = loadUntil(isBack);
    await sleep(500);
    process.kill(victim!, "SIGKILL");
    await eventually(isBack, 15_000);
    const after = gateways();
    expect(after).toHaveLength(2);
    expect(after).not.toContain(victim);
    expect(product.output().match(/^error: .*/gm)).toEqual([
      expect.stringMatching(
        /^error: the gateway \S+\/[01] ended unexpectedly: killed by SIGKILL; it is started again now$/,
      ),
    ]);
    // Whoever was on the killed one's connections lost them; nobody else lost anything.
    const lost = (await running).filter(({ isWhole }) => !isWhole);
    expect(lost.filter(({ status }) => status !== 0)).toEqual([]);
    await eventually(async () => (await liveNodes()).length === 2, 10_000);
  });

  it("fresh ones take their places under load without a failed call", async () => {
    const before = gateways();
    const isDone = (): boolean => product.output().includes("fresh gateway processes serve");
    const running = loadUntil(isDone);
    await sleep(500);
    process.kill(product.pid, "SIGUSR2");
    await eventually(isDone, 40_000);
    const calls = await running;
    expect(gateways()).toHaveLength(2);
    expect(gateways().filter((pid) => before.includes(pid))).toEqual([]);
    const failed = calls.filter(({ isWhole }) => !isWhole);
    tell(`rolling restart of 2 processes: ${failed.length} of ${calls.length} calls failed`);
    expect(failed).toEqual([]);
    expect(await statusOf("/readyz")).toBe(200);
  });

  it("a stop answers a stream that takes too long with an error event, and then ends in order", async () => {
    const call = await fetch(`${origin()}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({
        model: "gpt-4.1",
        stream: true,
        max_tokens: 100_000,
        messages: [{ role: "user", content: "Write 100000 words." }],
      }),
    });
    const stoppedMs = performance.now();
    process.kill(product.pid, "SIGTERM");
    await eventually(async () => (await statusOf("/readyz")) === 503);
    const text = await call.text();
    expect(performance.now() - stoppedMs).toBeGreaterThan(2_900);
    const last = text.trimEnd().split("\n\n").at(-1)!;
    expect(JSON.parse(last.slice("data: ".length))).toMatchObject({
      error: { code: "shutting_down", type: "server_error" },
    });
    expect(text).not.toContain("[DONE]");
    expect(await product.ended).toEqual({ code: 0, signal: null });
    expect(product.output().match(/^error: .*/gm)).toHaveLength(1);
  });
});
