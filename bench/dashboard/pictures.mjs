// `npm run pictures`: photographs every page of a lived-in control room for docs/control-room.md and the README.
import fs from "node:fs";
import path from "node:path";
import sharp from "sharp";
import { root, sleep } from "./parts.mjs";
import { pagesOf } from "./pages.mjs";
import { withLivedInRoom } from "./room.mjs";

const folder = path.join(root, "docs/screens");
const looks = [
  { theme: "light", locale: "en-US", width: 1440, height: 1000, mostHeight: 1500 },
  { theme: "dark", locale: "ko-KR", width: 390, height: 844, mostHeight: 1688 },
];
const colours = 192;
const mostBytes = 4_000_000;

async function photograph({ browser, origin }, { path: address, name }, look) {
  const { theme, locale, width, height, mostHeight } = look;
  const context = await browser.newContext({
    viewport: { width, height },
    locale,
    colorScheme: theme,
    hasTouch: width < 720,
    timezoneId: "Asia/Seoul",
    reducedMotion: "reduce",
  });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(`${origin}${address}`);
    await page.locator('[data-testid="live"][data-link="live"]').waitFor();
    await sleep(2_000);
    const whole = await page.evaluate("document.documentElement.scrollHeight");
    // What stands at the edge of the window then stands at the edge of the picture.
    await page.setViewportSize({ width, height: Math.max(height, Math.min(whole, mostHeight)) });
    await sleep(4_500);
    const picture = await page.screenshot({ animations: "disabled" });
    const file = `${name}.${theme}.${locale.slice(0, 2)}.${width}.png`;
    const { size } = await sharp(picture)
      .png({ palette: true, colours, effort: 10, compressionLevel: 9, dither: 0 })
      .toFile(path.join(folder, file));
    return { file, size };
  } finally {
    await context.close();
  }
}

async function main() {
  const say = (text) => process.stderr.write(`${text}\n`);
  fs.mkdirSync(folder, { recursive: true });
  const taken = [];
  await withLivedInRoom(say, async (room) => {
    for (const look of looks) {
      for (const page of pagesOf(await room.health())) {
        taken.push(await photograph(room, page, look));
        const { file, size } = taken.at(-1);
        say(`${file} ${Math.round(size / 1_000)} kB`);
      }
    }
  });
  const files = new Set(taken.map(({ file }) => file));
  for (const old of fs.readdirSync(folder).filter((file) => !files.has(file))) {
    fs.rmSync(path.join(folder, old));
  }
  const bytes = taken.reduce((sum, { size }) => sum + size, 0);
  say(`${taken.length} pictures, ${Math.round(bytes / 1_000)} kB`);
  if (bytes > mostBytes) {
    throw new Error(`the pictures are larger than ${mostBytes / 1_000} kB`);
  }
}

main().catch((error) => {
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 1;
});
