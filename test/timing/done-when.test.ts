import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { ImpactView, MetricsView } from "@/lib/shared/contract";
import { wordsOf } from "../components/words";
import { eventually } from "../support/stack";
import {
  type Answer,
  callsPerSecond,
  cellOf,
  type Load,
  maxTokens,
  openRoom,
  type Room,
  shows,
  stateOf,
  textOf,
} from "../e2e/room";

const { say } = wordsOf("en");

let room: Room;

beforeAll(async () => {
  room = await openRoom();
});

afterEach(() => room.quiet());

afterAll(() => room.stop());

function failures(answers: readonly Answer[]): readonly Answer[] {
  return answers.filter(({ status }) => status !== 200);
}

/** Waits until all calls of the last 300 ms have obeyed; returns how long after `sinceMs` the last that did not began. */
async function timeToObey(
  { answers }: Load,
  sinceMs: number,
  obeys: (answer: Answer) => boolean,
  withinMs = 10_000,
): Promise<number> {
  await eventually(() => {
    const fromMs = Math.max(sinceMs, Date.now() - 300);
    const recent = answers.filter(({ startedAtMs }) => startedAtMs > fromMs);
    expect(recent.length).toBeGreaterThanOrEqual(5);
    expect(recent.filter((answer) => !obeys(answer))).toEqual([]);
    return true;
  }, withinMs);
  const last = answers.findLast((answer) => answer.startedAtMs > sinceMs && !obeys(answer));
  return last === undefined ? 0 : last.startedAtMs - sinceMs;
}

/** The first measurements after a start are noisy: measures a region of gpt-4.1 until calls choose it by themselves. */
async function settleAt(region: string): Promise<void> {
  const measuring = room.load("gpt-4.1", { "x-region": region });
  await eventually(async () => {
    const response = await room.call({ model: "gpt-4.1", max_tokens: 2 });
    await response.arrayBuffer();
    return response.headers.get("x-bellwether-region") === region;
  }, 60_000);
  await measuring.stop();
}

async function click(page: Page, name: string, role: "switch" | "button"): Promise<number> {
  const control = page.getByRole(role, { name, exact: true });
  // The page's time, of the press itself: finding and scrolling to a control is the person's time.
  await control.evaluate((element) => {
    element.addEventListener("pointerdown", () => {
      Object.assign(globalThis, { pressedAtMs: Date.now() });
    });
  });
  await control.click();
  return page.evaluate(() => (globalThis as unknown as { pressedAtMs: number }).pressedAtMs);
}

/**
 * Clicks something that may move many calls and says yes with its name if it is asked; returns when the button was pressed
 * that did it.
 */
async function clickAndConfirm(
  page: Page,
  name: string,
  role: "switch" | "button",
  object: string,
): Promise<number> {
  const answer = page.waitForResponse((response) => response.url().endsWith("/api/impact"));
  const pressedAtMs = await click(page, name, role);
  const { tier } = (await (await answer).json()) as ImpactView;
  if (tier === "T0") {
    return pressedAtMs;
  }
  const sheet = page.getByRole("dialog");
  const fields = sheet.getByRole("textbox");
  await fields.first().fill("a test");
  await fields.last().fill(object);
  await sheet.locator('button[type="submit"]').evaluate((element) => {
    element.addEventListener("pointerdown", () => {
      Object.assign(globalThis, { pressedAtMs: Date.now() });
    });
  });
  await sheet.locator('button[type="submit"]').click();
  return page.evaluate(() => (globalThis as unknown as { pressedAtMs: number }).pressedAtMs);
}

/** The log of calls as it grows. */
async function followCalls(): Promise<Page> {
  const page = await room.open({}, "/requests");
  await page.getByRole("switch", { name: say({ key: "requests.tail" }) }).click();
  return page;
}

it("answers the printed command as it stands, and the page shows the call within 2 s without the demo's", async () => {
  const page = await room.open();
  await shows(page.getByTestId("demo"), say({ key: "demo.only" }));
  const log = await followCalls();
  const command = /^curl .*$/m.exec(room.product.output())?.[0] ?? "";
  const { stdout } = await promisify(execFile)("bash", ["-c", command]);
  const answeredMs = performance.now();
  expect(JSON.parse(stdout)).toMatchObject({
    object: "chat.completion",
    choices: [{ message: { role: "assistant", content: expect.stringMatching(/\w/) as string } }],
  });
  const row = log.getByTestId("call").filter({ hasText: "default" });
  await row.waitFor();
  expect(performance.now() - answeredMs).toBeLessThan(2_000);
  expect(await textOf(row)).not.toContain(say({ key: "demo.tag" }));

  await shows(page.getByTestId("demo"), say({ key: "demo.excluded" }));
  await page
    .getByText(say({ key: "facts.calls", values: { n: 1 } }))
    .first()
    .waitFor();
  // Another call of the demo must not change the numbers.
  const seen = (await room.attempts()).length;
  await eventually(async () => (await room.attempts()).length > seen);
  const metrics = (await (await room.ask("GET", "metrics")).json()) as MetricsView;
  expect(metrics.totals.calls).toBe(1);
  expect(metrics.demo).toBe(false);
});

