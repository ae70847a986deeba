import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { CallsPage } from "@/lib/shared/contract";
import { wordsOf } from "../components/words";
import { eventually } from "../support/stack";
import { expectNoOverflow, objections } from "./axe";
import { confirmed, openRoom, phone, type Room, shows } from "./room";

const { say } = wordsOf("en");

let room: Room;

beforeAll(async () => {
  room = await openRoom();
});

afterEach(() => room.quiet());

afterAll(() => room.stop());

async function intentOf(region: string): Promise<string | undefined> {
  const { regions } = await room.health();
  return regions.find(({ id }) => id === region)?.switch.intent;
}

async function becomes(region: string, intent: string): Promise<void> {
  await eventually(async () => {
    expect(await intentOf(region)).toBe(intent);
    return true;
  }, 5_000);
}

it("the palette switches a region off, and a key takes it back", async () => {
  const page = await room.open();
  await page.keyboard.press("Control+KeyK");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox").waitFor();
  expect(await objections(page, "dialog[open]")).toEqual([]);
  await page.keyboard.type("off ap-sou");
  await dialog.getByRole("option").first().waitFor();
  await confirmed(page, "ap-south", () => page.keyboard.press("Enter"));
  await becomes("ap-south", "draining");
  await page.getByRole("button", { name: say({ key: "toast.undo" }) }).waitFor();
  await page.keyboard.press("KeyU");
  await becomes("ap-south", "enabled");
});

it("every page is two keys away, and the list of keys says which", async () => {
  const page = await room.open();
  await page.keyboard.press("KeyG");
  await page.keyboard.press("KeyX");
  await page.waitForURL("**/matrix");
  await page.keyboard.press("Shift+Slash");
  await page.getByText(say({ key: "help.rows" })).waitFor();
  await page.keyboard.press("KeyG");
  await page.keyboard.press("KeyM");
  await page.keyboard.press("Escape");
  expect(page.url()).toMatch(/\/matrix$/);
  await page.keyboard.press("KeyG");
  await page.keyboard.press("KeyM");
  await page.waitForURL("**/models");
});

it("a list is walked and opened, and its filter reached, by keys alone", async () => {
  for (const model of ["gpt-4.1", "deepseek-v3"]) {
    await (await room.call({ model, max_tokens: 2 })).arrayBuffer();
  }
  await eventually(async () => {
    const { calls } = (await (await room.ask("GET", "calls?app=default")).json()) as CallsPage;
    expect(calls).toHaveLength(2);
    return true;
  }, 10_000);
  const page = await room.open({}, "/requests?q=app:default");
  const focused = page.locator("tr:has(:focus)");
  await page.getByTestId("call").nth(1).waitFor();
  await page.keyboard.press("KeyJ");
  await shows(focused, "deepseek-v3");
  await page.keyboard.press("KeyJ");
  await shows(focused, "gpt-4.1");
  await page.keyboard.press("KeyK");
  await shows(focused, "deepseek-v3");
  await page.keyboard.press("Enter");
  const drawer = page.getByRole("dialog");
  await drawer.waitFor();
  await page.keyboard.press("Escape");
  await drawer.waitFor({ state: "detached" });
  await page.keyboard.press("Slash");
  await page.keyboard.type("model:none");
  await page.keyboard.press("Enter");
  await page.waitForURL("**model*none**");
});

it("the palette finds by Korean initials, on a phone, in the dark", async () => {
  const korean = wordsOf("ko").say;
  const page = await room.open({ locale: "ko-KR", colorScheme: "dark", viewport: phone });
  await page.getByRole("button", { name: korean({ key: "palette.open" }) }).click();
  await page.getByRole("combobox").fill("ㅁㄷㄹ gpt");
  await expectNoOverflow(page);
  expect(await objections(page, "dialog[open]")).toEqual([]);
  await page.getByRole("combobox").fill("ㅁㄷ gpt");
  await page
    .getByRole("option", { name: korean({ key: "palette.model", values: { id: "gpt-4.1" } }) })
    .click();
  await page.waitForURL("**/models/gpt-4.1");
});
