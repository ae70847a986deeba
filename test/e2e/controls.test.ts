import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { type Intent } from "@/lib/shared/contract";
import { wordsOf } from "../components/words";
import { eventually } from "../support/stack";
import { objections } from "./axe";
import {
  confirmed,
  openRoom,
  phone,
  type Room,
  sayYes,
  shows,
  stateOf,
  textOf,
  untilLive,
} from "./room";

const { say } = wordsOf("en");
const chain = ["gpt-4.1", "claude-sonnet-4-5", "gemini-2.5-flash", "deepseek-v3"];
const inEffect = say({ key: "proof.applied.order", values: { of: 1, took: "" } });
const isOn = say({ key: "proof.applied.on", values: { of: 1, took: "" } });
const isOff = say({ key: "proof.applied.off", values: { of: 1, took: "" } });

let room: Room;

beforeAll(async () => {
  room = await openRoom();
});

beforeEach(async () => {
  await room.ask("PUT", "routes/auto", { chain });
});

afterEach(() => room.quiet());

afterAll(() => room.stop());

async function savedChain(): Promise<readonly string[] | undefined> {
  const { routes } = await room.health();
  return routes.find(({ id }) => id === "auto")?.chain;
}

async function savedIntent(
  type: "model" | "region" | "target",
  id: string,
): Promise<Intent | undefined> {
  const health = await room.health();
  return health[`${type}s`].find((each) => each.id === id)?.switch.intent;
}

/** The models as the page lists them. */
async function shownChain(page: Page): Promise<string[]> {
  const rows = page.getByRole("list", { name: chainName }).getByTestId(/^chain-/);
  const ids = await rows.evaluateAll((all) => all.map((row) => row.getAttribute("data-testid")));
  return ids.map((id) => id?.replace("chain-", "") ?? "");
}

const chainName = say({ key: "routes.chainOf", values: { id: "auto" } });

function grip(page: Page, model: string): Locator {
  return page.getByRole("button", {
    name: say({ key: "routes.grip", values: { model } }),
    exact: true,
  });
}

function button(page: Page, key: "routes.saveAll" | "routes.discard" | "views.title"): Locator {
  return page.getByRole("button", { name: say({ key }), exact: true });
}

async function save(page: Page): Promise<void> {
  await confirmed(page, "auto", () => button(page, "routes.saveAll").click());
}

function move(page: Page, way: "up" | "down", model: string): Locator {
  return page.getByRole("button", {
    name: say({ key: `routes.${way}`, values: { model } }),
    exact: true,
  });
}

