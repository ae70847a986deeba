import { afterEach, describe, expect, it } from "vitest";
import { startLoad } from "@/lib/wall/load";
import { runWall } from "@/lib/wall/main";
import { startWall, type Wall } from "@/lib/wall/server";
import { chat, eventually, failureCode } from "./client";

const walls: Wall[] = [];

async function started(options: Parameters<typeof runWall>[0] = {}): Promise<Wall> {
  const wall = await runWall({ latencyScale: 0, ...options });
  walls.push(wall);
  return wall;
}

afterEach(async () => {
  await Promise.all(walls.splice(0).map((wall) => wall.close()));
});

describe("a wall", () => {
  it("fails to start with a typed error when its port is taken", async () => {
    const { port } = await started();
    await expect(startWall({ port })).rejects.toMatchObject({
      name: "WallError",
      code: "address_in_use",
    });
  });

  it("closes at once, whatever is in flight", async () => {
    const wall = await startWall({ latencyScale: 0 });
    wall.fault({ kind: "silent" });
    const asked = failureCode(chat(wall));
    await eventually(() => wall.attempts()[0]);
    await wall.close();
    expect(await asked).toMatch(/UND_ERR_SOCKET|ECONNRESET/);
    expect(await failureCode(chat(wall))).toBe("ECONNREFUSED");
  });

  it("takes its time at scale 1", async () => {
    const wall = await started({ latencyScale: 1 });
    const startMs = performance.now();
    const response = await chat(wall, { max_tokens: 4 });
    await response.body.dump();
    expect(performance.now() - startMs).toBeGreaterThan(60 * 0.9);
  });
});

describe("the demo load", () => {
  it("sends calls until it is stopped, survives refusals, and signs as bellwether-demo", async () => {
    const wall = await started();
    const stop = new AbortController();
    const errors: unknown[] = [];
    const stopped = startLoad({
      url: wall.baseUrl("alpha").replace(/\/v1$/, ""),
      key: wall.key,
      model: "gpt-4.1",
      perSecond: 200,
      signal: stop.signal,
      onError: (error) => errors.push(error),
    });
    await eventually(() => (wall.attempts().length >= 20 ? true : undefined));
    expect(errors).toEqual([]);
    expect(new Set(wall.attempts().map(({ user_agent }) => user_agent))).toEqual(
      new Set(["bellwether-demo"]),
    );
    wall.fault({ kind: "refuse" });
    await eventually(() => (errors.length >= 2 ? true : undefined));
    stop.abort();
    await stopped;
    await expectQuiet(wall);
  });

  it("never has more than 8 calls in flight", async () => {
    const wall = await started();
    wall.fault({ kind: "silent" });
    const stop = new AbortController();
    const stopped = startLoad({
      url: wall.baseUrl("beta").replace(/\/v1$/, ""),
      key: wall.key,
      model: "gpt-4.1",
      perSecond: 1_000,
      signal: stop.signal,
    });
    await eventually(() => (wall.attempts().length === 8 ? true : undefined));
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(wall.attempts()).toHaveLength(8);
    stop.abort();
    await stopped;
  });

  it("stops with the wall that runs it", async () => {
    const gateway = await started();
    const wall = await startRun(gateway);
    await eventually(() => (gateway.attempts().length > 0 ? true : undefined));
    await wall.close();
    await expectQuiet(gateway);
  });
});

function startRun(gateway: Wall): Promise<Wall> {
  const gatewayUrl = gateway.baseUrl("alpha").replace(/\/v1$/, "");
  return runWall({
    latencyScale: 0,
    load: { gatewayUrl, appKey: gateway.key, perSecond: 200 },
  });
}

// What was on the wire when the load stopped may still arrive, nothing after it.
async function expectQuiet(wall: Wall): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 100));
  const sent = wall.attempts().length;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(wall.attempts()).toHaveLength(sent);
}
