import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type CallDetail, type RoutePolicyView } from "@/lib/shared/contract";
import { wordsOf } from "../components/words";
import { eventually } from "../support/stack";
import { expectNoOverflow, objections } from "./axe";
import { confirmed, openRoom, phone, type Room, shows, untilLive } from "./room";

const { say } = wordsOf("en");
const chain = ["gpt-4.1", "claude-sonnet-4-5", "gemini-2.5-flash", "deepseek-v3"];
const path = "/routes/auto";
const inEffect = say({ key: "proof.applied.order", values: { of: 1, took: "" } });

let room: Room;

beforeAll(async () => {
  room = await openRoom();
  for (let call = 0; call < 30; call += 1) {
    const tools = [{ type: "function", function: { name: "f", parameters: {} } }];
    await (await room.call({ model: "auto", max_tokens: 2, tools })).arrayBuffer();
  }
});

afterEach(async () => {
  await room.quiet();
  await room.ask("PUT", "routes/auto", { chain });
});

afterAll(() => room.stop());

const button = (page: Page, name: string): Locator =>
  page.getByRole("button", { name, exact: true });
const setting = (page: Page, place: string): Locator => page.getByTestId(`policy-${place}`);
const field = (page: Page, place: string): Locator => setting(page, place).getByRole("textbox");

async function shownChain(page: Page): Promise<string[]> {
  const ids = await page
    .getByTestId(/^chain-/)
    .evaluateAll((all) => all.map((row) => row.getAttribute("data-testid") ?? ""));
  return ids.map((id) => id.replace("chain-", ""));
}

async function savedChain(): Promise<readonly string[] | undefined> {
  return (await room.health()).routes.find(({ id }) => id === "auto")?.chain;
}

async function policy(): Promise<RoutePolicyView> {
  return (await (await room.ask("GET", "routes/auto/policy")).json()) as RoutePolicyView;
}

async function save(page: Page): Promise<"T0" | "T1" | "T2"> {
  const tier = await confirmed(page, "auto", () =>
    button(page, say({ key: "routes.saveAll" })).click(),
  );
  await shows(page.getByTestId("route-proof"), inEffect);
  return tier;
}

it("a model is taken out and put in, another is the last resort, and steps are taken back, by the keyboard", async () => {
  const page = await room.open({}, path);
  await expect.poll(() => shownChain(page)).toEqual(chain);
  await button(page, say({ key: "routes.grip", values: { model: "claude-sonnet-4-5" } })).focus();
  await page.keyboard.press("Delete");
  await expect.poll(() => shownChain(page)).toEqual(["gpt-4.1", "gemini-2.5-flash", "deepseek-v3"]);
  // The row that came into its place has the focus.
  await page.keyboard.press("Alt+ArrowUp");
  await expect.poll(() => shownChain(page)).toEqual(["gemini-2.5-flash", "gpt-4.1", "deepseek-v3"]);
  const add = page.getByRole("combobox", { name: say({ key: "routes.add" }) });
  await add.focus();
  await page.keyboard.type("claude");
  await page.keyboard.press("Enter");
  const wanted = ["gemini-2.5-flash", "gpt-4.1", "claude-sonnet-4-5", "deepseek-v3"];
  await expect.poll(() => shownChain(page)).toEqual(wanted);
  const last = page.getByLabel(say({ key: "routes.lastResort" }), { exact: true });
  await last.selectOption("gpt-4.1");
  const lastResort = ["gemini-2.5-flash", "claude-sonnet-4-5", "deepseek-v3", "gpt-4.1"];
  await expect.poll(() => shownChain(page)).toEqual(lastResort);
  await page.keyboard.press("Control+z");
  await expect.poll(() => shownChain(page)).toEqual(wanted);
  await page.keyboard.press("Control+Shift+z");
  await expect.poll(() => shownChain(page)).toEqual(lastResort);
  await button(page, say({ key: "routes.undoStep" })).click();
  await expect.poll(() => shownChain(page)).toEqual(wanted);
  // The draft outlives the page, with its steps.
  await page.reload();
  await untilLive(page);
  await expect.poll(() => shownChain(page)).toEqual(wanted);
  await page.keyboard.press("Meta+z");
  await expect.poll(() => shownChain(page)).toEqual(["gemini-2.5-flash", "gpt-4.1", "deepseek-v3"]);
  await last.selectOption("claude-sonnet-4-5");
  expect(await savedChain()).toEqual(chain);
  // Everything goes to another model first: the server asks for the name.
  await shows(page.getByTestId("draft-impact"), say({ key: "routes.tier.T2" }));
  expect(await save(page)).toBe("T2");
  expect(await savedChain()).toEqual([
    "gemini-2.5-flash",
    "gpt-4.1",
    "deepseek-v3",
    "claude-sonnet-4-5",
  ]);
});

