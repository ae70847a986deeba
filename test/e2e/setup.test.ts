import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { CallsPage, ChangesPage } from "@/lib/shared/contract";
import { type MessageKey } from "@/components/lib/i18n/messages";
import { wordsOf } from "../components/words";
import { eventually } from "../support/stack";
import { expectNoOverflow, objections } from "./axe";
import { desk, openRoom, phone, type Room, sayYes, shows } from "./room";

const { say } = wordsOf("en");
const text = (key: MessageKey, values?: Record<string, string | number>): string =>
  say(values === undefined ? { key } : { key, values });

let room: Room;
let wallKey: string;
beforeAll(async () => {
  room = await openRoom();
  wallKey = (await readFile(join(room.dataDir, "wall-key"), "utf8")).trim();
});
afterEach(() => room.quiet());
afterAll(() => room.stop());

const button = (page: Page | Locator, name: string): Locator =>
  page.getByRole("button", { name, exact: true });
const field = (page: Page | Locator, key: MessageKey): Locator =>
  page.getByLabel(text(key), { exact: true });
const base = (): string => `http://127.0.0.1:${room.product.ports.wall}/alpha/v1`;

// Every two of page, theme, language and width meet.
it.each([
  ["/providers", "light", "en-US", desk],
  ["/providers", "dark", "ko-KR", phone],
  ["/settings", "dark", "en-US", phone],
  ["/settings", "light", "ko-KR", desk],
  ["/setup", "light", "en-US", phone],
  ["/setup", "dark", "ko-KR", desk],
] as const)(
  "axe objects to nothing: %s, %s, %s, %o",
  async (path, colorScheme, locale, viewport) => {
    const page = await room.open({ colorScheme, locale, viewport }, path);
    await page.getByRole("heading", { level: 2 }).first().waitFor();
    await page.locator("table, ol").first().waitFor();
    expect(await objections(page)).toEqual([]);
    await expectNoOverflow(page);
  },
);

describe("the first call", () => {
  it.each([
    ["en-US", "en"],
    ["ko-KR", "ko"],
  ] as const)(
    "takes under a minute with its rescue, by keyboard, in %s",
    async (locale, language) => {
      const words = wordsOf(language);
      const startedMs = performance.now();
      const page = await room.open({ locale }, "/setup");
      const make = button(page, words.say({ key: "setup.ownKey.make" }));
      await expect.poll(() => make.evaluate((one) => document.activeElement === one)).toBe(true);
      await page.keyboard.press("Enter");
      const key = await page.getByTestId("secret").innerText();
      expect(key).toMatch(/^bw_live_[0-9A-Za-z]{36}$/);
      await button(page, "Python").click();
      expect(await page.locator("pre").first().innerText()).toContain(key);
      await page.keyboard.press("Control+Enter");
      await page.getByTestId("first-call").waitFor();
      const breaking = button(page, words.say({ key: "setup.watch.break" }));
      await breaking.focus();
      await page.keyboard.press("Enter");
      await page.getByTestId("rescued-call").waitFor();
      expect(performance.now() - startedMs).toBeLessThan(60_000);
      await expect
        .poll(() => page.locator('[data-testid^="step-"][data-state="done"]').count())
        .toBe(4);
      expect(await objections(page)).toEqual([]);
      // The fault is this key's alone.
      const other = await room.call({ model: "auto", max_tokens: 2 });
      expect(other.headers.get("x-bellwether-rescued")).toBe("false");
      const { calls } = (await (await room.ask("GET", "calls?rescued=true")).json()) as CallsPage;
      expect(calls.every(({ keyId }) => keyId?.startsWith("first-app") === true)).toBe(true);
    },
  );

  it("says what to set right when it is not served", async () => {
    await room.breakDown({ kind: "unauthorized" });
    const page = await room.open({}, "/setup");
    await button(page, text("setup.ownKey.make")).click();
    await page.getByTestId("secret").waitFor();
    await button(page, text("setup.send.send")).click();
    await shows(page.getByTestId("setup-failure"), text("setup.fix.upstream_auth"), 15_000);
    await room.mend();
    await eventually(async () => {
      const { status } = await room.call({ model: "auto", max_tokens: 2 });
      expect(status).toBe(200);
      return true;
    }, 30_000);
  });
});

