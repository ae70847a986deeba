import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { eventually } from "../support/stack";
import { cellOf, openRoom, type Room } from "./room";

const markup = "<img src=x onerror=window.__ran=1><script>window.__ran=1</script>";

let room: Room;

beforeAll(async () => {
  room = await openRoom();
});

afterEach(() => room.quiet());

afterAll(() => room.stop());

/** The text stands on the page, and nothing of it became an element or ran. */
async function expectOnlyText(page: Page): Promise<void> {
  const found = await page.evaluate(
    (text) => ({
      isShown: document.body.innerText.includes(text),
      elements: document.querySelectorAll("img[src='x']").length,
      ran: "__ran" in window,
    }),
    markup,
  );
  expect(found).toEqual({ isShown: true, elements: 0, ran: false });
}

/** The log with the newest call that names `text` open. It is read when the page is, and a call is shipped a little later. */
async function openCall(text: string): Promise<Page> {
  const page = await room.open({}, "/requests");
  const row = page.getByTestId("call").filter({ hasText: text }).first();
  await eventually(async () => {
    await page.reload();
    return (await row.count()) > 0;
  });
  await row.click();
  return page;
}

it("shows the markup of a provider's error as text", async () => {
  await room.breakDown({ kind: "status", status: 500, model: "deepseek-v3", message: markup });
  const response = await room.call({ model: "deepseek-v3" });
  expect(response.status).toBeGreaterThanOrEqual(500);
  const page = await openCall("deepseek-v3");
  const drawer = page.getByRole("dialog");
  await drawer.getByText(markup).first().waitFor();
  await expectOnlyText(page);
});

it("shows the markup of a target's last error as text", async () => {
  const page = await room.open();
  await cellOf(page, "alpha:us-east:gemini-2.5-flash").click();
  await page.getByRole("dialog").waitFor();
  // Once and its retry: at the third the breaker would open, and a probe's error follow.
  await room.breakDown({
    kind: "status",
    status: 500,
    model: "gemini-2.5-flash",
    region: "us-east",
    message: markup,
    count: 2,
  });
  const response = await room.call(
    { model: "gemini-2.5-flash" },
    { headers: { "x-region": "us-east" } },
  );
  expect(response.status).toBe(200);
  await page.getByRole("dialog").getByText(markup).waitFor();
  await expectOnlyText(page);
});

it("shows the markup of a caller's model name as text", async () => {
  const response = await room.call({ model: markup });
  expect(response.status).toBe(404);
  const page = await openCall(markup);
  await page.getByRole("dialog").getByText(markup).first().waitFor();
  await expectOnlyText(page);
});

it("shows the markup of an operator's reason as text", async () => {
  const response = await room.ask("PATCH", "models/gpt-4.1", {
    intent: "draining",
    reason: markup,
  });
  expect(response.status).toBe(200);
  const page = await room.open();
  await page.getByText(markup).first().waitFor();
  await expectOnlyText(page);
});