it("a route is made, shown, removed by typing its name, and brought back", async () => {
  const page = await room.open({}, "/routes");
  const card = page.getByTestId("route-mail");
  const create = say({ key: "routes.create" });
  await button(page, create).click();
  const form = page.getByRole("dialog");
  const name = form.getByLabel(say({ key: "routes.form.name" }), { exact: true });
  await name.fill("gpt-4.1");
  const taken = { id: "gpt-4.1", type: "model" };
  await shows(form, say({ key: "refusal.name_taken", values: taken }));
  await name.fill("mail");
  await form.locator('button[type="submit"]').click();
  await shows(form, say({ key: "routes.form.chainNeeded" }));
  const add = form.getByLabel(say({ key: "routes.form.add" }), { exact: true });
  await add.selectOption("deepseek-v3");
  await page.reload();
  await untilLive(page);
  await button(page, create).click();
  expect(await name.inputValue()).toBe("mail");
  await shows(form.getByTestId("new-chain"), "deepseek-v3");
  await add.selectOption("gpt-4.1");
  expect(await objections(page, "dialog[open]")).toEqual([]);
  await form.locator('button[type="submit"]').click();
  await shows(card, say({ key: "state.healthy" }));

  expect((await room.call({ model: "mail", max_tokens: 2 })).status).toBe(200);
  await card.getByRole("link", { name: "mail", exact: true }).click();
  await page.waitForURL("**/routes/mail*");
  await expect.poll(() => shownChain(page)).toEqual(["deepseek-v3", "gpt-4.1"]);
  // With everybody off the page says so, and turns one on again.
  for (const model of ["gpt-4.1", "deepseek-v3"]) {
    await room.ask("PATCH", `models/${model}`, { intent: "draining" });
  }
  const alarm = page.getByTestId("unreachable");
  await shows(alarm, "503");
  expect(await objections(page)).toEqual([]);
  await button(page, say({ key: "routes.reach.turnOn", values: { model: "deepseek-v3" } })).click();
  await alarm.waitFor({ state: "detached" });
  await room.ask("PATCH", "models/gpt-4.1", { intent: "enabled" });
  // The menu and `p` move a place in the draft.
  await button(page, say({ key: "routes.menu.open", values: { model: "gpt-4.1" } })).click();
  await page.getByRole("menuitem", { name: say({ key: "routes.menu.top" }) }).click();
  await expect.poll(() => shownChain(page)).toEqual(["gpt-4.1", "deepseek-v3"]);
  await button(page, say({ key: "routes.grip", values: { model: "deepseek-v3" } })).focus();
  await page.keyboard.press("p");
  await expect.poll(() => shownChain(page)).toEqual(["deepseek-v3", "gpt-4.1"]);

  await button(page, say({ key: "routes.removal.button" })).click();
  const sheet = page.getByRole("dialog");
  await shows(sheet, say({ key: "confirm.why.removes" }));
  await shows(sheet, "default");
  const remove = sheet.locator('button[type="submit"]');
  await sheet.getByLabel(say({ key: "confirm.reason" })).fill("unused");
  await remove.click();
  await shows(sheet, say({ key: "confirm.wrongName" }));
  await sheet.getByLabel(say({ key: "confirm.typeName", values: { name: "mail" } })).fill("mail");
  expect(await objections(page, "dialog[open]")).toEqual([]);
  await remove.click();
  await page.waitForURL("**/routes");
  await card.waitFor({ state: "detached" });
  await page
    .getByTestId("saved")
    .filter({ hasText: say({ key: "providers.removedName", values: { id: "mail" } }) })
    .getByRole("button", { name: say({ key: "toast.undo" }) })
    .click();
  await card.waitFor();
  expect((await room.ask("DELETE", "routes/mail")).status).toBe(200);
});

it("a number of the policy is kept as typed, refused beside its field, saved, and shown after a reload", async () => {
  const page = await room.open({}, path);
  const ttft = field(page, "limits.ttft_s");
  await ttft.fill("500");
  await shows(
    setting(page, "limits.ttft_s"),
    say({ key: "routes.policy.problem.bounds", values: { least: 0.1, most: 300 } }),
  );
  await button(page, say({ key: "routes.saveAll" })).click();
  expect(await ttft.evaluate((element) => element === document.activeElement)).toBe(true);
  await page.reload();
  await untilLive(page);
  await expect.poll(() => ttft.inputValue()).toBe("500");
  await ttft.fill("5");
  await ttft.press("ArrowUp");
  await setting(page, "midstream").getByRole("combobox").selectOption("error");
  // A change of numbers moves no call.
  expect(await save(page)).toBe("T0");
  await page.reload();
  await untilLive(page);
  await expect.poll(() => ttft.inputValue()).toBe("6");
  const { settings, week } = await policy();
  expect(settings.find(({ place }) => place === "midstream")?.value).toBe("error");
  expect(week.calls).toBeGreaterThanOrEqual(30);
  await shows(setting(page, "limits.ttft_s").getByTestId("week"), `0 of ${week.attempts} attempts`);
  expect(await objections(page)).toEqual([]);
});

