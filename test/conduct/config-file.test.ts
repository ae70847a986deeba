import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
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
    const stop = watchConfigFile(stack.db, path, { info: say, warn: say, error: say });
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
});
