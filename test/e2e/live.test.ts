import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { wordsOf } from "../components/words";
import { type Door, openDoor } from "../support/door";
import { eventually } from "../support/stack";
import { openRoom, type Room, untilLive } from "./room";

const { say } = wordsOf("en");
const stream = "/api/stream";
const noticeMs = 15_000;

let room: Room;
let door: Door;
let first: Page;
let second: Page;

beforeAll(async () => {
  room = await openRoom();
  door = await openDoor(room.product.ports.dashboard);
});

/** Two tabs of one browser, the first of them open before the second. */
beforeEach(async () => {
  await room.quiet();
  await expect.poll(() => door.answering(stream)).toBe(0);
  first = await room.open({}, "/matrix");
  await first.goto(`${door.origin}/overview`);
  await untilLive(first);
  second = await first.context().newPage();
  await second.goto(`${door.origin}/overview`);
  await untilLive(second);
});

afterAll(async () => {
  door.close();
  await room.stop();
});

/** Somebody else turns a model off or on, and the page shows it. */
async function showsSwitch(page: Page, intent: "disabled" | "enabled"): Promise<void> {
  const { status } = await room.ask("PATCH", "models/deepseek-v3", { intent });
  expect(status).toBe(200);
  const name = say({ key: "matrix.switchModel", values: { id: "deepseek-v3" } });
  const control = page.getByRole("switch", { name, exact: true });
  await expect
    .poll(() => control.getAttribute("aria-checked"), { timeout: 5_000 })
    .toBe(String(intent === "enabled"));
}

it("two tabs follow one stream, and the second takes it over when the first closes", async () => {
  const before = door.asked(stream);
  expect(door.answering(stream)).toBe(1);
  await showsSwitch(first, "disabled");
  await showsSwitch(second, "enabled");

  await first.close();
  await expect.poll(() => door.asked(stream)).toBe(before + 1);
  await expect.poll(() => door.answering(stream)).toBe(1);
  const polled = door.asked("/api/health");
  await showsSwitch(second, "disabled");
  await showsSwitch(second, "enabled");
  expect(door.asked("/api/health")).toBe(polled);
});

async function verdictIs(page: Page, verdict: string): Promise<void> {
  await eventually(async () => {
    const said = await page.getByTestId("verdict").getAttribute("data-verdict");
    expect(said).toBe(verdict);
    return true;
  }, noticeMs);
}

it("both tabs say within 15 s that the dashboard is away, and take one stream up again with it", async () => {
  const both = [first, second];
  await Promise.all(both.map((page) => verdictIs(page, "served")));
  await Promise.all(both.map((page) => page.locator("[data-drawing]").first().waitFor()));
  door.shut(true);
  await Promise.all(both.map((page) => verdictIs(page, "page_offline")));
  for (const page of both) {
    expect(await page.locator('[data-testid="live"][data-link="live"]').count()).toBe(0);
  }
  door.shut(false);
  await Promise.all(both.map((page) => verdictIs(page, "served")));
  await Promise.all(both.map((page) => untilLive(page)));
  expect(door.answering(stream)).toBe(1);
});

it("a page that was open while Bellwether was updated says so, reads nothing more, and loads itself again", async () => {
  const { headers } = await fetch(`${door.origin}/api/healthz`);
  expect(headers.get("x-bellwether-contract")).toMatch(/^[0-9a-f]{12}$/);
  await verdictIs(first, "served");
  door.shut(true);
  door.update(true);
  door.shut(false);
  await verdictIs(first, "page_outdated");
  expect(await first.getByTestId("stale").innerText()).toContain(say({ key: "banner.outdated" }));
  expect(door.answering(stream)).toBe(0);
  door.update(false);
  await first.getByRole("button", { name: say({ key: "failure.reload" }) }).click();
  await verdictIs(first, "served");
  await untilLive(first);
});

it("code that cannot be loaded is missing in its place only, and a chart stays without its cursor", async () => {
  const address = `${door.origin}/overview`;
  const atFirst = await (await fetch(address)).text();
  const page = await first.context().newPage();
  await page.route("**/*.js", (route) => {
    const file = new URL(route.request().url()).pathname;
    return atFirst.includes(file) ? route.continue() : route.abort();
  });
  let isRefused = false;
  await page.goto(address);
  await page.keyboard.press("End");
  await page.getByTestId("not-loaded").first().waitFor();
  page.on("requestfailed", () => {
    isRefused = true;
  });
  await page.locator("#traffic figure").hover();
  await expect.poll(() => isRefused).toBe(true);
  await page.locator("#traffic [data-drawing]").first().waitFor();
  const name = say({ key: "matrix.switchModel", values: { id: "gpt-4.1" } });
  await page.getByRole("switch", { name, exact: true }).waitFor();
});
