import { readFile } from "node:fs/promises";
import type { Locator, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { fileName } from "@/components/charts/save-file";
import { rangeBetween } from "@/components/lib/range";
import type { Change } from "@/lib/shared/contract";
import { wordsOf } from "../components/words";
import { eventually } from "../support/stack";
import { expectNoOverflow, objections } from "./axe";
import { confirmed, desk, openRoom, phone, type Room, sayYes, shows, untilLive } from "./room";

const { say } = wordsOf("en");
const targets = "alpha:us-east";

let room: Room;

beforeAll(async () => {
  room = await openRoom();
  for (let call = 0; call < 60; call += 1) {
    await (await room.call({ model: "gpt-4.1", max_tokens: 2 })).arrayBuffer();
  }
  await (await room.call({ model: "no-such-model" })).arrayBuffer();
});

afterEach(() => room.quiet());

afterAll(() => room.stop());

const rows = (page: Page): Locator => page.getByTestId("call");
const button = (page: Page, name: string): Locator =>
  page.getByRole("button", { name, exact: true });

/** A region dies, and the healer has noticed. */
async function killRegion(): Promise<void> {
  await room.breakDown({ kind: "status", status: 503, region: "us-east" });
  const load = room.load("gpt-4.1", { "x-region": "us-east" });
  await eventually(async () => {
    const health = await room.health();
    const found = health.targets.find(({ id }) => id === `${targets}:gpt-4.1`);
    expect(found).toMatchObject({ state: "down" });
    return found;
  }, 20_000);
  await load.stop();
}

// Every two of page, theme, language and width meet.
it.each([
  ["/matrix", "light", "en-US", desk],
  ["/matrix?metric=p95", "dark", "en-US", desk],
  ["/matrix?metric=cost", "light", "ko-KR", phone],
  ["/overview?r=24h&app=default", "light", "ko-KR", desk],
  ["/matrix", "dark", "ko-KR", phone],
  ["/models", "light", "ko-KR", desk],
  ["/models?r=30d", "dark", "en-US", phone],
  ["/models/gpt-4.1", "dark", "ko-KR", phone],
  ["/models/gpt-4.1?r=6h", "light", "en-US", desk],
  ["/regions", "dark", "en-US", desk],
  ["/regions/us-east", "light", "ko-KR", phone],
  ["/apps", "dark", "ko-KR", desk],
  ["/apps", "light", "en-US", phone],
  ["/routes", "dark", "en-US", desk],
  ["/routes", "light", "ko-KR", phone],
  ["/routes/auto", "light", "en-US", phone],
  ["/routes/auto", "dark", "ko-KR", desk],
  ["/requests", "dark", "en-US", phone],
  ["/requests?q=is:rescued+nonsense", "light", "ko-KR", desk],
  ["/changes?by=healer", "light", "en-US", phone],
  ["/changes?object=model:gpt-4.1&asof=2030-01-01T00:00:00Z", "dark", "ko-KR", desk],
] as const)(
  "axe objects to nothing: %s, %s, %s, %o",
  async (path, colorScheme, locale, viewport) => {
    const page = await room.open({ colorScheme, locale, viewport }, path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(await objections(page)).toEqual([]);
    await expectNoOverflow(page);
  },
);

it("the rail leads everywhere, and keeps the range", async () => {
  const page = await room.open({}, "/overview?r=6h");
  for (const key of [
    "matrix",
    "models",
    "regions",
    "routes",
    "requests",
    "apps",
    "changes",
  ] as const) {
    await page.getByRole("link", { name: say({ key: `nav.${key}` }), exact: true }).click();
    await page.waitForURL(`**/${key}?r=6h`);
    await page.getByRole("heading", { level: 1, name: say({ key: `nav.${key}` }) }).waitFor();
    await expect.poll(() => page.title()).toContain(say({ key: `nav.${key}` }));
  }
});

it("an address that is no page says so within the room, and one of the API in its own words", async () => {
  const page = await room.open({}, "/modles/gpt-4.1");
  await shows(page.locator("main"), say({ key: "missing.title" }));
  await shows(page.locator("main"), "/modles/gpt-4.1");
  expect((await fetch(page.url())).status).toBe(404);
  expect(await objections(page)).toEqual([]);
  await page.getByRole("link", { name: say({ key: "missing.overview" }) }).click();
  await page.waitForURL("**/overview");
  for (const broken of ["/models/%E0%A4%A", "/modles/%E0%A4%A"]) {
    const answer = await fetch(room.dashboard(broken));
    expect([broken, answer.status]).toEqual([broken, broken.startsWith("/models") ? 200 : 404]);
  }
  const zone = await fetch(page.url(), { headers: { cookie: "bellwether_zone=%25" } });
  expect(zone.status).toBe(200);
  const answer = await fetch(room.dashboard("/api/nothing"), { method: "POST" });
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ error: { code: "not_found" } });
});