it("loses no call when a region breaks, shows it within 2 s, goes around it, and lets it return by itself", async () => {
  const id = "alpha:us-east:gpt-4.1";
  const page = await room.open();
  const log = await followCalls();
  const isHome = ({ region }: Answer): boolean => region === "us-east";
  const isAway = ({ region }: Answer): boolean => region !== "us-east";
  await settleAt("us-east");
  const load = room.load("gpt-4.1");
  await timeToObey(load, Date.now(), isHome);
  await shows(stateOf(page, id), say({ key: "state.healthy" }));

  const brokenAtMs = Date.now();
  await room.breakDown({ kind: "status", status: 503, model: "gpt-4.1", region: "us-east" });
  await shows(stateOf(page, id), say({ key: "state.down" }));
  const shownMs = Date.now() - brokenAtMs;
  await timeToObey(load, brokenAtMs, isAway);
  const elsewhere = load.answers.at(-1)?.region ?? "nowhere";
  await shows(log.getByTestId("call").first(), elsewhere);
  expect(shownMs).toBeLessThan(2_000);
  // What is known to be down is left alone, but for a trial now and then.
  const known = (await room.attempts()).at(-1)?.seq ?? 0;
  const answered = load.answers.length;
  await eventually(() => load.answers.length >= answered + callsPerSecond);
  const there = (await room.attempts(known)).filter(
    ({ region, model, max_tokens }) =>
      region === "us-east" && model === "gpt-4.1" && max_tokens === maxTokens,
  );
  expect(there.length).toBeLessThanOrEqual(2);

  await room.mend();
  await shows(stateOf(page, id), say({ key: "state.healthy" }), 60_000);
  await timeToObey(load, Date.now(), isHome, 30_000);
  await shows(log.getByTestId("call").first(), "us-east");
  expect(failures(await load.stop())).toEqual([]);
});

it("loses no call of a chain when its first model breaks everywhere", async () => {
  const page = await room.open({}, "/routes/auto");
  const log = await followCalls();
  const load = room.load("auto");
  await timeToObey(load, Date.now(), ({ model }) => model === "gpt-4.1");
  const brokenAtMs = Date.now();
  await room.breakDown({ kind: "status", status: 503, model: "gpt-4.1" });
  await timeToObey(load, brokenAtMs, ({ model }) => model === "claude-sonnet-4-5");
  await shows(page.getByTestId("chain-gpt-4.1"), say({ key: "state.down" }));
  await shows(log.getByTestId("call").first(), "claude-sonnet-4-5");
  expect(failures(await load.stop())).toEqual([]);
  await room.mend();
});

it("obeys the page's switch and order within 1 s of the click, proves it, and takes it back", async () => {
  const page = await room.open({}, "/matrix");
  const route = await room.open({}, "/routes/auto");
  const load = room.load("auto");
  const isGemini = ({ model }: Answer): boolean => model === "gemini-2.5-flash";
  const isOther = ({ model }: Answer): boolean => model !== null && model !== "gemini-2.5-flash";
  await timeToObey(load, Date.now(), isOther);

  const up = say({ key: "routes.up", values: { model: "gemini-2.5-flash" } });
  await click(route, up, "button");
  await click(route, up, "button");
  const savedAtMs = await clickAndConfirm(route, say({ key: "routes.saveAll" }), "button", "auto");
  const orderMs = await timeToObey(load, savedAtMs, isGemini);
  const inEffect = say({ key: "proof.applied.order", values: { of: 1, took: "" } });
  await shows(route.getByTestId("route-proof"), inEffect);
  await shows(route.getByTestId("route-proof"), "gemini-2.5-flash / ");

  const everywhere = say({ key: "matrix.switchModel", values: { id: "gemini-2.5-flash" } });
  const head = page.getByTestId("model-gemini-2.5-flash");
  const off = say({ key: "proof.applied.off", values: { of: 1, took: "" } });
  const on = say({ key: "proof.applied.on", values: { of: 1, took: "" } });
  const offAtMs = await clickAndConfirm(page, everywhere, "switch", "gemini-2.5-flash");
  const offMs = await timeToObey(load, offAtMs, isOther);
  await shows(head, off);
  await shows(stateOf(page, "alpha:us-east:gemini-2.5-flash"), say({ key: "state.off" }));

  const toast = page.getByRole("listitem").filter({
    hasText: say({ key: "toast.off", values: { name: "gemini-2.5-flash" } }),
  });
  await shows(toast, off);
  const undo = toast.getByRole("button", { name: say({ key: "toast.undo" }) });
  const undoneAtMs = Date.now();
  await undo.click();
  const undoMs = await timeToObey(load, undoneAtMs, isGemini);
  await shows(head, on);

  await clickAndConfirm(page, everywhere, "switch", "gemini-2.5-flash");
  await timeToObey(load, Date.now(), isOther);
  await shows(head, off);
  const keyAtMs = Date.now();
  await page.keyboard.press("u");
  const keyMs = await timeToObey(load, keyAtMs, isGemini);
  await shows(head, on);

  for (const tookMs of [orderMs, offMs, undoMs, keyMs]) {
    expect(tookMs).toBeLessThan(1_000);
  }
  expect(failures(await load.stop())).toEqual([]);
  expect(
    await cellOf(page, "alpha:us-east:gemini-2.5-flash")
      .getByRole("switch")
      .getAttribute("aria-checked"),
  ).toBe("true");
});