it("with the server away a draft and what was typed stay, and the failure is told", async () => {
  const page = await room.open({}, path);
  await field(page, "limits.attempts").fill("4");
  await page.route("**/api/impact", (route) => route.abort());
  await page.route("**/api/routes/auto", (route) => route.abort());
  await button(page, say({ key: "routes.saveAll" })).click();
  await page
    .getByRole("alert")
    .filter({ hasText: say({ key: "failure.unreachable" }) })
    .waitFor();
  expect(await field(page, "limits.attempts").inputValue()).toBe("4");
  await page.unroute("**/api/impact");
  // When only the question about it fails, it can be done all the same.
  await page.unroute("**/api/routes/auto");
  await page.route("**/api/impact", (route) => route.fulfill({ status: 500, body: "{}" }));
  await button(page, say({ key: "routes.saveAll" })).click();
  const sheet = page.getByRole("dialog");
  await shows(sheet, say({ key: "confirm.unknown" }));
  await sheet.locator('button[type="submit"]').click();
  await shows(page.getByTestId("route-proof"), inEffect);
  expect((await policy()).settings.find(({ place }) => place === "limits.attempts")?.value).toBe(4);
  // Rules that cannot be read say so in their place, and come when they can.
  await page.route("**/api/routes/auto/policy", (route) =>
    route.fulfill({ status: 500, body: "{}" }),
  );
  // The page as it is when the server could not read them either.
  await page.route(`**${path}`, async (route) => {
    const response = await route.fetch();
    const withRules = await response.text();
    const body = withRules.replace(/policy(\\*",\\*")auto/g, "policy$1other");
    expect(body).not.toBe(withRules);
    await route.fulfill({ response, body });
  });
  await page.reload();
  const rules = page.locator("#policy").getByRole("alert");
  await shows(rules, say({ key: "failure.retry" }));
  expect(await page.getByTestId("chain-gpt-4.1").count()).toBe(1);
  await page.unroute("**/api/routes/auto/policy");
  await rules.getByRole("button", { name: say({ key: "failure.retry" }) }).click();
  await expect.poll(() => field(page, "limits.attempts").inputValue()).toBe("4");
});

it("when somebody else saved a number in between, both are shown", async () => {
  const page = await room.open({}, path);
  await field(page, "limits.idle_s").fill("20");
  const theirs = { chain, policy: { "limits.idle_s": 10 } };
  expect((await room.ask("PUT", "routes/auto", theirs)).status).toBe(200);
  await button(page, say({ key: "routes.saveAll" })).click();
  const sheet = page.getByRole("dialog");
  await shows(sheet.getByTestId("theirs"), "limits.idle_s: 10");
  await shows(sheet.getByTestId("mine"), "limits.idle_s: 20");
  await sheet.getByRole("button", { name: say({ key: "conflict.overrule" }) }).click();
  await expect
    .poll(
      async () => (await policy()).settings.find(({ place }) => place === "limits.idle_s")?.value,
    )
    .toBe(20);
});

it("a whole region asks first, says what moves, and keeps mode, end and reason", async () => {
  const page = await room.open({ viewport: phone, hasTouch: true, isMobile: true }, "/regions");
  const control = page.getByRole("switch", {
    name: say({ key: "matrix.switchRegion", values: { id: "ap-south" } }),
  });
  await control.tap();
  const sheet = page.getByRole("dialog");
  await sheet.locator('form[data-tier="T1"]').waitFor();
  await shows(sheet, say({ key: "confirm.why.whole_object" }));
  await shows(sheet, "auto:");
  expect(await objections(page, "dialog[open]")).toEqual([]);
  await expectNoOverflow(page);
  await sheet.getByRole("button", { name: say({ key: "form.untils.2h" }) }).tap();
  await sheet.getByRole("textbox").fill("maintenance");
  await sheet.locator('button[type="submit"]').tap();
  await eventually(async () => {
    const { regions } = await room.health();
    const { intent, until, reason } = regions.find(({ id }) => id === "ap-south")!.switch;
    expect({ intent, reason }).toEqual({ intent: "draining", reason: "maintenance" });
    expect(until! - Date.now()).toBeGreaterThan(7_000_000);
    return true;
  });
  await room.ask("PATCH", "regions/ap-south", { intent: "enabled" });
});