it("a page that cannot be drawn says so in its place, and comes back", async () => {
  const page = await room.open({}, "/requests");
  await alive(page);
  await page.route("**/api/keys*", (route) => route.fulfill({ json: { keys: [null] } }));
  await page.getByRole("link", { name: say({ key: "nav.apps" }), exact: true }).click();
  const broken = page.getByTestId("broken");
  await shows(broken, say({ key: "broken.lead" }));
  await page.unroute("**/api/keys*");
  await broken.getByRole("button", { name: say({ key: "failure.reload" }) }).click();
  await page.getByRole("heading", { level: 1, name: say({ key: "nav.apps" }) }).waitFor();
});

it("a link asks for its page when somebody points at it, not before", async () => {
  const page = await room.open({}, "/settings");
  const asked: string[] = [];
  page.on("request", (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (searchParams.has("_rsc")) {
      asked.push(pathname);
    }
  });
  await page.reload();
  await untilLive(page);
  expect(asked).toEqual([]);
  await page.getByRole("link", { name: say({ key: "nav.models" }), exact: true }).hover();
  await expect.poll(() => asked).toContain("/models");
});

it("a page loads one file of the font in English and one more in Korean", async () => {
  const fontsOf = async (locale: "en" | "ko"): Promise<Set<string>> => {
    const page = await room.open({ locale }, "/settings");
    // All that the room itself may say, not only what this page does.
    const words = await readFile(`messages/${locale}.json`, "utf8");
    const files = await page.evaluate(async (text) => {
      document.body.append(text);
      document.body.getBoundingClientRect();
      await document.fonts.ready;
      return performance.getEntriesByType("resource").map(({ name }) => name);
    }, words);
    return new Set(
      files.flatMap((file) => /(?<=media\/)(latin|hangul_[a-z]+)/.exec(file)?.[0] ?? []),
    );
  };
  expect(await fontsOf("en")).toEqual(new Set(["latin"]));
  expect(await fontsOf("ko")).toEqual(new Set(["latin", "hangul_said"]));
});

it("by keyboard only: when a region died is two keys away, and where it was down is said", async () => {
  await killRegion();
  const page = await room.open({}, "/matrix");
  await button(page, say({ key: "film.play" })).waitFor();
  const slider = page.getByRole("slider", { name: say({ key: "film.at" }) });
  await eventually(async () => {
    await page.reload();
    await slider.focus();
    expect(await slider.getAttribute("aria-valuetext")).not.toContain(
      say({ key: "film.down", values: { n: 0 } }),
    );
    return true;
  }, 30_000);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowLeft");
  // The grid is as it was then: nothing was known, and nothing can be switched.
  const cell = page.getByTestId(`target-${targets}:gpt-4.1`);
  const past = page.getByTestId("past");
  await shows(cell, say({ key: "state.no_data" }));
  await past.waitFor();
  // The moment is in the address: a link shows it.
  await page.waitForURL("**/matrix?at=*");
  await page.reload();
  await past.waitFor();
  const model = page.getByRole("switch", {
    name: say({ key: "matrix.switchModel", values: { id: "gpt-4.1" } }),
  });
  expect(await model.getAttribute("aria-disabled")).toBe("true");
  await cell.focus();
  await page.keyboard.press("Space");
  expect(await page.getByRole("dialog").count()).toBe(0);
  expect(await objections(page)).toEqual([]);
  await button(page, say({ key: "film.next" })).focus();
  await page.keyboard.press("Enter");
  // The newest step is now; another may have begun since the region died.
  await eventually(async () => {
    if ((await past.count()) > 0) {
      await slider.press("ArrowRight");
    }
    expect(await past.count()).toBe(0);
    return true;
  });
  await slider.focus();
  await page.keyboard.press("ArrowLeft");
  await past.waitFor();
  await page.keyboard.press("Escape");
  await expect.poll(() => past.count()).toBe(0);
  await page.waitForURL("**/matrix");
  await page.keyboard.press("KeyF");
  await page.locator(`[role="gridcell"][data-target^="${targets}"]:focus`).waitFor();
});

