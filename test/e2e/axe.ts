import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/** What axe objects to inside `part`, one line each. */
export async function objections(page: Page, part = "html"): Promise<string[]> {
  // What is half faded in has half its contrast.
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every(
        ({ playState, effect }) =>
          playState !== "running" || effect?.getComputedTiming().endTime === Infinity,
      ),
  );
  const { violations } = await new AxeBuilder({ page }).include(part).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/** By how many CSS pixels the page is wider than its window, or on a phone a table that is no list than its panel. */
export async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const tables = document.querySelectorAll(":has(> .data-table:not(.list-table))");
    const parts = [document.documentElement, ...(window.innerWidth < 720 ? tables : [])];
    return Math.max(...parts.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth));
  });
}

/** Nothing stands beyond the edge of the window. */
export async function expectNoOverflow(page: Page): Promise<void> {
  const beyond = await overflow(page);
  if (beyond > 0) {
    throw new Error(`The page is ${beyond} px wider than its window.`);
  }
}
