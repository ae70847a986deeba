import { spawn, spawnSync } from "node:child_process";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Stack, eventually, startStack } from "../support/stack";
// @ts-expect-error: plain JavaScript, as the article has it.
import { MultiRegionRouter as Router } from "./article/multi-region-router.mjs";
// @ts-expect-error: plain JavaScript, as the article has it.
import { SelfHealingClient as Client } from "./article/self-healing-client.mjs";

interface ArticleAnswer {
  choices: { message: { content: string } }[];
}
interface ArticleClient {
  checkModelHealth: () => Promise<Record<string, boolean>>;
  sendMessage: (
    prompt: string,
  ) => Promise<{ success: boolean; data: ArticleAnswer; modelUsed: string }>;
}
interface ArticleRouter {
  currentRegion: string;
  healthCheck: () => Promise<Record<string, { healthy: boolean; status: number }>>;
  chatCompletion: (messages: { role: string; content: string }[]) => Promise<ArticleAnswer>;
}

const SelfHealingClient = Client as new (baseUrl: string, key: string) => ArticleClient;
const MultiRegionRouter = Router as new (baseUrl: string, key: string) => ArticleRouter;
const python = spawnSync("python3", ["-c", "import requests"]).status === 0;

describe("the source article's clients, with nothing changed but base URL and key", () => {
  let stack: Stack;
  let baseUrl: string;
  beforeAll(async () => {
    stack = await startStack({
      latencyScale: 1,
      // The article's models live in its three regions only.
      document: (base) => ({
        ...base,
        models: (base.models ?? []).map((model) => ({
          ...model,
          targets: [{ provider: "alpha" }],
        })),
      }),
    });
    baseUrl = `${stack.url}/v1`;
  });
  afterAll(() => stack.stop());
  beforeEach(() => {
    stack.wall.clearFaults();
    stack.wall.clearAttempts();
  });

  it("the sequential client finds all four models healthy and is answered by the first", async () => {
    const client = new SelfHealingClient(baseUrl, stack.key);
    expect(await client.checkModelHealth()).toEqual({
      "gpt-4.1": true,
      "claude-sonnet-4-5": true,
      "gemini-2.5-flash": true,
      "deepseek-v3": true,
    });
    const result = await client.sendMessage("Explain quantum entanglement in simple terms");
    expect(result).toMatchObject({ success: true, modelUsed: "gpt-4.1" });
    expect(result.data.choices[0]?.message.content).not.toBe("");
  });

  it("the sequential client sees a model that is down everywhere as unhealthy and goes on", async () => {
    stack.wall.fault({ kind: "status", status: 503, model: "gpt-4.1", on: "chat" });
    const client = new SelfHealingClient(baseUrl, stack.key);
    expect(await client.checkModelHealth()).toMatchObject({
      "gpt-4.1": false,
      "claude-sonnet-4-5": true,
    });
    const result = await client.sendMessage("Explain quantum entanglement in simple terms");
    expect(result).toMatchObject({ success: true, modelUsed: "claude-sonnet-4-5" });
  });

  it.skipIf(!python)("the Python original works word for word", async () => {
    await recovered(stack);
    const result = await runPython([baseUrl, stack.key]);
    expect(result).toMatchObject({
      success: true,
      health: { "gpt-4.1": true, "deepseek-v3": true },
      error: null,
    });
  });

  it("the router finds three healthy regions and is answered from the one it names", async () => {
    await recovered(stack);
    const router = new MultiRegionRouter(baseUrl, stack.key);
    const health = await router.healthCheck();
    expect(Object.keys(health)).toEqual(["us-east", "eu-west", "ap-south"]);
    expect(Object.values(health).every((region) => region.healthy && region.status === 200)).toBe(
      true,
    );
    stack.wall.clearAttempts();
    router.currentRegion = "ap-south";
    const answer = await router.chatCompletion([{ role: "user", content: "Hello" }]);
    expect(answer.choices[0]?.message.content).not.toBe("");
    const served = stack.wall
      .attempts({ kind: "chat" })
      .filter((one) => one.user_agent !== "bellwether-probe");
    expect(served.map((one) => one.region)).toEqual(["ap-south"]);
  });

  it("the router is told 503 for a region in which nothing can answer, and is served all the same", async () => {
    await recovered(stack);
    stack.wall.fault({ kind: "status", status: 503, region: "us-east", on: "chat" });
    const ask = (model: string): Promise<Response> =>
      stack.chat({ model, max_tokens: 1 }, { headers: { "X-Region": "us-east" } });
    for (const model of ["gpt-4.1", "claude-sonnet-4-5", "gemini-2.5-flash", "deepseek-v3"]) {
      for (let call = 0; call < 3; call += 1) {
        expect((await ask(model)).status).toBe(200);
      }
    }
    const router = new MultiRegionRouter(baseUrl, stack.key);
    const health = await router.healthCheck();
    expect(health["us-east"]).toMatchObject({ healthy: false, status: 503 });
    expect(router.currentRegion).not.toBe("us-east");
    const answer = await router.chatCompletion([{ role: "user", content: "Hello" }]);
    expect(answer.choices[0]?.message.content).not.toBe("");
  });
});

/** Waits until every region answers again after the faults of the test before. */
async function recovered(stack: Stack): Promise<void> {
  stack.wall.clearFaults();
  await eventually(async () => {
    for (const model of ["gpt-4.1", "claude-sonnet-4-5", "gemini-2.5-flash", "deepseek-v3"]) {
      await (await stack.chat({ model, max_tokens: 1 })).arrayBuffer();
    }
    const down = await stack.db.prisma.targetState.findMany();
    return down.every(({ state }) => (state as { breaker: string }).breaker !== "open");
  }, 30_000);
}

function runPython(args: readonly string[]): Promise<unknown> {
  const script = new URL("article/self_healing_client.py", import.meta.url).pathname;
  const child = spawn("python3", [script, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.on("error", reject);
    child.on("close", () => {
      resolve(JSON.parse(output));
    });
  });
}