it("cells tell another metric, which is in the address, and rows hold still under a pointer", async () => {
  const page = await room.open({}, "/matrix");
  const metric = (key: "p95" | "load" | "availability"): Locator =>
    button(page, say({ key: `matrix.metric.${key}` }));
  await metric("p95").click();
  await page.waitForURL("**/matrix?metric=p95");
  await shows(page.getByTestId("metric-legend"), say({ key: "matrix.explained.p95" }));
  await page.reload();
  expect(await metric("p95").getAttribute("aria-pressed")).toBe("true");
  // The one place that all calls went to; of the others nothing is known.
  const cells = await page.getByRole("gridcell").allInnerTexts();
  expect(cells.filter((text) => /p95 \d/.test(text)).length).toBeGreaterThan(0);
  expect(cells.some((text) => text.includes("p95 —"))).toBe(true);
  await metric("load").click();
  await page.waitForURL("**/matrix?metric=load");
  const heads = page.getByRole("rowheader");
  await heads.nth(2).hover();
  const before = await heads.allInnerTexts();
  const model = "deepseek-v3";
  await room.breakDown({ kind: "status", status: 503, model });
  const load = room.load(model);
  await eventually(async () => {
    const { targets: all } = await room.health();
    return all.some((target) => target.model === model && target.state === "down");
  }, 20_000);
  await load.stop();
  await page.waitForFunction(
    (name) => document.querySelector(`[data-testid="${name}"] [data-state="down"]`) !== null,
    "target-alpha:us-east:deepseek-v3",
  );
  const names = (texts: readonly string[]) => texts.map((text) => text.split("\n")[0]);
  expect(names(await heads.allInnerTexts())).toEqual(names(before));
  await page.mouse.move(2, 2);
  await shows(heads.first(), model);
});

it("a chart is a table and a file, its marks open their change, and its link shows the same window later", async () => {
  const context = { permissions: ["clipboard-read", "clipboard-write"] };
  const page = await room.open(context, "/overview");
  const traffic = page.locator("#traffic");
  const tool = (key: "table" | "csv" | "link" | "copied"): Locator =>
    traffic.getByRole("button", { name: say({ key: `chart.${key}` }), exact: true });
  const [file] = await Promise.all([page.waitForEvent("download"), tool("csv").click()]);
  const csv = await readFile(await file.path(), "utf8");
  expect(csv.split("\r\n")[0]).toBe("time_utc,firstTry,rescued,refused,failed,cancelled");
  const counted = csv.split("\r\n").filter((line) => /Z,\d/.test(line));
  expect(counted.length).toBeGreaterThan(0);
  await tool("table").click();
  await traffic.getByRole("table").waitFor();
  await tool("link").click();
  await tool("copied").waitFor();
  const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
  expect([...link.searchParams.keys()]).toEqual(["from", "to"]);
  await page.goto(link.href);
  const fixed = page.getByTestId("fixed-range").filter({ visible: true });
  await fixed.waitFor();
  const rows = traffic.getByRole("row");
  await tool("table").click();
  // A row for each bucket of the window, and the head.
  expect(await rows.count()).toBe(62);
  await page.getByRole("link", { name: say({ key: "nav.models" }), exact: true }).click();
  await page.waitForURL(`**/models?${link.searchParams.toString()}`);
  await page.goto(link.href);
  const mark = page.getByTestId("mark").first();
  await mark.focus();
  await page.keyboard.press("Enter");
  await page.getByTestId("change").waitFor();
  expect(new URL(page.url()).searchParams.get("change")).toMatch(/^\d+\.[rh]:/);
  await page.keyboard.press("Escape");
  await expect
    .poll(() => mark.evaluate((element) => element === document.activeElement))
    .toBe(true);
  await fixed.click();
  await page.waitForURL("**/overview?r=1h");
});

/** Resolves when the page's own code has taken over what the server sent, its keys too. */
async function alive(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    Object.keys(document.querySelector("main [data-export]") ?? {}).some((name) =>
      name.startsWith("__reactProps$"),
    ),
  );
}

