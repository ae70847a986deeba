import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  environmentOf,
  listProcesses,
  startProduct,
  untilGone,
  type Product,
  type ProductProcess,
} from "../../support/product";
import { eventually } from "../../support/stack";

// Every test starts where the one before it stopped, as a user's data folder does.
let dataDir: string;
/** What a test leaves running for the next one, as a start takes seconds. */
let left: Product | undefined;

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), "bellwether-stopping-"));
  chmodSync(dataDir, 0o711);
});

afterEach(async () => {
  if (left === undefined) {
    await killAll();
  }
});

afterAll(async () => {
  await killAll();
  rmSync(dataDir, { recursive: true, force: true });
});

async function killAll(): Promise<void> {
  for (const { pid } of await untilGone(dataDir, 0)) {
    process.kill(pid, "SIGKILL");
  }
}

async function startReady(command: "npm" | "start" | "server" = "server"): Promise<Product> {
  const product = await startProduct({ dataDir, command });
  await product.ready;
  return product;
}

/** What the test before left, or a new start. */
async function goOn(command: "start" | "server"): Promise<Product> {
  const product = left;
  left = undefined;
  return product ?? startReady(command);
}

/** The parts in the order in which they ended. */
async function watchEnd(limitMs: number): Promise<ProductProcess["part"][]> {
  const gone: ProductProcess["part"][] = [];
  const deadline = performance.now() + limitMs;
  let alive = listProcesses(dataDir);
  while (alive.length > 0 && performance.now() < deadline) {
    const now = listProcesses(dataDir);
    gone.push(
      ...alive.filter(({ pid }) => !now.some((each) => each.pid === pid)).map((p) => p.part),
    );
    alive = now;
    await sleep(5);
  }
  expect(alive).toEqual([]);
  return gone.filter((part) => part !== "other");
}

function processOf(part: ProductProcess["part"]): number {
  return listProcesses(dataDir).find((each) => each.part === part)!.pid;
}

