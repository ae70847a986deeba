// How long a page waits on the server, its document and all that it asks for, on millions of calls.
import { median, parts, rangeName, round, sleep } from "./parts.mjs";
import { pagesOf } from "./pages.mjs";
import { widths, withDatabase, withRoom } from "./room.mjs";

const barMs = 200;
const everyRange = ["15m", "1h", "6h", "24h", "7d", "30d", "90d"];
const someRanges = ["1h", "90d"];

/**
 * Visits every page at every range that it knows.
 *
 * SEEDED_DATABASE_URL: a database that `npm run seed:calls` has filled already; one of `calls` made-up calls is made else.
 */
export async function serverTime({ quick, say, calls = quick ? 200_000 : 10_000_000 }) {
  const how = quick ? { rounds: 3, ranges: someRanges } : { rounds: 5, ranges: everyRange };
  const given = process.env.SEEDED_DATABASE_URL;
  if (given !== undefined) {
    return visitAll(given, how, say);
  }
  const { openDatabase, seedCalls } = await parts();
  return withDatabase(async (databaseUrl) => {
    const db = openDatabase({ url: databaseUrl, poolSize: 2, applicationName: "seed" });
    await seedCalls({ db, calls, days: 90, say }).finally(() => db.close());
    return visitAll(databaseUrl, how, say);
  });
}

async function visitAll(databaseUrl, how, say) {
  const { publishSeeded } = await parts();
  await publishSeeded(databaseUrl);
  const env = { BELLWETHER_DEMO: "off", SEEDED_KEY: "a-key-of-nobody" };
  return withRoom({ databaseUrl, env }, async (room) => {
    const figures = [];
    for (const page of pagesOf(await room.health())) {
      const slowest = await slowestOf(room, page, how, say);
      figures.push({
        name: `${page.route}: slowest of its requests, ${slowest.what}`,
        value: round(slowest.tookMs),
        unit: "ms",
        bar: `≤ ${barMs}`,
        holds: slowest.tookMs <= barMs,
      });
    }
    return figures;
  });
}

/** The request of a page, over all ranges, whose median is the longest; what the first visit costs more is left out. */
async function slowestOf(room, { path }, { rounds, ranges }, say) {
  const { hasRange } = await visit(room, path);
  let slowest = { what: "", tookMs: 0 };
  for (const address of hasRange ? ranges.map((range) => `${path}?r=${range}`) : [path]) {
    const times = new Map();
    for (let index = 0; index < rounds; index += 1) {
      const { asked } = await visit(room, address);
      for (const { what, tookMs } of asked) {
        times.set(what, [...(times.get(what) ?? []), tookMs]);
      }
    }
    for (const [what, took] of times) {
      const tookMs = median(took);
      say(`${address}: ${what} ${round(tookMs)} ms`);
      if (tookMs > slowest.tookMs) {
        slowest = { what, tookMs };
      }
    }
  }
  return slowest;
}

/** What a page asks the server for until it is quiet, and how long from the request to the last byte of each answer. */
async function visit({ browser, origin }, address) {
  const context = await browser.newContext({ viewport: widths[1440], locale: "en-US" });
  try {
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    const open = new Map();
    const asked = [];
    const end = (what, timing, atSeconds) => {
      asked.push({ what, tookMs: (atSeconds - timing.requestTime) * 1_000 - timing.sendStart });
    };
    cdp.on("Network.responseReceived", ({ requestId, type, response, timestamp }) => {
      const { pathname } = new URL(response.url);
      if (type === "EventSource") {
        end(pathname, response.timing, timestamp);
      } else if (type === "Document" || pathname.startsWith("/api/")) {
        const what = type === "Document" ? "the document" : pathname;
        open.set(requestId, { what, timing: response.timing });
      }
    });
    cdp.on("Network.loadingFinished", ({ requestId, timestamp }) => {
      const request = open.get(requestId);
      if (request !== undefined) {
        end(request.what, request.timing, timestamp);
      }
    });
    await cdp.send("Network.enable");
    await page.goto(`${origin}${address}`, { waitUntil: "load" });
    await page.keyboard.press("End");
    await sleep(2_000);
    const hasRange = (await page.getByRole("group", { name: rangeName }).count()) > 0;
    return { asked, hasRange };
  } finally {
    await context.close();
  }
}