it("by keys alone the range moves, a link keeps its times, and what has the focus is saved", async () => {
  const page = await room.open({ permissions: ["clipboard-read", "clipboard-write"] });
  const address = (): URLSearchParams => new URL(page.url()).searchParams;
  const press = async (key: string, wanted: string): Promise<void> => {
    await page.keyboard.press(key);
    await page.waitForURL(wanted);
  };
  const saved = async (act: () => Promise<unknown>): Promise<{ name: string; file: Buffer }> => {
    const [download] = await Promise.all([page.waitForEvent("download"), act()]);
    const file = await readFile(await download.path());
    return { name: download.suggestedFilename(), file };
  };
  await page.getByTestId("tile-served").waitFor();
  await press("BracketLeft", "**/overview?from=*&to=*");
  const spanMs = Date.parse(address().get("to") ?? "") - Date.parse(address().get("from") ?? "");
  expect(spanMs).toBe(3_600_000);
  const announcer = page.getByTestId("announcer");
  await shows(announcer, say({ key: "range.shown", values: { range: "" } }).trim());
  await press("BracketRight", "**/overview?r=1h");
  await press("Minus", "**/overview?r=6h");
  await press("Equal", "**/overview?r=1h");
  await press("BracketLeft", "**/overview?from=*");
  await press("Digit0", "**/overview?r=1h");
  const hourText = say({ key: "range.last", values: { range: say({ key: "range.1h" }) } });
  await shows(announcer, say({ key: "range.shown", values: { range: hourText } }));
  const hour = button(page, say({ key: "range.1h" })).filter({ visible: true });
  await expect.poll(() => hour.getAttribute("aria-pressed")).toBe("true");
  await page.keyboard.press("KeyT");
  await expect.poll(() => hour.evaluate((one) => one === document.activeElement)).toBe(true);

  await page.keyboard.press("KeyY");
  await shows(page.getByTestId("notice"), say({ key: "chart.copied" }));
  const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
  expect([...link.searchParams.keys()]).toEqual(["from", "to"]);
  await page.evaluate(() => {
    Object.defineProperty(navigator, "clipboard", { value: undefined });
  });
  await page.keyboard.press("KeyY");
  const byHand = page.getByRole("textbox", { name: say({ key: "chart.notCopied" }) });
  await expect.poll(() => byHand.inputValue()).toContain("/overview?from=");

  const png = page.locator("#traffic").getByRole("button", { name: say({ key: "chart.png" }) });
  await page.locator("#traffic [data-drawing]").first().waitFor();
  const { name, file } = await saved(() => png.click());
  expect(name).toMatch(/^outcome-.*\.png$/);
  const drawn = sharp(file).removeAlpha();
  const { width } = await drawn.metadata();
  const plot = await page.locator("#traffic [data-drawing]").first().boundingBox();
  // At twice its size, on the ground of its panel, with ink of its own.
  expect(width).toBe(Math.round(((plot?.width ?? 0) + 32) * 2));
  const [corner] = await drawn
    .clone()
    .extract({ left: 2, top: 2, width: 1, height: 1 })
    .raw()
    .toBuffer();
  expect(corner).toBeGreaterThan(245);
  const { channels } = await drawn.stats();
  expect(channels.slice(0, 3).every(({ min }) => min < 120)).toBe(true);

  expect((await saved(() => page.keyboard.press("KeyE"))).name).toMatch(/^outcome-.*\.csv$/);
  for (const list of ["requests", "changes"]) {
    await page.goto(new URL(`/${list}`, page.url()).href);
    await page.locator("main [data-export]").waitFor();
    await alive(page);
    const { name: own, file: lines } = await saved(() => page.keyboard.press("KeyE"));
    expect(own).toMatch(new RegExp(`^${list}-.*\\.csv$`));
    expect(lines.toString().split("\r\n").length).toBeGreaterThan(3);
  }
  // The feed is also a file for programs, as the operator API tells it.
  const json = page.getByRole("button", { name: say({ key: "chart.json" }) });
  const feed = await saved(() => json.click());
  const changes = JSON.parse(feed.file.toString()) as Change[];
  expect(feed.name).toBe(fileName("changes", changes[0]?.at ?? 0, "json"));
  const told = (await (await room.ask("GET", "changes")).json()) as { changes: Change[] };
  expect(told.changes).toEqual(expect.arrayContaining(changes.slice(0, 5)));
});