it("by keyboard: why a call was rescued, whose revision it followed, and on to the next one", async () => {
  await room.breakDown({ kind: "status", status: 503, model: "gpt-4.1", count: 1 });
  await eventually(async () => {
    await (await room.call({ model: "gpt-4.1", max_tokens: 2 })).arrayBuffer();
    const { calls } = (await (
      await room.ask("GET", "calls?rescued=true&app=default&limit=1")
    ).json()) as { calls: CallDetail[] };
    return calls.length > 0;
  });
  const page = await room.open({}, "/requests?q=is:rescued");
  await page.getByTestId("call").getByRole("button").first().focus();
  await page.keyboard.press("Enter");
  const drawer = page.getByRole("dialog");
  await shows(drawer.getByTestId("why-sentence"), "gpt-4.1 / ");
  await shows(drawer.getByTestId("why-sentence"), "503");
  await drawer.getByTestId("waterfall").locator('[data-kind="gateway"]').waitFor();
  expect(await drawer.getByTestId("waterfall").locator('[data-kind="attempt"]').count()).toBe(2);
  await shows(drawer.getByTestId("alternatives").getByRole("listitem").first(), "≈");
  expect(await objections(page, "dialog[open]")).toEqual([]);
  await page.keyboard.press("Escape");
  await drawer.waitFor({ state: "hidden" });

  await page.goto(room.dashboard("/requests"));
  await untilLive(page);
  await page.getByTestId("call").getByRole("button").first().focus();
  await page.keyboard.press("Enter");
  await drawer.getByTestId("why-sentence").waitFor();
  const first = new URL(page.url()).searchParams.get("call");
  await page.keyboard.press("j");
  await expect.poll(() => new URL(page.url()).searchParams.get("call")).not.toBe(first);
  await page.keyboard.press("k");
  await expect.poll(() => new URL(page.url()).searchParams.get("call")).toBe(first);
  const revision = drawer.getByRole("link", { name: /^r\d+$/ });
  await revision.focus();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/changes?rev=*");
  await page
    .getByTestId("differences")
    .or(page.getByText(say({ key: "changes.compare.same" })))
    .waitFor();
});

it("what a sealed body says, after asking for it, with who opened it", async () => {
  await room.ask("PUT", "routes/auto", { chain, policy: { "log_bodies.keep_hours": 1 } });
  // The gateways follow within moments: the first call may still be without a body.
  const id = await eventually(async () => {
    const response = await room.call({ model: "auto", max_tokens: 4 });
    await response.arrayBuffer();
    const callId = response.headers.get("x-request-id") ?? "";
    const detail = await eventually(async () => {
      const found = await room.ask("GET", `calls/${callId}`);
      return found.ok ? ((await found.json()) as CallDetail) : null;
    });
    return detail.bodyUntil === null ? null : callId;
  }, 20_000);
  const page = await room.open({}, `/requests/${id}`);
  const drawer = page.getByRole("dialog");
  await shows(drawer, say({ key: "call.body.records" }));
  expect(await drawer.innerText()).not.toContain("Say hello.");
  await drawer.getByRole("button", { name: say({ key: "call.body.show" }) }).click();
  await shows(drawer, "Say hello.");
  await shows(drawer.getByTestId("openings"), say({ key: "call.body.recorded" }));
  await drawer.getByRole("button", { name: say({ key: "call.replay.open" }) }).click();
  const secret = drawer.getByLabel(say({ key: "call.replay.key" }));
  expect(await objections(page, "dialog[open]")).toEqual([]);
  await secret.fill("two words");
  await page.keyboard.press("Enter");
  await shows(drawer, say({ key: "refusal.key_characters" }));
  await secret.fill("nobodys");
  await page.keyboard.press("Enter");
  await shows(drawer.getByTestId("replay"), "401");
  await secret.fill(room.key);
  await page.keyboard.press("Enter");
  await drawer.getByRole("button", { name: say({ key: "call.replay.story" }) }).click();
  await eventually(() => Promise.resolve(!page.url().includes(id)));
  // What was opened of one call is not opened of another.
  await shows(drawer, say({ key: "call.body.records" }));
  expect(await drawer.getByTestId("copies").count()).toBe(1);
  await drawer.getByRole("button", { name: say({ key: "call.body.show" }) }).click();
  await shows(drawer, "Say hello.");
  await page.goto(room.dashboard(`/requests/${id}`));
  await page.reload();
  await shows(drawer.getByTestId("openings"), "opened by");
  expect(await drawer.innerText()).not.toContain("Say hello.");
  // Those who answer for it see all openings in one list, which leads back here.
  await page.goto(new URL("/changes?by=openings", page.url()).href);
  await shows(page.getByTestId("feed"), say({ key: "change.opening" }));
  await page.getByTestId("feed").getByRole("link", { name: id }).first().click();
  await shows(drawer.getByTestId("openings"), "opened by");
  await room.ask("PUT", "routes/auto", { chain, policy: { "log_bodies.keep_hours": null } });
});