/** Presses Tab until `wanted` has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let presses = 0; presses < 150; presses += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) {
      return;
    }
    await page.keyboard.press("Tab");
  }
  throw new Error("Tab does not lead there.");
}

it("moves a model by dragging it, and saves the order", async () => {
  const page = await room.open({}, "/routes/auto");
  const handle = grip(page, "deepseek-v3");
  // Dragging comes when the page has settled.
  await eventually(async () => (await handle.getAttribute("aria-describedby")) !== null);
  await handle.scrollIntoViewIfNeeded();
  const from = await handle.boundingBox();
  const to = await grip(page, "gpt-4.1").boundingBox();
  expect(from).not.toBeNull();
  expect(to).not.toBeNull();
  await page.mouse.move(from!.x + 8, from!.y + 8);
  await page.mouse.down();
  await page.mouse.move(from!.x + 8, from!.y - 8, { steps: 4 });
  await page.mouse.move(to!.x + 8, to!.y + 2, { steps: 12 });
  await page.mouse.up();
  const wanted = ["deepseek-v3", "gpt-4.1", "claude-sonnet-4-5", "gemini-2.5-flash"];
  await eventually(async () => {
    await expect.poll(() => shownChain(page)).toEqual(wanted);
    return true;
  });
  expect(await savedChain()).toEqual(chain);
  await save(page);
  await shows(page.getByTestId("route-proof"), inEffect);
  expect(await savedChain()).toEqual(wanted);
});

it("moves a model by Alt with an arrow, and saves the order, by the keyboard alone", async () => {
  const page = await room.open({}, "/routes/auto");
  await tabTo(page, grip(page, "gpt-4.1"));
  await page.keyboard.press("Alt+ArrowDown");
  await page.keyboard.press("Alt+ArrowDown");
  await page.keyboard.press("Alt+ArrowUp");
  const wanted = ["claude-sonnet-4-5", "gpt-4.1", "gemini-2.5-flash", "deepseek-v3"];
  await expect.poll(() => shownChain(page)).toEqual(wanted);
  await tabTo(page, button(page, "routes.saveAll"));
  await confirmed(page, "auto", () => page.keyboard.press("Enter"));
  await shows(page.getByTestId("route-proof"), inEffect);
  expect(await savedChain()).toEqual(wanted);
});

it("leaves who stands on a handle there when dragging comes", async () => {
  const page = await room.open({}, "/routes/auto");
  const handle = grip(page, "claude-sonnet-4-5");
  await handle.focus();
  await eventually(async () => (await handle.getAttribute("aria-describedby")) !== null);
  expect(await handle.evaluate((element) => element === document.activeElement)).toBe(true);
});

it("moves a model by buttons, and discards the order", async () => {
  const page = await room.open({}, "/routes/auto");
  await move(page, "up", "gemini-2.5-flash").click();
  await move(page, "down", "gpt-4.1").click();
  const wanted = ["gemini-2.5-flash", "gpt-4.1", "claude-sonnet-4-5", "deepseek-v3"];
  await expect.poll(() => shownChain(page)).toEqual(wanted);
  await shows(page.getByTestId("draft"), say({ key: "routes.draft", values: { n: 3 } }));
  await button(page, "routes.discard").click();
  expect(await shownChain(page)).toEqual(chain);
  expect(await savedChain()).toEqual(chain);
});

it("keeps an order that is not saved over a reload", async () => {
  const page = await room.open({}, "/routes/auto");
  await move(page, "up", "deepseek-v3").click();
  const wanted = ["gpt-4.1", "claude-sonnet-4-5", "deepseek-v3", "gemini-2.5-flash"];
  await page.reload();
  await untilLive(page);
  await eventually(async () => {
    await expect.poll(() => shownChain(page)).toEqual(wanted);
    return true;
  });
  await save(page);
  await shows(page.getByTestId("route-proof"), inEffect);
  expect(await savedChain()).toEqual(wanted);
});

it.each([
  ["leaves the other's order", "conflict.keep"],
  ["applies one's own over it", "conflict.overrule"],
] as const)(
  "shows both orders when somebody else saved in between, and %s",
  async (_what, choice) => {
    const page = await room.open({}, "/routes/auto");
    await move(page, "up", "claude-sonnet-4-5").click();
    const mine = ["claude-sonnet-4-5", "gpt-4.1", "gemini-2.5-flash", "deepseek-v3"];
    const theirs = chain.toReversed();
    expect((await room.ask("PUT", "routes/auto", { chain: theirs })).status).toBe(200);
    await save(page);
    const sheet = page.getByRole("dialog");
    await shows(sheet.getByTestId("theirs"), theirs.join(" → "));
    expect(await textOf(sheet.getByTestId("mine"))).toBe(mine.join(" → "));
    expect(await savedChain()).toEqual(theirs);
    const choose = (): Promise<void> =>
      sheet.getByRole("button", { name: say({ key: choice }) }).click();
    await (choice === "conflict.keep" ? choose() : confirmed(page, "auto", choose));
    const wanted = choice === "conflict.keep" ? theirs : mine;
    await eventually(async () => {
      await expect.poll(() => shownChain(page)).toEqual(wanted);
      expect(await savedChain()).toEqual(wanted);
      return true;
    });
    await sheet.waitFor({ state: "hidden" });
  },
);

it("switches one target by arrows and Space in the grid, probes it by b, and turns it off until an end from its popover and from its model's page", async () => {
  const id = "alpha:eu-west:claude-sonnet-4-5";
  const page = await room.open({}, "/matrix");
  const grid = page.getByRole("grid");
  await tabTo(page, grid.locator('[tabindex="0"]').first());
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  const cell = page.getByTestId(`target-${id}`);
  expect(await cell.evaluate((element) => element === document.activeElement)).toBe(true);
  await page.keyboard.press("Space");
  await shows(cell.getByTestId("why"), isOff);
  expect(await savedIntent("target", id)).toBe("draining");
  await page.keyboard.press("Space");
  await shows(cell.getByTestId("why"), isOn);
  expect(await savedIntent("target", id)).toBe("enabled");

  await page.keyboard.press("b");
  await shows(page.getByTestId("notice"), say({ key: "probe.outcome.pass" }), 10_000);
  await page.keyboard.press("Enter");
  const popover = page.locator(`[data-target="${id}"][role="dialog"]`);
  const buttons = popover.getByRole("button", { name: /^Turn/ });
  await popover.getByRole("button", { name: say({ key: "form.untils.30m" }) }).click();
  await popover.getByRole("textbox").fill("a test");
  await confirmed(page, id, () => buttons.click());
  await shows(cell.getByTestId("why"), isOff);
  const isOffForATime = async (): Promise<boolean> => {
    const { intent, reason, until } =
      (await room.health()).targets.find((one) => one.id === id)?.switch ?? {};
    return intent === "draining" && reason === "a test" && (until ?? 0) > Date.now();
  };
  await eventually(isOffForATime);
  await cell.focus();
  await page.keyboard.press("Enter");
  expect(await textOf(buttons)).toBe(say({ key: "form.turnOn" }));
  await buttons.click();
  await eventually(async () => (await savedIntent("target", id)) === "enabled");

  await page.goto(room.dashboard("/models/claude-sonnet-4-5"));
  await untilLive(page);
  const place = page.locator(`[data-target="${id}"]`);
  const offUntil = place.getByRole("button", { name: say({ key: "form.turnOffUntil" }) });
  await offUntil.click();
  await sayYes(page, id);
  await eventually(isOffForATime);
  await offUntil.waitFor({ state: "hidden" });
  await place.getByRole("switch").click();
  await eventually(async () => (await savedIntent("target", id)) === "enabled");
});

it("switches a region off for all models and on again by the mouse", async () => {
  const page = await room.open();
  const name = say({ key: "matrix.switchRegion", values: { id: "ap-south" } });
  const control = page.getByRole("switch", { name, exact: true });
  const head = page.getByTestId("region-ap-south");
  await control.click();
  await sayYes(page, "ap-south");
  await shows(head, isOff);
  for (const model of chain) {
    await shows(stateOf(page, `alpha:ap-south:${model}`), say({ key: "state.off" }));
  }
  expect(await savedIntent("region", "ap-south")).toBe("draining");
  await control.click();
  await shows(head, isOn);
  expect(await savedIntent("region", "ap-south")).toBe("enabled");
});

it("finds, sorts and chooses models by keys, goes back to a saved view, turns two off in one change, and takes both back over somebody else's", async () => {
  const page = await room.open({}, "/models");
  const lines = page.getByTestId(/^object-/);
  const shown = async (): Promise<string[]> =>
    (await lines.getByRole("link").filter({ visible: true }).allTextContents()).filter((name) =>
      chain.includes(name),
    );
  await expect.poll(shown).toHaveLength(chain.length);
  await page.keyboard.press("Slash");
  await page.keyboard.type("gemini");
  await expect.poll(shown).toEqual(["gemini-2.5-flash"]);
  expect(new URL(page.url()).searchParams.get("q")).toBe("gemini");
  await button(page, "views.title").click();
  const views = page.getByRole("dialog", { name: say({ key: "views.title" }) });
  await views.getByRole("textbox").press("Enter");
  await views.waitFor({ state: "hidden" });
  await page.keyboard.press("Slash");
  await page.keyboard.type(" or so");
  await page.getByRole("button", { name: say({ key: "objects.clearFilter" }) }).click();
  await expect.poll(shown).toHaveLength(chain.length);
  await page.keyboard.press("Shift+KeyS");
  const view = views.getByRole("button", { name: /^gemini/ });
  await view.waitFor();
  expect(await view.getAttribute("aria-current")).toBeNull();
  expect(await objections(page)).toEqual([]);
  await view.click();
  await expect.poll(shown).toEqual(["gemini-2.5-flash"]);
  await page.getByRole("searchbox").fill("");
  const name = page.getByRole("columnheader").first();
  await name.getByRole("button").click();
  await expect.poll(() => name.getAttribute("aria-sort")).toBe("ascending");
  await expect.poll(shown).toEqual(chain.toSorted());
  const both = chain.slice(0, 2);
  for (const id of both) {
    const label = say({ key: "objects.choose", values: { id } });
    await page.getByRole("checkbox", { name: label, exact: true }).focus();
    await page.keyboard.press("Space");
  }
  const bulk = page.getByTestId("bulk");
  await page.getByRole("button", { name: say({ key: "objects.layout" }), exact: true }).click();
  await page.getByRole("group", { name: say({ key: "objects.density.label" }) }).waitFor();
  expect(await objections(page)).toEqual([]);
  const height = (): Promise<number> =>
    lines.last().evaluate((line) => line.getBoundingClientRect().height);
  expect(await height()).toBeGreaterThanOrEqual(44);
  await page.getByRole("button", { name: say({ key: "objects.density.compact" }) }).click();
  await expect.poll(height).toBeLessThan(40);
  const off = say({ key: "objects.bulk.off", values: { n: 2 } });
  await bulk.getByRole("button", { name: off }).click();
  await sayYes(page, say({ key: "toast.several", values: { type: "model", n: 2 } }));
  for (const id of both) {
    await shows(page.getByTestId(`object-${id}`), isOff);
    expect(await savedIntent("model", id)).toBe("draining");
  }
  await page.getByRole("button", { name: say({ key: "toast.undo" }) }).waitFor();
  const [changed = ""] = both;
  expect((await room.ask("PATCH", `models/${changed}`, { intent: "disabled" })).status).toBe(200);
  await page.keyboard.press("KeyU");
  const sheet = page.locator('dialog[aria-labelledby="conflict-title"]');
  await shows(sheet.getByTestId("theirs"), `${changed}: ${say({ key: "intent.disabled" })}`);
  expect(await textOf(sheet.getByTestId("mine"))).toBe(say({ key: "intent.enabled" }));
  expect(await objections(page)).toEqual([]);
  expect(await savedIntent("model", changed)).toBe("disabled");
  await sheet.getByRole("button", { name: say({ key: "conflict.undo" }) }).click();
  for (const id of both) {
    await shows(page.getByTestId(`object-${id}`), isOn);
    expect(await savedIntent("model", id)).toBe("enabled");
  }
});

it("asks before a switch would leave a route without any target", async () => {
  for (const model of chain.slice(1)) {
    await room.ask("PATCH", `models/${model}`, { intent: "draining" });
  }
  try {
    const page = await room.open();
    const name = say({ key: "matrix.switchModel", values: { id: "gpt-4.1" } });
    await page.getByRole("switch", { name, exact: true }).click();
    const sheet = page.getByRole("dialog");
    await shows(sheet, say({ key: "confirm.typeName", values: { name: "gpt-4.1" } }));
    await shows(sheet, "auto");
    await sheet.locator('button[type="submit"]').click();
    await shows(sheet, say({ key: "confirm.wrongName" }));
    await shows(sheet, say({ key: "confirm.needsReason" }));
    await sheet.getByRole("button", { name: say({ key: "confirm.cancel" }) }).click();
    expect(await savedIntent("model", "gpt-4.1")).toBe("enabled");
  } finally {
    for (const model of chain) {
      await room.ask("PATCH", `models/${model}`, { intent: "enabled" });
    }
  }
});

it("reads one event stream for all tabs of a browser, and a tab that stays takes it over", async () => {
  const first = await room.open();
  const context = first.context();
  const streams: string[] = [];
  context.on("request", (request) => {
    if (new URL(request.url()).pathname === "/api/stream") {
      streams.push(request.url());
    }
  });
  const second = await context.newPage();
  await second.goto(room.dashboard("/overview"));
  await untilLive(second);
  const locks = await second.evaluate(async () => {
    const { held = [], pending = [] } = await navigator.locks.query();
    return { held: held.length, pending: pending.length };
  });
  expect(locks).toEqual({ held: 1, pending: 1 });

  const head = second.getByTestId("model-deepseek-v3").getByRole("switch");
  await room.ask("PATCH", "models/deepseek-v3", { intent: "draining" });
  await eventually(async () => (await head.getAttribute("aria-checked")) === "false");
  expect(streams).toEqual([]);

  await first.close();
  await eventually(() => streams.length === 1);
  await room.ask("PATCH", "models/deepseek-v3", { intent: "enabled" });
  await eventually(async () => (await head.getAttribute("aria-checked")) === "true");
  expect(await second.getByTestId("live").getAttribute("data-link")).toBe("live");
});

it("speaks Korean and English by its control, and remembers it", async () => {
  const page = await room.open();
  const titleIn = (language: "en" | "ko"): string => wordsOf(language).say({ key: "matrix.title" });
  await page.getByRole("heading", { name: titleIn("en") }).waitFor();
  await page.getByRole("button", { name: "한국어" }).click();
  await page.getByRole("heading", { name: titleIn("ko") }).waitFor();
  expect(await page.locator("html").getAttribute("lang")).toBe("ko");
  await page.reload();
  await page.getByRole("heading", { name: titleIn("ko") }).waitFor();
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("heading", { name: titleIn("en") }).waitFor();
});

it("turns dark and light by its control, and remembers it", async () => {
  const page = await room.open({ colorScheme: "light" });
  const brightness = (): Promise<number> =>
    page.evaluate(() => {
      const canvas = document.createElement("canvas").getContext("2d");
      if (canvas === null) {
        return Number.NaN;
      }
      canvas.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
      canvas.fillRect(0, 0, 1, 1);
      return canvas.getImageData(0, 0, 1, 1).data[0] ?? Number.NaN;
    });
  const themed = (theme: "system" | "light" | "dark"): Locator => {
    const values = { theme: say({ key: `theme.${theme}` }) };
    return page.getByRole("button", { name: say({ key: "theme.label", values }), exact: true });
  };
  expect(await brightness()).toBeGreaterThan(200);
  await themed("system").click();
  await themed("light").click();
  await themed("dark").waitFor();
  expect(await brightness()).toBeLessThan(60);
  await page.reload();
  await themed("dark").waitFor();
  expect(await brightness()).toBeLessThan(60);
  await themed("dark").click();
  expect(await brightness()).toBeGreaterThan(200);
});

it("fits a phone, and its switches and its list of other pages work by a tap", async () => {
  const page = await room.open({ viewport: phone, hasTouch: true, isMobile: true });
  const beyond = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(beyond).toBeLessThanOrEqual(0);
  const name = say({ key: "matrix.switchModel", values: { id: "deepseek-v3" } });
  const control = page.getByRole("switch", { name, exact: true });
  const size = await control.boundingBox();
  await control.tap();
  await sayYes(page, "deepseek-v3");
  await eventually(async () => (await savedIntent("model", "deepseek-v3")) === "draining");
  await shows(page.locator("#targets"), isOff);
  await control.tap();
  await eventually(async () => (await savedIntent("model", "deepseek-v3")) === "enabled");
  await shows(page.locator("#targets"), isOn);
  expect(size?.width).toBeGreaterThanOrEqual(24);
  const more = page.getByRole("button", { name: say({ key: "nav.more" }) });
  const list = page.getByRole("group", { name: say({ key: "nav.more" }) });
  await more.tap();
  await list.waitFor();
  expect(await objections(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await list.waitFor({ state: "hidden" });
  await more.tap();
  const providers = list.getByRole("link", { name: say({ key: "nav.providers" }) });
  expect((await providers.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  await providers.tap();
  await page.waitForURL("**/providers*");
  await list.waitFor({ state: "hidden" });
  // The table is one to a screen reader, whatever it looks like.
  await page.getByRole("table").first().getByRole("columnheader").first().waitFor();
  await page.getByTestId("provider-alpha").getByRole("rowheader", { name: "alpha" }).waitFor();
  await page.getByTestId("provider-alpha").getByRole("cell", { name: "alpha/v1" }).waitFor();
});