it("charts of a page share a cursor and tell their zone, and a series is shown alone by its name", async () => {
  const page = await room.open({ timezoneId: "Asia/Seoul" }, "/models/gpt-4.1");
  const plots = page.locator("figure.chart [role=application]");
  await page.locator("#total").scrollIntoViewIfNeeded();
  await expect.poll(() => plots.count(), { timeout: 15_000 }).toBeGreaterThan(2);
  await page.locator("#total [data-drawing]").first().waitFor();
  // Where nobody calls, probes are hollow dots.
  await page.locator('#availability [data-hollow][d^="M"]').first().waitFor({ state: "attached" });
  // Nobody has asked for a value: what reads them is not there.
  expect(await page.locator(".recharts-wrapper").count()).toBe(0);
  await plots.first().focus();
  await page.locator(".recharts-wrapper").first().waitFor();
  const isFocused = (): Promise<boolean> =>
    plots.first().evaluate((one) => one === document.activeElement);
  await expect.poll(isFocused).toBe(true);
  const cursors = async (): Promise<number> => {
    // A chart that mounts just now has not heard of the presses before.
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowLeft");
    return page.locator(".recharts-tooltip-cursor").count();
  };
  await expect.poll(cursors).toBeGreaterThan(1);
  expect(await page.locator(".recharts-tooltip-wrapper:visible").count()).toBe(1);
  await page.locator("#total [data-drawing] text", { hasText: /^KST$/ }).waitFor();
  const legend = (name: string): Locator =>
    page.locator("#total").getByRole("button", { name: new RegExp(`^${name}`) });
  await legend("p95").click();
  expect(await legend("p50").getAttribute("aria-pressed")).toBe("false");
  await legend("p95").click();
  expect(await legend("p50").getAttribute("aria-pressed")).toBe("true");
  await page.getByTestId("zone").filter({ visible: true }).click();
  await page.locator("#total [data-drawing] text", { hasText: /^UTC$/ }).waitFor();
});

it("a chart tells the value under a pointer that does not move, and what is dragged over is the range of the page", async () => {
  const page = await room.open({}, "/overview");
  const chart = page.locator("#traffic figure");
  await chart.scrollIntoViewIfNeeded();
  await alive(page);
  await chart.locator("[data-drawing]").first().waitFor();
  const { x, y, width, height } = (await chart.boundingBox()) ?? expect.fail();
  const at = async (share: number): Promise<void> =>
    page.mouse.move(x + width * share, y + height / 2);
  await at(0.5);
  await page.locator("#traffic .recharts-tooltip-wrapper:visible").waitFor();
  // What changes while the pointer rests elsewhere than where it came in leaves the cursor with it.
  await at(0.8);
  const cursor = page.locator("#traffic .recharts-tooltip-cursor");
  const cursorAt = async (): Promise<number> => (await cursor.boundingBox())?.x ?? 0;
  await expect.poll(cursorAt).toBeGreaterThan(x + width * 0.7);
  await page.locator("#traffic [data-legend] button").first().focus();
  await page.keyboard.press("Enter");
  await page.locator('#traffic [data-legend] [aria-pressed="false"]').first().waitFor();
  expect(await cursorAt()).toBeGreaterThan(x + width * 0.7);
  await page.keyboard.press("Enter");
  await at(0.5);
  const fixed = page.locator('[data-testid="fixed-range"]:visible');
  await page.mouse.down();
  await at(0.7);
  await page.getByTestId("zoom").waitFor();
  await page.keyboard.press("Escape");
  await page.mouse.up();
  expect(await fixed.count()).toBe(0);
  await page.mouse.down();
  await at(0.5);
  await page.mouse.up();
  await fixed.waitFor();
  const search = new URL(page.url()).searchParams;
  const [from, to] = ["from", "to"].map((name) => Date.parse(search.get(name) ?? ""));
  expect(((to ?? 0) - (from ?? 0)) / 60_000).toBeGreaterThan(9);
  expect(((to ?? 0) - (from ?? 0)) / 60_000).toBeLessThan(16);
  await page.keyboard.press("Digit0");
  await fixed.waitFor({ state: "detached" });
});

it("a tab that the server rendered before it knew the zone tells the browser's clock too, and a call its time on one line", async () => {
  const zone = { timezoneId: "Asia/Kolkata" };
  const first = await room.open({ ...zone, viewport: phone }, "/requests");
  await shows(first.locator("#requests"), "GMT+5:30");
  const page = await first.context().newPage();
  const address = room.dashboard("/requests");
  const body = await (await fetch(address)).text();
  expect(body).toContain("UTC");
  await page.route(address, (route) => route.fulfill({ body, contentType: "text/html" }));
  await page.goto(address);
  await shows(page.locator("#requests"), "GMT+5:30");
  await page.locator("#requests [data-item]").first().click();
  const note = page.getByTestId("call-title-note");
  await shows(note, "GMT+5:30");
  const heights = await note
    .locator("> span")
    .evaluateAll((parts) => parts.map((part) => part.getBoundingClientRect().height));
  // The id and the time, each whole on a line of 16 px.
  expect(heights).toHaveLength(2);
  expect(Math.max(...heights)).toBeLessThan(24);
  await expectNoOverflow(page);
});

