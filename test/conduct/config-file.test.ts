import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFileClaim } from "@/lib/control/file-claim";
import { watchConfigFile } from "@/lib/control/watch-file";
import { type Stack, eventually, startStack } from "../support/stack";

describe("the declarative file while the gateway runs", () => {
  let stack: Stack;
  let folder: string;
  beforeEach(async () => {
    [stack, folder] = await Promise.all([
      startStack(),
      mkdtemp(join(tmpdir(), "bellwether-file-")),
    ]);
  });
  afterEach(async () => {
    await stack.stop();
    await rm(folder, { recursive: true });
  });

  const text = (chain: string, key: string): string => `
allow_literal_secrets: true
providers:
  - { id: alpha, base_url: ${stack.wall.url}/alpha/v1, api_key: ${key}, allow_private_network: true }
models:
  - { id: gpt-4.1, targets: [{ provider: alpha }] }
  - { id: deepseek-v3, targets: [{ provider: alpha }] }
routes:
  - { id: auto, chain: [${chain}] }
`;

  it("rules as soon as it changes, and keeps the old one when it is wrong", async () => {
    const path = join(folder, "bellwether.yaml");
    const said: string[] = [];
    const say = (line: string): void => {
      said.push(line);
    };
    await writeFile(path, "");
    const stop = watchConfigFile(
      stack.db,
      path,
      { info: say, warn: say, error: say },
      createFileClaim(),
    );
    await writeFile(path, text("deepseek-v3, gpt-4.1", stack.wall.key));
    await eventually(
      async () => (await stack.chat()).headers.get("x-bellwether-model") === "deepseek-v3",
      10_000,
    );
    await writeFile(path, text("deepseek-v4, gpt-4.1", stack.wall.key));
    await eventually(() => said.some((line) => line.includes("deepseek-v4")), 10_000);
    expect(said.join("\n")).toMatch(/bellwether\.yaml:9:\d+ .*there is no model "deepseek-v4"/);
    expect((await stack.chat()).headers.get("x-bellwether-model")).toBe("deepseek-v3");
    await writeFile(path, text("gpt-4.1", stack.wall.key));
    await eventually(
      async () => (await stack.chat()).headers.get("x-bellwether-model") === "gpt-4.1",
      10_000,
    );
    await stop();
  });

  it("is published by one of several processes, and by the next one when that one ends", async () => {
    const answers = (model: string) => async (): Promise<boolean> =>
      (await stack.chat()).headers.get("x-bellwether-model") === model;
    const said: string[] = [];
    const say = (line: string): void => {
      said.push(line);
    };
    const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const [first, second] = [join(folder, "first.yaml"), join(folder, "second.yaml")];
    await writeFile(first, text("deepseek-v3", stack.wall.key));
    await writeFile(second, text("gpt-4.1", stack.wall.key));
    const stopFirst = watchConfigFile(stack.db, first, silent, createFileClaim());
    await eventually(answers("deepseek-v3"), 10_000);
    const log = { info: say, warn: say, error: say };
    const stopSecond = watchConfigFile(stack.db, second, log, createFileClaim());
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await writeFile(second, `${text("gpt-4.1", stack.wall.key)}# changed\n`);
    await eventually(() => said.length > 0, 10_000);
    expect(said).toEqual([
      `warning: ${second} differs from the file that another process published; it waits until that one has ended`,
    ]);
    expect(await answers("deepseek-v3")()).toBe(true);
    await stopFirst();
    await eventually(answers("gpt-4.1"), 10_000);
    await stopSecond();
  });
});
