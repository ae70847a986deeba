/* global requestAnimationFrame */
// What people press on the pages. What is not on a page is not pressed there, unless the page is nothing without it.
import { rangeName, sleep } from "./parts.mjs";

const presses = {
  range: (page) =>
    page
      .getByRole("group", { name: rangeName })
      .locator("button[aria-pressed=false]")
      .filter({ visible: true })
      .first(),
  cell: (page) => page.locator('[data-testid^="target-"]').first(),
  call: (page) => page.locator('[data-testid="call"]').first(),
  row: (page) => page.locator('[data-testid^="chain-"] button[data-focus^="down"]:enabled').first(),
};
const essential = {
  "/overview": ["range", "cell"],
  "/matrix": ["cell"],
  "/requests": ["call"],
  "/routes/[id]": ["row"],
};

/** Presses one of each kind with the mouse, closes what opened, and opens and closes the list of keys. */
export async function pressEverything(page, route) {
  for (const [name, find] of Object.entries(presses)) {
    const control = await find(page);
    if ((await control.count()) > 0 && (await control.isVisible())) {
      await control.scrollIntoViewIfNeeded();
      await control.click();
      await settle(page);
      await page.keyboard.press("Escape");
      await settle(page);
    } else if (essential[route]?.includes(name)) {
      throw new Error(`${route} has no ${name} to press`);
    }
  }
  await page.keyboard.press("Shift+Slash");
  await settle(page);
  await page.keyboard.press("Escape");
  await settle(page);
}

/** Until what the press caused has been painted, and told to observers. */
async function settle(page) {
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  );
  await sleep(400);
}
