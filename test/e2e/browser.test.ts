import { expect, test } from "vitest";
import { launchBrowser } from "../support/browser";

test("the browser draws text", async () => {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 400, height: 120 } });
    const pictureOf = async (text: string): Promise<Buffer> => {
      await page.setContent(`<p style="font: 32px sans-serif">${text}</p>`);
      return page.screenshot(process.env["SHOT"] ? { path: process.env["SHOT"] } : {});
    };
    const empty = await pictureOf("");
    const written = await pictureOf("Bellwether");
    expect(written.equals(empty)).toBe(false);
  } finally {
    await browser.close();
  }
});