describe("a provider", () => {
  const outcome = async (page: Page): Promise<string | null> => {
    await button(page, text("providers.test.run")).click();
    await button(page, text("providers.test.running")).waitFor({ state: "detached" });
    return page.getByTestId("test-result").getAttribute("data-outcome");
  };

  it("is there again after a reload, as a key's name is, and no secret was kept", async () => {
    const page = await room.open({}, "/providers");
    const typing = async (): Promise<void> => {
      await button(page, text("providers.add")).click();
    };
    await typing();
    await page.getByRole("button", { name: text("providers.form.other") }).click();
    await field(page, "providers.form.id").fill("Half Typed");
    await field(page, "providers.form.key").fill("sk-of-nobody");
    // What is wrong comes into sight, and what is typed while it is tried stays.
    await field(page, "providers.form.baseUrl").fill(base());
    await page.getByLabel(text("providers.form.private")).check();
    await field(page, "providers.form.reason").scrollIntoViewIfNeeded();
    await button(page, text("providers.form.save")).click();
    const wrong = page.getByText(text("refusal.name_form"));
    await expect
      .poll(() => wrong.evaluate((one) => one.getBoundingClientRect().top >= 0))
      .toBe(true);
    await page.route("**/api/connection-tests", async (route) => {
      await field(page, "providers.form.id").fill("half-typed");
      await route.continue();
    });
    await button(page, text("providers.test.run")).click();
    await page.getByTestId("test-result").waitFor();
    await page.reload();
    await typing();
    expect(await field(page, "providers.form.id").inputValue()).toBe("half-typed");
    expect(await field(page, "providers.form.key").inputValue()).toBe("");
    await shows(page.getByTestId("draft-note"), text("typed.noSecrets"));
    const kept = await page.evaluate(() => JSON.stringify([sessionStorage, localStorage]));
    expect(kept).toContain("half-typed");
    expect(kept).not.toContain("sk-of-nobody");
    await page.getByTestId("draft-note").getByRole("button").click();
    // At once, and not when something else happens.
    const other = page.getByRole("button", { name: text("providers.form.other") });
    await other.waitFor({ timeout: 2_000 });
    await page.goto(new URL("/apps", page.url()).href);
    await button(page, text("apps.create")).click();
    await field(page, "apps.form.id").fill("half-named");
    await page.reload();
    await button(page, text("apps.create")).click();
    expect(await field(page, "apps.form.id").inputValue()).toBe("half-named");
    await button(page, text("confirm.cancel")).click();
    await button(page, text("apps.create")).click();
    expect(await field(page, "apps.form.id").inputValue()).toBe("");
  });

  it("is tried, added, used, edited and removed, and its key is never seen again", async () => {
    const page = await room.open({}, "/providers");
    await button(page, text("providers.add")).click();
    const other = page.getByRole("button", { name: text("providers.form.other") });
    await other.focus();
    await page.keyboard.press("Enter");
    await page.keyboard.type("acme");
    expect(await field(page, "providers.form.id").inputValue()).toBe("acme");
    await field(page, "providers.form.baseUrl").fill(base());
    await button(page, text("providers.test.run")).click();
    const keyProblem = page.locator("dialog[open]").getByRole("alert");
    await shows(keyProblem, text("providers.form.keyNeeded"));
    await page.keyboard.type("a-wrong-key-of-nobody");
    expect(await outcome(page)).toBe("private_address");
    await page.getByLabel(text("providers.form.private")).check();
    expect(await outcome(page)).toBe("bad_key");
    await field(page, "providers.form.key").fill(wallKey);
    expect(await outcome(page)).toBe("ok");
    expect(await objections(page, "dialog[open]")).toEqual([]);
    // What the provider lists has the name of a model that is there: it gets one more place.
    await page.getByLabel("deepseek-v3", { exact: true }).check();
    await field(page, "providers.form.id").press("Enter");
    const row = page.getByTestId("provider-acme");
    await shows(row, `••••${wallKey.slice(-4)}`);
    await shows(page.getByTestId("saved"), "in effect on 1/1 nodes", 10_000);

    await button(page, text("providers.models.add")).click();
    await field(page, "providers.modelForm.id").fill("acme-chat");
    await field(page, "providers.columns.provider").selectOption("acme");
    await field(page, "providers.modelForm.upstream").fill("gpt-4.1");
    await field(page, "providers.modelForm.input").fill("1.5");
    await field(page, "providers.modelForm.output").fill("6");
    expect(await objections(page, "dialog[open]")).toEqual([]);
    await button(page, text("providers.form.save")).click();
    await page.getByTestId("model-acme-chat").waitFor();
    await eventually(async () => {
      const response = await room.call({ model: "acme-chat", max_tokens: 2 });
      expect([response.status, response.headers.get("x-bellwether-provider")]).toEqual([
        200,
        "acme",
      ]);
      return true;
    }, 5_000);

    // The key stays where the address stays, and has to be typed again where it does not.
    await button(row, text("providers.editOne", { id: "acme" })).click();
    await field(page, "providers.form.baseUrl").fill("http://127.0.0.2:9/v1");
    await button(page, text("providers.form.save")).click();
    await page.getByText("type it again").waitFor();
    await field(page, "providers.form.baseUrl").fill(base().replace("/alpha/", "/beta/"));
    await button(page, text("providers.form.save")).click();
    await shows(row, "/beta/v1");

    await button(row, text("providers.removeOne", { id: "acme" })).click();
    await page
      .getByText(text("providers.usedBy.provider", { names: "deepseek-v3, acme-chat" }))
      .waitFor();
    await page.keyboard.press("Escape");
    await button(page, text("providers.editOne", { id: "deepseek-v3" })).click();
    const form = page.locator("dialog[open]");
    await button(form, text("providers.modelForm.dropPlace", { id: "acme" })).click();
    const weighed = page.getByTestId("weighed");
    await shows(weighed, text("confirm.why.targets_gone"));
    expect(await objections(page, "dialog[open]")).toEqual([]);
    // What is below the fold is shown before it happens.
    await page.setViewportSize({ width: 1280, height: 400 });
    await button(page, text("providers.form.save")).click();
    await expect.poll(() => weighed.evaluate((list) => list === document.activeElement)).toBe(true);
    await page.setViewportSize({ width: 1440, height: 1000 });
    await button(page, text("providers.form.save")).click();
    await form.waitFor({ state: "detached" });
    for (const [kind, id] of [
      ["model", "acme-chat"],
      ["provider", "acme"],
    ] as const) {
      await button(page, text("providers.removeOne", { id })).click();
      await page.getByTestId("weighed").waitFor({ state: kind === "model" ? "visible" : "hidden" });
      await sayYes(page, id, "remove-title");
      await page.getByTestId(`${kind}-${id}`).waitFor({ state: "detached" });
    }

    const seen = await Promise.all(
      ["providers", "config", "changes?limit=100", "settings", "health"].map(async (path) =>
        (await room.ask("GET", path)).text(),
      ),
    );
    for (const answer of [...seen, await page.content(), room.product.output()]) {
      expect(answer).not.toContain(wallKey);
      expect(answer).not.toContain("a-wrong-key-of-nobody");
    }
  });

  it("that somebody else changed meanwhile shows both versions, and what was typed stays", async () => {
    const page = await room.open({}, "/providers");
    await button(page, text("providers.editOne", { id: "beta" })).click();
    await field(page, "providers.form.reason").fill("mine");
    const beta = {
      baseUrl: base().replace("/alpha/", "/beta/"),
      allowPrivateNetwork: true,
      anyModel: true,
      secret: { keep: true },
      regions: [{ id: "global", priority: 4 }],
    };
    expect((await room.ask("PUT", "providers/beta", beta)).status).toBe(200);
    await page.getByLabel(text("providers.form.anyModel")).uncheck();
    await page.getByLabel(text("providers.form.private")).uncheck();
    await page.getByLabel(text("providers.form.private")).check();
    await field(page, "providers.form.baseUrl").fill(`${beta.baseUrl}/`);
    await button(page, text("providers.form.save")).click();
    await page.getByText(text("conflict.theirs")).waitFor();
    expect(await field(page, "providers.form.reason").inputValue()).toBe("mine");
    await button(page, text("conflict.overrule")).click();
    await shows(page.getByTestId("provider-beta"), "/beta/v1/");
  });
});

