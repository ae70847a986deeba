import { it } from "vitest";
import { launchBrowser } from "../support/browser";
it("pictures", async () => {
  const browser = await launchBrowser();
  const base = process.env["ROOM"] ?? "http://127.0.0.1:3600";
  const pages = (process.env["PAGES"] ?? "/matrix,/routes,/requests,/changes").split(",");
  for (const scheme of (process.env["SCHEMES"] ?? "light,dark").split(",") as ("light" | "dark")[]) {
    for (const locale of (process.env["LOCALES"] ?? "en-US,ko-KR").split(",")) {
      for (const width of (process.env["WIDTHS"] ?? "1440,390").split(",").map(Number)) {
        const context = await browser.newContext({ colorScheme: scheme, locale, viewport: { width, height: width > 500 ? 1000 : 844 }, timezoneId: "Asia/Seoul", hasTouch: width < 500 });
        const page = await context.newPage();
        for (const path of pages) {
          await page.goto(base + path);
          await page.waitForTimeout(2500);
          const name = path.replace(/[^a-z0-9]+/gi, "_");
          await page.screenshot({ path: `/tmp/pics-h3/${name}-${scheme}-${locale.slice(0, 2)}-${width}.png`, fullPage: true });
        }
        await context.close();
      }
    }
  }
  await browser.close();
}, 600_000);