/** A call that streams for a few seconds, begun. */
async function beginCall({ ports }: Product, maxTokens: number): Promise<Response> {
  return fetch(`http://127.0.0.1:${ports.gateway}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${readFileSync(join(dataDir, "app-key"), "utf8").trim()}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({
      model: "gpt-4.1",
      stream: true,
      max_tokens: maxTokens,
      messages: [{ role: "user", content: `Write ${maxTokens} words.` }],
    }),
  });
}

it("says where everything is, with one command that works when pasted", async () => {
  const product = await startReady("start");
  const { gateway, dashboard } = product.ports;
  expect(product.output()).toContain(`http://127.0.0.1:${dashboard}\n`);
  expect(product.output()).toContain(`http://127.0.0.1:${gateway}/v1\n`);
  const curl = product
    .output()
    .split("\n")
    .filter((line) => line.startsWith("curl "));
  expect(curl).toHaveLength(1);
  const answer = execFileSync("sh", ["-c", curl[0]!], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  expect(JSON.parse(answer)).toMatchObject({ object: "chat.completion" });
  const key = join(dataDir, "app-key");
  expect(product.output()).toContain(readFileSync(key, "utf8").trim());
  expect(statSync(key).mode & 0o077).toBe(0);
  left = product;
});

describe.each([
  ["SIGTERM to node", "start", "SIGTERM", "process"],
  ["SIGTERM to npm", "npm", "SIGTERM", "process"],
  ["Ctrl-C in a terminal", "npm", "SIGINT", "group"],
  ["a closed terminal", "npm", "SIGHUP", "group"],
] as const)("%s", (_name, command, signal, receiver) => {
  it("ends everything in order, PostgreSQL last, after the running calls", async () => {
    const product = command === "start" ? await goOn(command) : await startReady(command);
    const call = await beginCall(product, 40);
    const watched = watchEnd(30_000);
    process.kill(receiver === "group" ? -product.pid : product.pid, signal);
    expect(await call.text()).toMatch(/data: \[DONE\]\s*$/);
    const order = (await watched).filter((part) => part !== "supervisor");
    expect(order.at(-1)).toBe("postgres");
    expect(order.at(-2)).toBe("wall");
    expect(product.output()).toMatch(/^stopped$/m);
    expect(product.output()).not.toMatch(/^error/m);
    if (command === "start") {
      expect(await product.ended).toEqual({ code: 0, signal: null });
    }
  });
});

it("cuts running calls at the second Ctrl-C, and still ends PostgreSQL in order", async () => {
  const product = await startReady();
  const call = await beginCall(product, 100_000);
  const cut = expect(call.text()).rejects.toThrow();
  process.kill(-product.pid, "SIGINT");
  await sleep(1_200);
  expect(listProcesses(dataDir).map(({ part }) => part)).toContain("gateway");
  process.kill(-product.pid, "SIGINT");
  await cut;
  expect(await untilGone(dataDir, 5_000)).toEqual([]);
  expect(readFileSync(join(dataDir, "postgres.log"), "utf8")).toMatch(/system is shut down/);
});

it.each(["dashboard", "wall"] as const)(
  "ends everything with one line and a failure when the %s is killed",
  async (part) => {
    const product = await startReady();
    process.kill(processOf(part), "SIGKILL");
    expect(await product.ended).toEqual({ code: 1, signal: null });
    expect(product.output().match(/^error.*/gm)).toEqual([
      `error: the ${part} ended unexpectedly: killed by SIGKILL`,
    ]);
    expect(product.output()).not.toMatch(/^\s+at /m);
    expect(listProcesses(dataDir)).toEqual([]);
    expect(readFileSync(join(dataDir, "postgres.log"), "utf8")).toMatch(/system is shut down/);
  },
);

it("leaves only PostgreSQL behind when it is killed itself, and takes it over at the next start", async () => {
  const product = await startReady();
  const postgres = processOf("postgres");
  process.kill(processOf("supervisor"), "SIGKILL");
  await product.ended;
  expect(await untilGone(dataDir, 10_000, ["postgres", "other"])).toEqual([]);
  const next = await startReady();
  expect(processOf("postgres")).toBe(postgres);
  left = next;
});

it("starts a gateway again that was killed, and says so", async () => {
  const product = await goOn("server");
  const before = processOf("gateway");
  process.kill(before, "SIGKILL");
  await eventually(() => product.output().includes("serves again"), 15_000);
  expect(product.output()).toMatch(
    /^error: the gateway \S+\/0 ended unexpectedly: killed by SIGKILL; it is started again now$/m,
  );
  expect(processOf("gateway")).not.toBe(before);
  const call = await beginCall(product, 2);
  expect(await call.text()).toMatch(/data: \[DONE\]\s*$/);
  process.kill(product.pid, "SIGTERM");
  expect(await product.ended).toEqual({ code: 0, signal: null });
  expect(await untilGone(dataDir, 5_000)).toEqual([]);
});

it("ends at once and in order when it is stopped while it starts", async () => {
  for (const delayMs of [50, 300, 700, 1_100, 1_500]) {
    const product = await startProduct({ dataDir, command: "start" });
    await sleep(delayMs);
    process.kill(product.pid, "SIGTERM");
    await product.ended;
    expect(await untilGone(dataDir, 5_000)).toEqual([]);
    expect(product.output()).not.toMatch(/^error/m);
  }
});

// Last: the first start with a key of its own leaves the demo, and nobody calls from here on.
it("gives a provider's key to the gateway and to nobody else", async () => {
  const product = await startProduct({
    dataDir,
    env: { OPENAI_API_KEY: "sk-canary-canary", BELLWETHER_ADMIN_TOKEN: "token-canary-canary" },
  });
  await product.ready;
  expect(environmentOf(processOf("gateway"))["OPENAI_API_KEY"]).toBe("sk-canary-canary");
  expect(environmentOf(processOf("gateway"))["BELLWETHER_ADMIN_TOKEN"]).toBeUndefined();
  const dashboard = environmentOf(processOf("dashboard"));
  expect(dashboard["BELLWETHER_ADMIN_TOKEN"]).toBe("token-canary-canary");
  expect(Object.keys(dashboard).sort()).toEqual(
    [
      ...[
        "PATH",
        "HOME",
        "TMPDIR",
        "NODE_ENV",
        "NODE_CHANNEL_FD",
        "NODE_CHANNEL_SERIALIZATION_MODE",
      ],
      ...["DATABASE_URL", "DIRECT_DATABASE_URL", "ROLE", "BELLWETHER_DEMO", "WALL_PORT"],
      "DRAIN_SECONDS",
      ...["DASHBOARD_HOST", "DASHBOARD_PORT", "GATEWAY_URL", "BELLWETHER_ADMIN_TOKEN"],
      ...["NEXT_TELEMETRY_DISABLED", "__NEXT_PROCESSED_ENV"],
    ].sort(),
  );
  expect(JSON.stringify(environmentOf(processOf("postgres")))).not.toContain("canary");
  left = product;
});

it("ends everything with one line and a failure when PostgreSQL is killed", async () => {
  const product = await goOn("server");
  process.kill(processOf("postgres"), "SIGKILL");
  expect(await product.ended).toEqual({ code: 1, signal: null });
  expect(product.output().match(/^error.*/gm)).toEqual(["error: PostgreSQL ended unexpectedly"]);
  expect(await untilGone(dataDir, 5_000)).toEqual([]);
});