describe("the configuration as a file", () => {
  it("goes out and comes in again: problems beside their lines, a preview, one revision", async () => {
    const page = await room.open({}, "/settings");
    const exported = await (await room.ask("GET", "config")).text();
    const area = page.getByLabel(text("settings.file.text"));
    const look = button(page, text("settings.file.preview"));
    await area.fill(exported);
    await look.click();
    await page.getByText(text("settings.file.same")).waitFor();
    await area.fill(exported.replace("chain:", "chains:"));
    await look.click();
    await shows(
      page.getByTestId("import-problems"),
      text("refusal.setting_unknown", { name: "chains" }),
    );
    expect(await button(page, text("settings.file.apply")).count()).toBe(0);
    const line = exported.split("\n").findIndex((one) => one.includes("chain:")) + 1;
    await shows(page.getByTestId("import-problems"), `${line}:`);
    await area.fill(`${exported}settings:\n  timezone: Asia/Seoul\n`);
    await look.click();
    await shows(page.getByTestId("import-preview"), "settings timezone");
    expect(await objections(page)).toEqual([]);
    const alone = exported
      .replace(/models:\n(?:[ -].*\n)+/, "")
      .replace(/routes:\n(?:[ -].*\n)+/, "");
    await area.fill(alone);
    await look.click();
    const preview = page.getByTestId("import-preview");
    await shows(preview, text("confirm.rows.moves"));
    await page.locator("#file button[type=submit]").click();
    await page.getByText(text("confirm.wrongName")).waitFor();
    expect(await (await room.ask("GET", "config")).text()).toBe(exported);
    expect(await objections(page)).toEqual([]);
    await area.fill(`${exported}settings:\n  timezone: Asia/Seoul\n`);
    await look.click();
    await button(page, text("settings.file.apply")).click();
    await page.getByTestId("saved").waitFor();
    expect(await (await room.ask("GET", "config")).text()).toContain("timezone: Asia/Seoul");
    await button(page.getByTestId("saved"), text("toast.undo")).click();
    await eventually(async () => {
      expect(await (await room.ask("GET", "config")).text()).toBe(exported);
      return true;
    }, 5_000);
  });

  it("shows the nodes, and what the environment sets without its secrets", async () => {
    const page = await room.open({}, "/settings");
    await shows(page.locator("#nodes"), text("settings.nodes.live"));
    await shows(page.locator("#environment"), "GATEWAY_PORT");
    await shows(page.locator("#environment"), String(room.product.ports.gateway));
    const content = await page.content();
    expect(content).not.toMatch(/postgres(ql)?:\/\//);
  });

  it("single keys can be switched off", async () => {
    const page = await room.open({}, "/settings");
    await page.getByRole("switch", { name: text("settings.display.shortcuts") }).click();
    await page.locator("h1").click();
    await page.keyboard.press("Shift+Slash");
    await page.keyboard.press("Shift+Slash");
    expect(await page.locator("dialog[open]").count()).toBe(0);
    await page.keyboard.press("Control+k");
    await page.locator("dialog.palette").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("switch", { name: text("settings.display.shortcuts") }).click();
    await page.locator("h1").click();
    await page.keyboard.press("Shift+Slash");
    await page.locator("dialog[open]").waitFor();
  });
});

it("the goal is set with a reason, refused beside its field, and taken back by a key, once", async () => {
  const page = await room.open({}, "/settings");
  const panel = page.locator("#days");
  const goal = panel.getByLabel(text("settings.days.goal"));
  await goal.fill("40");
  await button(panel, text("providers.form.save")).click();
  await shows(panel.getByRole("alert"), "between 50 and 100");
  expect(await goal.getAttribute("aria-invalid")).toBe("true");
  await goal.fill("99.5");
  await field(panel, "providers.form.reason").fill("What was promised");
  await button(panel, text("providers.form.save")).click();
  await shows(page.getByTestId("saved"), text("proof.applied.order", { of: 1, took: "" }).trim());
  const { changes } = (await (await room.ask("GET", "changes?limit=1")).json()) as ChangesPage;
  expect(changes).toMatchObject([{ reason: "What was promised" }]);
  await page.getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("u");
  await shows(page.getByTestId("saved"), text("saved.undone", { name: text("settings.saved") }));
  await expect.poll(() => goal.inputValue()).toBe("");
  await page.keyboard.press("u");
  await shows(page.getByTestId("notice"), text("toast.nothingToUndo"));
});

it("amounts are in the installation's currency once it has a rate, and in dollars for who wants them", async () => {
  const page = await room.open({}, "/settings");
  const panel = page.locator("#currency");
  const spent = page.getByTestId("tile-cost");
  await field(panel, "settings.currency.code").fill("krw");
  await button(panel, text("providers.form.save")).click();
  await shows(panel, text("settings.currency.noRate", { currency: "KRW" }));
  expect(await page.getByTestId("currency").count()).toBe(0);
  await field(panel, "settings.currency.perUsd").fill("1386");
  await field(panel, "settings.currency.day").fill("2026-11-21");
  await button(panel, text("providers.form.save")).click();
  await shows(panel, "₩1,386/$ · 11-21");
  await shows(page.getByTestId("currency").first(), "KRW");
  expect(await objections(page)).toEqual([]);
  await page.goto(new URL("/overview", page.url()).href);
  await shows(spent, "₩");
  await page.getByTestId("currency").first().click();
  await shows(spent, "$");
  await page.reload();
  await shows(spent, "$");
  const before = { currency: null, exchangeRate: null };
  expect((await room.ask("PUT", "settings", before)).status).toBe(200);
  await page.getByTestId("currency").first().waitFor({ state: "detached" });
});

it("a key is rotated: both secrets are good until the old one is ended", async () => {
  const made = await room.ask("POST", "keys", { id: "shop" });
  const { secret } = (await made.json()) as { secret: string };
  const status = async (key: string): Promise<number> => {
    const headers = { authorization: `Bearer ${key}` };
    const response = await room.call({ model: "auto", max_tokens: 2 }, { headers });
    await response.arrayBuffer();
    return response.status;
  };
  const page = await room.open({}, "/apps");
  await button(page, text("apps.rotate.one", { id: "shop" })).click();
  expect(await objections(page, "dialog[open]")).toEqual([]);
  await button(page.locator("dialog[open]"), text("apps.rotate.do")).click();
  const fresh = await page.getByTestId("secret").innerText();
  await button(page, text("apps.kept")).click();
  await eventually(async () => (await status(fresh)) === 200, 3_000);
  expect(await status(secret)).toBe(200);
  const row = page.getByTestId("key-shop");
  await shows(row.getByTestId("former"), `…${secret.slice(-4)}`);
  await button(row, text("apps.rotate.endOne", { id: "shop" })).click();
  await row.getByTestId("former").waitFor({ state: "detached" });
  await eventually(async () => (await status(secret)) === 401, 3_000);
  expect(await status(fresh)).toBe(200);
});