it("the figures are of one application when that is asked", async () => {
  const made = await room.ask("POST", "keys", { id: "reports" });
  const { secret } = (await made.json()) as { secret: string };
  await eventually(async () => {
    const headers = { authorization: `Bearer ${secret}` };
    const answer = await room.call({ model: "gpt-4.1", max_tokens: 2 }, { headers });
    await answer.arrayBuffer();
    return answer.status === 200;
  });
  const page = await room.open();
  const filter = page.getByRole("combobox", { name: say({ key: "apps.filter" }) });
  await filter.selectOption("reports");
  await page.waitForURL("**/overview?app=reports");
  await shows(
    page.getByTestId("facts"),
    `${say({ key: "facts.ofApp", values: { app: "reports" } })} · ${say({ key: "facts.calls", values: { n: 1 } })}`,
    15_000,
  );
  await filter.selectOption("");
  await shows(page.getByTestId("tile-served"), say({ key: "tiles.served" }));
  await expect.poll(() => page.getByTestId("facts").innerText()).not.toContain("reports");
});

it("requests are narrowed by words, by views and by taking words away, and a link shows the same", async () => {
  const page = await room.open({}, "/requests");
  expect(await rows(page).count()).toBe(50);
  await button(page, say({ key: "requests.older" })).click();
  await expect.poll(() => rows(page).count()).toBeGreaterThan(60);
  const filter = page.getByRole("searchbox", { name: say({ key: "requests.filter" }) });
  await filter.fill("model:no-such-model");
  await filter.press("Enter");
  await expect.poll(() => rows(page).count()).toBe(1);
  await page.waitForURL("**/requests?q=model%3Ano-such-model");
  await page.reload();
  await expect.poll(() => rows(page).count()).toBe(1);
  await button(page, say({ key: "requests.views.rescued" })).click();
  await page.getByText(say({ key: "requests.noneMatch" })).waitFor();
  await button(page, say({ key: "requests.without", values: { word: "is:rescued" } })).click();
  await expect.poll(() => rows(page).count()).toBe(1);
  await filter.fill("nonsense");
  await filter.press("Enter");
  await page.getByText(say({ key: "requests.unknown", values: { words: "nonsense" } })).waitFor();
  await button(page, say({ key: "requests.facets.open" })).click();
  const refused = page.getByRole("button", { name: /^outcome:refused ≈/ });
  await refused.waitFor();
  expect(await objections(page)).toEqual([]);
  await refused.click();
  await page.waitForURL("**/requests?q=outcome%3Arefused");
  await rows(page).filter({ hasText: "no-such-model" }).click();
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error("no clipboard"));
  });
  await button(page, say({ key: "call.copy.curl" })).click();
  const command = page.getByTestId("copies").locator("pre");
  await shows(command, '"model":"no-such-model"');
  await shows(command, "/v1/chat/completions");
  expect(await objections(page, "dialog[open]")).toEqual([]);
});

it("requests of a window do not grow; one without any leads to the whole log, and words say what they take", async () => {
  const day = 86_400_000;
  const [from, to] = rangeBetween(Date.now() - 300 * day, Date.now() - 299 * day).split("/");
  const page = await room.open({}, `/requests?from=${from}&to=${to}`);
  await page.getByText(say({ key: "requests.noneInRange" })).waitFor();
  await page.getByTestId("paused").waitFor();
  await button(page, say({ key: "requests.wholeLog" })).click();
  await expect.poll(() => rows(page).count()).toBe(50);
  await page.waitForURL(/\/requests$/);
  await button(page, say({ key: "requests.views.slow" })).click();
  await page.waitForURL(/\/requests\?q=total%3A%3E/);
  const filter = page.getByRole("searchbox", { name: say({ key: "requests.filter" }) });
  // Whoever types keeps it when the address changes meanwhile.
  await expect.poll(() => filter.inputValue()).toContain("total:>");
  await filter.fill("ttft:soon");
  await page.evaluate(() => {
    window.history.replaceState(null, "", "?q=is%3Arescued");
  });
  await button(page, say({ key: "requests.without", values: { word: "is:rescued" } })).waitFor();
  expect(await filter.inputValue()).toBe("ttft:soon");
  await filter.press("Enter");
  await shows(page.getByRole("search"), say({ key: "requests.takes.ttft" }));
});

