import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { wordsOf } from "../components/words";
import { eventually } from "../support/stack";
import { expectNoOverflow, objections } from "./axe";
import { cellOf, desk, openRoom, phone, type Room } from "./room";

const broken = "alpha:eu-west:claude-sonnet-4-5";

/** Scrolls through the page, so that what waits to be near is drawn. */
async function seeAll(page: Page): Promise<void> {
  await page.keyboard.press("End");
  await page.locator("[data-drawing]").first().waitFor();
  await page.keyboard.press("Home");
}

describe("with traffic", () => {
  let room: Room;

  beforeAll(async () => {
    room = await openRoom();
    for (const model of ["gpt-4.1", "claude-sonnet-4-5", "auto", "no-such-model"]) {
      await (await room.call({ model })).arrayBuffer();
    }
  });

  afterEach(() => room.quiet());

  afterAll(() => room.stop());

  async function breakTarget(): Promise<void> {
    await room.breakDown({
      kind: "status",
      status: 503,
      model: "claude-sonnet-4-5",
      region: "eu-west",
    });
    // A lone call tries the only target in its region for seconds: what opens it is many callers.
    const load = room.load("claude-sonnet-4-5", { "x-region": "eu-west" });
    await eventually(async () => {
      const { targets } = await room.health();
      const found = targets.find(({ id }) => id === broken);
      expect(found).toMatchObject({ state: "down" });
      return found;
    }, 15_000);
    await load.stop();
  }

  // Every two of the four choices meet in each of their combinations.
  it.each([
    ["light", "en-US", "data", desk],
    ["light", "ko-KR", "a broken target", phone],
    ["dark", "en-US", "a broken target", phone],
    ["dark", "ko-KR", "data", phone],
    ["dark", "ko-KR", "a broken target", desk],
  ] as const)(
    "axe objects to nothing: %s, %s, %s, %o",
    async (colorScheme, locale, state, viewport) => {
      if (state === "a broken target") {
        await breakTarget();
      }
      const page = await room.open({ colorScheme, locale, viewport });
      await seeAll(page);
      expect(await objections(page)).toEqual([]);
      await expectNoOverflow(page);
    },
  );

  it("axe objects to nothing that opens", async () => {
    const { say } = wordsOf("en");
    const opened = "[role=dialog], dialog[open]";
    const page = await room.open();
    await cellOf(page, broken).click();
    await page.getByRole("button", { name: say({ key: "form.turnOff" }), exact: true }).waitFor();
    expect(await objections(page, opened)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByTestId("mark").first().focus();
    await page.keyboard.press("Enter");
    await page.getByTestId("change").waitFor();
    expect(await objections(page, opened)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.goto(room.dashboard("/requests"));
    await page.getByTestId("call").first().click();
    await page.getByText(say({ key: "call.facts.title" })).waitFor();
    expect(await objections(page, opened)).toEqual([]);
    await page.keyboard.press("Escape");
    // The page has no keys while something stands before it.
    await page.locator(opened).waitFor({ state: "detached" });
    await page.keyboard.press("Shift+Slash");
    await page.getByText(say({ key: "help.reorder" })).waitFor();
    expect(await objections(page, opened)).toEqual([]);
  });

  it("a grid of many rows is one stop of Tab, tells its place in all of them, and is walked by keys", async () => {
    const more = Array.from({ length: 41 }, (_, index) => `model-${index}`);
    const before = await (await room.ask("GET", "config")).text();
    const added = more.map((id) => `  - { id: ${id}, targets: [{ provider: alpha }] }\n`);
    const text = before.replace(/^models:\n/m, `models:\n${added.join("")}`);
    expect((await room.ask("PUT", "config", { text })).status).toBe(200);
    const { models } = await room.health();
    expect(models.length).toBeGreaterThan(40);
    const page = await room.open({}, "/matrix");
    const grid = page.getByRole("grid");
    const focused = grid.locator(":focus");
    expect(await grid.getAttribute("aria-rowcount")).toBe(String(models.length + 1));
    // What is not near the window is not laid out, and is there all the same.
    expect(await grid.getByRole("row").count()).toBe(models.length + 1);
    await grid.locator('[tabindex="0"]').focus();
    await page.keyboard.press("Control+End");
    await expect.poll(() => focused.getAttribute("data-row")).toBe(String(models.length));
    await expect.poll(() => focused.getAttribute("data-column")).toBe("4");
    const row = grid.getByRole("row").filter({ has: page.locator(":focus") });
    expect(await row.getAttribute("aria-rowindex")).toBe(String(models.length + 1));
    // Rows that come near the window are laid out a frame later, and may move it once more.
    const bottom = async (): Promise<number> => {
      const box = await focused.boundingBox();
      return box!.y + box!.height;
    };
    await expect.poll(bottom).toBeLessThanOrEqual(desk.height);
    // Targets that fail get another line, above who stands there too, in a browser that does not make up for it.
    const grown = "html { overflow-anchor: none } [role=gridcell] { min-height: 200px }";
    await page.addStyleTag({ content: grown });
    await expect.poll(bottom).toBeLessThanOrEqual(desk.height);
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowUp");
    await expect.poll(() => focused.getAttribute("data-row")).toBe(String(models.length - 1));
    expect(await grid.locator('[tabindex="0"]').count()).toBe(1);
    await page.keyboard.press("Control+Home");
    await expect.poll(() => focused.getAttribute("data-row")).toBe("1");
  });
});

describe("without any call", () => {
  let folder: string;
  let room: Room;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "bellwether-e2e-config-"));
    const config = join(folder, "bellwether.yaml");
    await writeFile(
      config,
      `providers:
  - id: nobody
    base_url: http://127.0.0.1:9/v1
    api_key: env:NOBODYS_KEY
    allow_private_network: true
models:
  - id: some-model
    targets: [{ provider: nobody }]
routes:
  - id: auto
    chain: [some-model]
`,
    );
    room = await openRoom({
      BELLWETHER_DEMO: "off",
      BELLWETHER_CONFIG: config,
      NOBODYS_KEY: "a-key-of-nobody",
    });
  });

  afterAll(async () => {
    await room.stop();
    await rm(folder, { recursive: true });
  });

  it.each([
    ["light", "en", "en-US", desk],
    ["dark", "ko", "ko-KR", phone],
  ] as const)(
    "axe objects to nothing of the empty page: %s, %s",
    async (colorScheme, language, locale, viewport) => {
      const page = await room.open({ colorScheme, locale, viewport });
      await page.getByText(wordsOf(language).say({ key: "setup.title" })).waitFor();
      expect(await objections(page)).toEqual([]);
      await expectNoOverflow(page);
    },
  );
});
