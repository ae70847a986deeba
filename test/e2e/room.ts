import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import type { HealthView } from "@/lib/shared/contract";
import type { FaultInput } from "@/lib/wall/fault-kinds";
import type { Attempt } from "@/lib/wall/journal";
import { launchBrowser } from "../support/browser";
import { type Product, type ProductOptions, startProduct } from "../support/product";
import { eventually } from "../support/stack";

/** What one call of the load came to. */
export interface Answer {
  /** Epoch milliseconds. */
  startedAtMs: number;
  /** 0 when the connection broke. */
  status: number;
  model: string | null;
  region: string | null;
}

export interface Load {
  /** In the order in which they ended. */
  answers: readonly Answer[];
  /** Resolves with all answers once the last one has ended. */
  stop: () => Promise<readonly Answer[]>;
}

/** The built product on ports and data of its own, its wall, and a browser in front of it. */
export interface Room {
  product: Product;
  dataDir: string;
  /** The application key. */
  key: string;
  dashboard: (path: string) => string;
  /** A page of a new profile that shows `path` (`/overview`) and follows it live. */
  open: (context?: BrowserContextOptions, path?: string) => Promise<Page>;
  /** Between two tests: ends the loads, closes the pages and removes the faults. */
  quiet: () => Promise<void>;
  /** A chat completion at the gateway, or at `origin`. */
  call: (
    body: Record<string, unknown>,
    init?: { headers?: Record<string, string>; signal?: AbortSignal; origin?: string },
  ) => Promise<Response>;
  /** Calls at a steady pace until it is stopped. */
  load: (model: string, headers?: Record<string, string>) => Load;
  health: () => Promise<HealthView>;
  /** A request to the operator API as this machine's operator. */
  ask: (method: string, path: string, body?: unknown) => Promise<Response>;
  /** Faults that stand until `mend`. */
  breakDown: (...faults: FaultInput[]) => Promise<void>;
  mend: () => Promise<void>;
  /** What the provider saw. */
  attempts: (since?: number) => Promise<Attempt[]>;
  stop: () => Promise<void>;
}

export const desk = { width: 1440, height: 1000 };
export const phone = { width: 390, height: 844 };

/** The load: so many calls, each for so many tokens. */
export const callsPerSecond = 50;
export const maxTokens = 2;