it("new requests wait until they are asked for, and come by themselves in a live tail", async () => {
  const page = await room.open({}, "/requests?q=app:default");
  await rows(page).first().hover();
  const first = await rows(page).first().innerText();
  await (await room.call({ model: "deepseek-v3", max_tokens: 2 })).arrayBuffer();
  await page.getByTestId("new-calls").waitFor();
  expect(await rows(page).first().innerText()).toBe(first);
  await page.getByTestId("new-calls").click();
  await shows(rows(page).first(), "deepseek-v3");
  await page.getByRole("switch", { name: say({ key: "requests.tail" }) }).click();
  await (await room.call({ model: "gemini-2.5-flash", max_tokens: 2 })).arrayBuffer();
  await shows(rows(page).first(), "gemini-2.5-flash", 10_000);
});

it("a region is switched off in its list, shows it on its page, and is switched on again", async () => {
  const page = await room.open({}, "/regions");
  const name = say({ key: "matrix.switchRegion", values: { id: "eu-west" } });
  await confirmed(page, "eu-west", () => page.getByRole("switch", { name }).click());
  await shows(page.getByTestId("object-eu-west"), say({ key: "state.off" }));
  await page.getByRole("link", { name: "eu-west", exact: true }).click();
  await page.waitForURL("**/regions/eu-west");
  // Named like the one of the list, which may still be there.
  const now = page.locator("#now");
  const own = now.getByRole("switch", { name });
  await expect.poll(() => own.getAttribute("aria-checked")).toBe("false");
  await own.click();
  await shows(now, say({ key: "proof.applied.on", values: { of: 1, took: "" } }), 10_000);
  await page.getByText(say({ key: "objects.charts.availability" })).waitFor();
});

it("a key is made, calls with its secret, is edited and taken back, and revoked by typing its name", async () => {
  const page = await room.open({}, "/apps");
  const field = (key: "id" | "label" | "rpm") =>
    page.getByLabel(say({ key: `apps.form.${key}` }), { exact: true });
  await button(page, say({ key: "apps.create" })).click();
  const dialog = page.getByRole("dialog");
  await field("id").fill("Not A Name");
  await field("rpm").fill("600");
  await dialog.getByRole("button", { name: say({ key: "apps.create" }) }).click();
  await dialog.getByRole("alert").waitFor();
  expect(await field("rpm").inputValue()).toBe("600");
  expect(await objections(page, "dialog[open]")).toEqual([]);
  await field("id").fill("shop");
  await dialog.getByRole("button", { name: say({ key: "apps.create" }) }).click();
  const secret = await dialog.getByTestId("secret").innerText();
  await page.keyboard.press("Escape");
  expect(await dialog.getByTestId("secret").isVisible()).toBe(true);
  await button(page, say({ key: "apps.kept" })).click();
  await shows(page.getByTestId("key-shop"), say({ key: "apps.limit.rpm", values: { n: "600" } }));
  const withKey = () =>
    room.call(
      { model: "gpt-4.1", max_tokens: 2 },
      { headers: { authorization: `Bearer ${secret}` } },
    );
  await eventually(async () => {
    const { status } = await withKey();
    expect(status).toBe(200);
    return true;
  });
  await button(page, say({ key: "apps.edit.one", values: { id: "shop" } })).click();
  expect(await field("rpm").inputValue()).toBe("600");
  await field("label").fill("The shop");
  await field("rpm").fill("-5");
  await dialog.getByRole("checkbox", { name: "deepseek-v3", exact: true }).check();
  await page.reload();
  await button(page, say({ key: "apps.edit.one", values: { id: "shop" } })).click();
  await dialog.getByTestId("draft-note").waitFor();
  await dialog.getByRole("button", { name: say({ key: "providers.form.save" }) }).click();
  await dialog.getByRole("alert").waitFor();
  expect(await field("rpm").getAttribute("aria-invalid")).toBe("true");
  expect(await objections(page, "dialog[open]")).toEqual([]);
  await field("rpm").fill("700");
  await dialog.getByRole("button", { name: say({ key: "providers.form.save" }) }).click();
  await shows(page.getByTestId("key-shop"), "The shop");
  await shows(page.getByTestId("key-shop"), "deepseek-v3");
  await eventually(async () => (await withKey()).status === 403);
  const notice = page.getByTestId("saved");
  await notice.getByRole("button", { name: say({ key: "toast.undo" }) }).click();
  await shows(page.getByTestId("key-shop"), say({ key: "apps.limit.rpm", values: { n: "600" } }));
  await eventually(async () => (await withKey()).status === 200);
  await page.getByRole("link", { name: say({ key: "nav.changes" }), exact: true }).click();
  await page.locator("main summary").first().click();
  const line = { object: "key:shop", field: "rpm", from: "700", to: "600" };
  await page.getByText(say({ key: "change.line.field", values: line })).waitFor();
  await page.getByRole("link", { name: say({ key: "nav.apps" }), exact: true }).click();
  await page.getByTestId("key-shop").waitFor();
  // The log is shipped, so that the key counts as used.
  await eventually(async () => {
    await page.reload();
    expect(await page.getByTestId("key-shop").innerText()).not.toContain(
      say({ key: "apps.never" }),
    );
    return true;
  }, 20_000);
  await button(page, say({ key: "apps.revokeKey", values: { id: "shop" } })).click();
  await dialog.getByRole("button", { name: say({ key: "apps.revoke" }), exact: true }).click();
  await shows(dialog, say({ key: "confirm.wrongName" }));
  await shows(dialog, say({ key: "confirm.needsReason" }));
  await sayYes(page, "shop", "revoke-key");
  await shows(page.getByTestId("key-shop"), say({ key: "apps.revoked" }));
  await eventually(async () => {
    const { status } = await withKey();
    expect(status).toBe(401);
    return true;
  });
});

