// What a page costs a slow machine on a slow line: JavaScript, first paint, blocked time, shifts, answers to presses.
import { median, round, sleep, until } from "./parts.mjs";
import { watchMainThread } from "./main-thread.mjs";
import { pagesOf } from "./pages.mjs";
import { widths, withLivedInRoom } from "./room.mjs";
import { observePage } from "./observe.mjs";
import { pressEverything } from "./presses.mjs";

const slowdown = 4;
const line = {
  offline: false,
  latency: 150,
  downloadThroughput: 1_600_000 / 8,
  uploadThroughput: 750_000 / 8,
};
/** No long task for so long: the page is done. One that never is counts until the second limit. */
const quietMs = 5_000;
const longestMs = 25_000;

const bars = {
  jsKb: 235,
  lazyKb: 135,
  lcpMs: 2_000,
  tbtMs: 300,
  cls: 0.02,
  inpMs: 200,
  usableMs: 3_500,
};
const barsOf = {
  "/routes/[id]": { ...bars, jsKb: 260, lcpMs: 2_200, tbtMs: 350 },
  // Sheets and toasts come later on every page; charts on this one never.
  "/requests": { ...bars, jsKb: 250, lazyKb: 15, tbtMs: 250, inpMs: 150 },
};
const said = {
  jsKb: ["JavaScript at load", "kB gz"],
  lazyKb: ["JavaScript later, charts and all", "kB gz"],
  lcpMs: ["largest paint", "ms"],
  tbtMs: ["main thread blocked", "ms"],
  cls: ["layout shifts", ""],
  inpMs: ["slowest answer to a press", "ms"],
  usableMs: ["verdict and switches usable", "ms"],
};

/** Loads every page several times with a new profile each, at the width of a desk. */
export async function gates({ quick, say }) {
  const rounds = quick ? 1 : 5;
  return withLivedInRoom(say, async (room) => {
    const figures = [];
    for (const page of pagesOf(await room.health())) {
      const weight = await weigh(room, page);
      const runs = [];
      for (let index = 0; index < rounds; index += 1) {
        runs.push(await visit(room, page));
      }
      const measured = {
        ...weight,
        ...Object.fromEntries(
          Object.keys(runs[0]).map((name) => [name, median(runs.map((run) => run[name]))]),
        ),
      };
      const of = barsOf[page.route] ?? bars;
      for (const [name, value] of Object.entries(measured)) {
        const [what, unit] = said[name];
        const figure = {
          name: `${page.route}: ${what}`,
          value: round(value, name === "cls" ? 3 : 0),
          unit,
          bar: `≤ ${of[name]}`,
          holds: value <= of[name],
        };
        figures.push(figure);
        say(`${figure.name}: ${figure.value} ${unit}${figure.holds ? "" : ` (bar ${of[name]})`}`);
      }
    }
    return figures;
  });
}

/** The bytes of scripts on the wire without their heads, unhurried: those that the document names, and those that come later, as charts do. */
async function weigh({ browser, origin }, { path }) {
  const context = await browser.newContext({ viewport: widths[1440], locale: "en-US" });
  try {
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    const scripts = new Map();
    let lastMs = 0;
    cdp.on("Network.responseReceived", ({ requestId, type, response }) => {
      if (type === "Script") {
        scripts.set(requestId, {
          file: new URL(response.url).pathname,
          headBytes: response.encodedDataLength,
          bytes: 0,
        });
      }
    });
    cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      const script = scripts.get(requestId);
      if (script !== undefined) {
        script.bytes = encodedDataLength - script.headBytes;
        lastMs = performance.now();
      }
    });
    await cdp.send("Network.enable");
    const document = await page.goto(`${origin}${path}`, { waitUntil: "load" });
    const atFirst = await document.text();
    await page.keyboard.press("End");
    await sleep(1_000);
    await page.keyboard.press("Home");
    await sleep(4_000);
    await until(() => performance.now() - lastMs > 1_000, "scripts have come");
    const kb = (isAtFirst) =>
      [...scripts.values()]
        .filter(({ file }) => atFirst.includes(file) === isAtFirst)
        .reduce((sum, { bytes }) => sum + bytes, 0) / 1_000;
    return { jsKb: kb(true), lazyKb: kb(false) };
  } finally {
    await context.close();
  }
}

async function visit({ browser, origin }, { route, path }) {
  const context = await browser.newContext({ viewport: widths[1440], locale: "en-US" });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const cdp = await context.newCDPSession(page);
    await cdp.send("Network.enable");
    await cdp.send("Network.emulateNetworkConditions", line);
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
    await page.addInitScript(observePage);
    const blockedMs = await watchMainThread(cdp);
    await page.goto(`${origin}${path}`, { waitUntil: "load" });
    const seen = () => page.evaluate(() => globalThis.seen());
    const loaded = await until(
      async () => {
        const now = await seen();
        const calmMs = now.nowMs - Math.max(now.fcpMs, now.lastTaskEndMs);
        return now.fcpMs > 0 && now.usableMs > 0 && (calmMs > quietMs || now.nowMs > longestMs)
          ? now
          : null;
      },
      `${path} is quiet and usable`,
      90_000,
    );
    const tbtMs = await blockedMs();
    await pressEverything(page, route);
    await page.keyboard.press("End");
    await sleep(1_000);
    const { cls, inpMs } = await seen();
    const { lcpMs, usableMs } = loaded;
    return { lcpMs, tbtMs, cls, inpMs, usableMs };
  } finally {
    await context.close();
  }
}
