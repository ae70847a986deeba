import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "../support/browser";
import { type Product, startProduct } from "../support/product";
import { eventually } from "../support/stack";

const run = promisify(execFile);

describe("a new user", () => {
  let dataDir: string;
  let product: Product;
  let browser: Browser;
  let key: string;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "bellwether-e2e-"));
    product = await startProduct({ dataDir });
    await product.ready;
    key = (await readFile(join(dataDir, "app-key"), "utf8")).trim();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    process.kill(product.pid, "SIGTERM");
    await product.ended;
    await rm(dataDir, { recursive: true, force: true });
  });

  const dashboard = (path: string): string => `http://127.0.0.1:${product.ports.dashboard}${path}`;
  const call = (model: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${product.ports.gateway}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ model, messages: [{ role: "user", content: "Hi" }], max_tokens: 2 }),
    });
  const fault = async (body: object): Promise<void> => {
    const response = await fetch(`http://127.0.0.1:${product.ports.wall}/_wall/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(201);
  };
  /** 50 calls a second; resolves with status and region of each. */
  const load = async (
    model: string,
    forMs: number,
  ): Promise<{ status: number; region: string | null }[]> => {
    const calls: Promise<{ status: number; region: string | null }>[] = [];
    const startedMs = performance.now();
    while (performance.now() - startedMs < forMs) {
      calls.push(
        call(model).then(async (response) => {
          await response.arrayBuffer();
          return { status: response.status, region: response.headers.get("x-bellwether-region") };
        }),
      );
      const waitMs = startedMs + calls.length * 20 - performance.now();
      await new Promise((resolve) => {
        setTimeout(resolve, Math.max(0, waitMs));
      });
    }
    return Promise.all(calls);
  };
  const targetState = async (id: string): Promise<string | undefined> => {
    const health = (await (await fetch(dashboard("/api/health"))).json()) as {
      targets: { id: string; state: string }[];
    };
    return health.targets.find((target) => target.id === id)?.state;
  };

  it("pastes the printed line, is answered, and sees the call on the page", async () => {
    const line = /^curl .*$/m.exec(product.output())?.[0] ?? "";
    const { stdout } = await run("bash", ["-c", line]);
    expect(stdout).toContain('"chat.completion"');
    const page = await browser.newPage();
    await page.goto(dashboard("/overview"));
    await page.getByText("default", { exact: true }).first().waitFor({ timeout: 10_000 });
    await page.close();
  });

  it("breaks a region under load: no call fails, the matrix shows it, and it comes back by itself", async () => {
    const id = "alpha:us-east:gpt-4.1";
    await eventually(async () => (await targetState(id)) === "healthy", 20_000);
    const running = load("gpt-4.1", 6_000);
    await fault({
      kind: "status",
      status: 503,
      model: "gpt-4.1",
      region: "us-east",
      for_ms: 3_000,
    });
    const brokenMs = performance.now();
    await eventually(async () => (await targetState(id)) === "down", 10_000);
    const shownMs = performance.now() - brokenMs;
    const calls = await running;
    expect(calls.filter((one) => one.status !== 200)).toEqual([]);
    expect(calls.some((one) => one.region !== "us-east")).toBe(true);
    expect(shownMs).toBeLessThan(3_000);
    await eventually(async () => {
      await load("gpt-4.1", 500);
      return (await targetState(id)) === "healthy";
    }, 40_000);
  });

  it("breaks a model everywhere under load and no call to the chain fails", async () => {
    await fault({ kind: "status", status: 503, model: "gpt-4.1", for_ms: 2_000 });
    const calls = await load("auto", 3_000);
    expect(calls.filter((one) => one.status !== 200)).toEqual([]);
  });

  it.each([
    [1440, "light", "en-US"],
    [390, "dark", "ko-KR"],
  ] as const)(
    "finds nothing that axe objects to at %i, %s, %s",
    async (width, colorScheme, locale) => {
      const context = await browser.newContext({
        viewport: { width, height: 900 },
        colorScheme,
        locale,
      });
      const page = await context.newPage();
      await page.goto(dashboard("/overview"));
      await page.getByRole("heading", { level: 1 }).waitFor();
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map((one) => `${one.id}: ${one.nodes[0]?.html ?? ""}`)).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
      );
      expect(overflow).toBe(false);
      await context.close();
    },
  );
});