it("a route is found in the list, put in order on its page, and the feed tells of it", async () => {
  const page = await room.open({}, "/routes");
  await page.getByRole("link", { name: "auto", exact: true }).click();
  await page.waitForURL("**/routes/auto");
  await button(page, say({ key: "routes.down", values: { model: "gpt-4.1" } })).click();
  await confirmed(page, "auto", () => button(page, say({ key: "routes.saveAll" })).click());
  await shows(
    page.getByTestId("route-proof"),
    say({ key: "proof.applied.order", values: { of: 1, took: "" } }),
  );
  await page.getByRole("link", { name: say({ key: "nav.changes" }), exact: true }).click();
  const values = { model: "claude-sonnet-4-5", from: 2, to: 1, route: "auto" };
  const feed = page.getByTestId("feed");
  await shows(feed, say({ key: "change.reorder.one", values }));
  await feed.getByTestId("effect").first().waitFor();
  // What that revision changed, in an address that somebody else can open.
  await feed
    .getByRole("button", { name: /^What r\d+ changed$/ })
    .first()
    .click();
  await page.waitForURL("**/changes?from=*&to=*");
  await shows(page.getByTestId("differences"), "route:auto");
  await page.reload();
  await shows(page.getByTestId("differences"), "route:auto");
  expect(await objections(page)).toEqual([]);
  await button(page, say({ key: "changes.compare.close" })).click();
  // Taking it back shows what that changes now, before it does.
  const openNewest = async (): Promise<string> => {
    const revert = feed.getByRole("button", { name: /^Revert r\d+$/ }).first();
    const label = (await revert.getAttribute("aria-label")) ?? "";
    await revert.click();
    await shows(page.getByTestId("revert-lines"), "route:auto");
    return label.replace("Revert ", "");
  };
  const stale = await openNewest();
  expect(await objections(page, "dialog[open]")).toEqual([]);
  // What is open stays with what was typed when somebody else changes the same behind it.
  const reason = page.getByRole("dialog").getByRole("textbox").first();
  await reason.fill("half a reason");
  const { routes } = await room.health();
  const { chain = [] } = routes.find(({ id }) => id === "auto") ?? {};
  await room.ask("PUT", "routes/auto", { chain: chain.toReversed() });
  await feed.locator(`[aria-label="Revert ${stale}"]`).waitFor({ state: "detached" });
  expect(await reason.inputValue()).toBe("half a reason");
  await button(page, say({ key: "confirm.cancel" })).click();
  const revision = await openNewest();
  await sayYes(page, revision, "revert-title");
  await shows(page.getByTestId("saved"), revision);
  await shows(feed, say({ key: "people.reverts", values: { revision: revision.slice(1) } }));
  await button(page, say({ key: "changes.by.healer" })).click();
  await page.waitForURL("**/changes?by=healer");
  await expect
    .poll(() => page.getByTestId("feed").innerText())
    .not.toContain(say({ key: "change.reorder.one", values }));
});