/** Starts the product and a browser. */
export async function openRoom(env: ProductOptions["env"] = {}): Promise<Room> {
  const dataDir = await mkdtemp(join(tmpdir(), "bellwether-e2e-"));
  // Where root starts it, PostgreSQL runs as somebody else, who has to pass through.
  await chmod(dataDir, 0o711);
  const product = await startProduct({ dataDir, env: { DRAIN_SECONDS: "2", ...env } });
  const [browser] = await Promise.all([launchBrowser(), product.ready]);
  const key = (await readFile(join(dataDir, "app-key"), "utf8")).trim();
  const { ports } = product;
  const at = (port: number, path: string): string => `http://127.0.0.1:${port}${path}`;
  const dashboard = (path: string): string => at(ports.dashboard, path);
  const wall = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(at(ports.wall, `/_wall/${path}`), jsonRequest(method, body));
    const text = await response.text();
    expect(response.ok, text).toBe(true);
    return JSON.parse(text);
  };
  const call: Room["call"] = (body, { headers = {}, signal, origin } = {}) =>
    fetch(`${origin ?? at(ports.gateway, "")}/v1/chat/completions`, {
      ...(signal === undefined ? {} : { signal }),
      method: "POST",
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        ...headers,
      },
      body: JSON.stringify({ messages: [{ role: "user", content: "Say hello." }], ...body }),
    });
  const loads: Load[] = [];
  return {
    product,
    dataDir,
    key,
    dashboard,
    open: (context, path = "/overview") => openPage(browser, dashboard(path), context),
    async quiet() {
      await Promise.all([
        ...loads.splice(0).map((load) => load.stop()),
        ...browser.contexts().map((context) => context.close()),
        wall("DELETE", "faults"),
      ]);
    },
    call,
    load(model, headers = {}) {
      const load = startLoad(() => call({ model, max_tokens: maxTokens }, { headers }));
      loads.push(load);
      return load;
    },
    async health() {
      const response = await fetch(dashboard("/api/health"));
      return (await response.json()) as HealthView;
    },
    ask: (method, path, body) => fetch(dashboard(`/api/${path}`), jsonRequest(method, body)),
    async breakDown(...faults) {
      await wall("POST", "faults", faults);
    },
    async mend() {
      await wall("DELETE", "faults");
    },
    async attempts(since = 0) {
      const seen = (await wall("GET", `attempts?since=${since}&limit=10000`)) as {
        attempts: Attempt[];
      };
      return seen.attempts;
    },
    async stop() {
      await browser.close();
      process.kill(product.pid, "SIGTERM");
      await product.ended;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** What a reader sees of an element; a space that does not break is a space. */
export async function textOf(locator: Locator): Promise<string> {
  return (await locator.innerText()).replaceAll("\u00a0", " ");
}

/** Waits until the element's text contains `text`. */
export async function shows(locator: Locator, text: string, withinMs = 5_000): Promise<void> {
  await eventually(async () => {
    expect(await textOf(locator)).toContain(text);
    return true;
  }, withinMs);
}

type Tier = "T0" | "T1" | "T2";

/**
 * Does something that may ask first, and says yes to what it asks: with a reason and the name where the server wants them.
 * Resolves with the tier that was asked, or `T0` when it happened at once.
 */
export async function confirmed(
  page: Page,
  name: string,
  act: () => Promise<unknown>,
): Promise<Tier> {
  const tiers: Tier[] = [];
  const answer = page.waitForResponse(async (response) => {
    if (!response.url().endsWith("/api/impact")) {
      return false;
    }
    // The preview of a draft is given up when the draft is saved: it has no body then.
    const body = (await response.json().catch(() => null)) as { tier: Tier } | null;
    tiers.push(...(body === null ? [] : [body.tier]));
    return body !== null;
  });
  await act();
  await answer;
  const [tier = "T0"] = tiers;
  if (tier !== "T0") {
    await sayYes(page, name);
  }
  return tier;
}

/** Fills in what the open sheet asks for, and confirms it. */
export async function sayYes(page: Page, name: string, title = "confirm-title"): Promise<void> {
  // Not any dialog: that of a conflict may follow at once.
  const sheet = page.locator(`dialog[aria-labelledby="${title}"]`);
  await sheet.waitFor();
  const fields = sheet.getByRole("textbox");
  await fields.first().fill("a test");
  if ((await fields.count()) > 1) {
    await fields.last().fill(name);
  }
  await sheet.locator('button[type="submit"]').click();
  await sheet.waitFor({ state: "hidden" });
}

/** The cell of a target in the grid. */
export function cellOf(page: Page, targetId: string): Locator {
  return page.getByTestId(`target-${targetId}`);
}

/** The word for a target's state in the grid. */
export function stateOf(page: Page, targetId: string): Locator {
  return cellOf(page, targetId).getByTestId("state");
}

async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ viewport: desk, locale: "en-US", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(url);
  await untilLive(page);
  return page;
}

/** Waits until the page follows the event stream. */
export async function untilLive(page: Page): Promise<void> {
  await page.locator('[data-testid="live"][data-link="live"]').waitFor();
}

function jsonRequest(method: string, body: unknown): RequestInit {
  return body === undefined
    ? { method }
    : { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

function startLoad(call: () => Promise<Response>): Load {
  const answers: Answer[] = [];
  const running = new Set<Promise<void>>();
  const one = async (): Promise<void> => {
    const startedAtMs = Date.now();
    try {
      const response = await call();
      await response.arrayBuffer();
      const { status, headers } = response;
      const [model, region] = ["model", "region"].map((name) =>
        headers.get(`x-bellwether-${name}`),
      );
      answers.push({ startedAtMs, status, model: model ?? null, region: region ?? null });
    } catch {
      answers.push({ startedAtMs, status: 0, model: null, region: null });
    }
  };
  const begunAtMs = performance.now();
  let sent = 0;
  // By the clock and not by the tick: a busy machine must not lighten the load.
  const timer = setInterval(() => {
    const due = ((performance.now() - begunAtMs) * callsPerSecond) / 1_000;
    for (; sent < due; sent += 1) {
      const ending = one().finally(() => running.delete(ending));
      running.add(ending);
    }
  }, 1_000 / callsPerSecond);
  return {
    answers,
    async stop() {
      clearInterval(timer);
      await Promise.all(running);
      return answers;
    },
  };
}
