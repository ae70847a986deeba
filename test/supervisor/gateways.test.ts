import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startGateways, type Gateways } from "@/lib/supervisor/gateways";

interface Status {
  slot: number;
  pid: number;
  env: string[];
}

let folder: string;
let gateways: Gateways;
let said: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bellwether-gateways-"));
  said = [];
});

afterEach(async () => {
  await gateways.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function startTwo(): Promise<void> {
  const say = (line: string): void => void said.push(line);
  gateways = startGateways({
    script: resolve("test/support/fake-gateway.mjs"),
    env: { NODE_ENV: "test", FAIL: join(folder, "fail"), PATH: process.env["PATH"] },
    processes: 2,
    nodeName: "name",
    stopLimitMs: 5_000,
    forced: new AbortController().signal,
    log: { info: say, warn: say, error: say },
  });
  gateways.go();
  await gateways.ready;
}

async function statuses(): Promise<Status[]> {
  const all = (await gateways.statuses()) as Status[];
  return all.toSorted((a, b) => a.slot - b.slot);
}

async function untilSlots(...slots: number[]): Promise<Status[]> {
  return vi.waitFor(
    async () => {
      const all = await statuses();
      expect(all.map(({ slot }) => slot)).toEqual(slots);
      return all;
    },
    { timeout: 5_000, interval: 20 },
  );
}

function untilSaid(text: string): Promise<void> {
  return vi.waitFor(() => expect(said.join("\n")).toContain(text), {
    timeout: 5_000,
    interval: 20,
  });
}

it("gives each process its place, and the environment that it was given and nothing else", async () => {
  vi.stubEnv("CANARY", "our own");
  await startTwo();
  const all = await untilSlots(0, 1);
  for (const { env } of all) {
    expect(env).not.toContain("CANARY");
    expect(env).toContain("FAIL");
  }
  vi.unstubAllEnvs();
});

it("starts one that crashes again in its place, at once and then after a while", async () => {
  await startTwo();
  const [, victim] = await untilSlots(0, 1);
  process.kill(victim!.pid, "SIGKILL");
  await untilSaid("name/1 ended unexpectedly: killed by SIGKILL; it is started again now");
  await untilSaid("name/1 serves again");
  const [, again] = await untilSlots(0, 1);
  expect(again!.pid).not.toBe(victim!.pid);
  process.kill(again!.pid, "SIGKILL");
  await untilSaid("it is started again in 0.5 s");
  await untilSlots(0, 1);
});

it("replaces all one after the other, under the one free name and those that become free", async () => {
  await startTwo();
  const before = (await untilSlots(0, 1)).map(({ pid }) => pid);
  await gateways.roll();
  const after = await untilSlots(0, 2);
  expect(after.filter(({ pid }) => before.includes(pid))).toEqual([]);
  await gateways.roll();
  await untilSlots(1, 2);
});

it("leaves those that run where a fresh one does not start", async () => {
  await startTwo();
  const before = await untilSlots(0, 1);
  writeFileSync(join(folder, "fail"), "");
  await gateways.roll();
  expect(said.at(-1)).toBe("a fresh gateway process did not start; the ones that run stay");
  expect(await untilSlots(0, 1)).toEqual(before);
});

it("has as many as before when an old one crashes in the middle of it", async () => {
  await startTwo();
  const [first] = await untilSlots(0, 1);
  const rolled = gateways.roll();
  process.kill(first!.pid, "SIGKILL");
  await rolled;
  const after = await statuses();
  expect(after).toHaveLength(2);
  expect(said.filter((line) => line.includes("ended unexpectedly"))).toEqual([]);
});

it("tells how it went when one does not start the first time", async () => {
  writeFileSync(join(folder, "fail"), "");
  await expect(startTwo()).rejects.toThrow("no luck");
});
