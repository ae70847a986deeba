// axe and the width of every page: themes × languages × data, nothing, errors × desk and phone.
import path from "node:path";
import { parts, sleep } from "./parts.mjs";
import { pagesOf } from "./pages.mjs";
import { widths, withEmptyRoom, withLivedInRoom } from "./room.mjs";

const everywhere = ["en-US", "ko-KR"].flatMap((locale) =>
  [1440, 390].map((width) => ({ locale, width })),
);
/** Each two of language, width and state meet. */
const few = {
  data: [everywhere[0], everywhere[3]],
  empty: [everywhere[1]],
  error: [everywhere[2]],
};

/** Opens every page in every state; `pictures`: the folder that gets a picture of each. */
export async function states({ quick, say, pictures }) {
  const found = new Map();
  const look = (room, state) =>
    lookAtAll(room, state, quick ? few[state] : everywhere, { found, say, pictures });
  await withLivedInRoom(say, async (room) => {
    await look(room, "data");
    await look(room, "error");
  });
  await withEmptyRoom((room) => look(room, "empty"));
  return [...found].flatMap(([route, { looks, objected, wide }]) =>
    [
      ["axe objects", objected],
      ["wider than the window", wide],
    ].map(([what, value]) => ({
      name: `${route}: ${what}`,
      value,
      unit: `of ${looks} looks`,
      bar: "0",
      holds: value === 0,
    })),
  );
}

async function lookAtAll(room, state, places, { found, say, pictures }) {
  const pages = pagesOf(await room.health());
  const queue = places.flatMap((place) => pages.map((page) => ({ ...place, ...page })));
  const all = queue.length;
  let done = 0;
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      for (const { theme, objections, beyond } of await lookAt(room, state, {
        ...next,
        pictures,
      })) {
        const entry = found.get(next.route) ?? { looks: 0, objected: 0, wide: 0 };
        entry.looks += 1;
        entry.objected += objections.length > 0 ? 1 : 0;
        entry.wide += beyond > 0 ? 1 : 0;
        found.set(next.route, entry);
        const where = `${next.path} ${state} ${theme} ${next.locale} ${next.width}`;
        for (const objection of objections) {
          say(`${where}: ${objection}`);
        }
        if (beyond > 0) {
          say(`${where}: ${beyond} px wider than the window`);
        }
      }
      done += 1;
      if (done % 10 === 0 || done === all) {
        say(`${state}: ${done} of ${all} pages`);
      }
    }
  };
  // One computes while the other waits.
  await Promise.all([work(), work()]);
}

async function lookAt(
  { browser, origin },
  state,
  { path: address, name, locale, width, pictures },
) {
  const { objections, overflow } = await parts();
  const isPhone = width < 720;
  const context = await browser.newContext({
    viewport: widths[width],
    locale,
    hasTouch: isPhone,
    colorScheme: "light",
  });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    if (state === "error") {
      await page.route("**/api/**", (route) => route.abort());
    }
    await page.goto(`${origin}${address}`);
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    const link = state === "error" ? "polling" : "live";
    await page.locator(`[data-testid="live"][data-link="${link}"]`).waitFor();
    if (state === "error") {
      await page.locator("[data-old]").first().waitFor();
    }
    // What waits to be near is drawn.
    await page.keyboard.press("End");
    await sleep(500);
    await page.keyboard.press("Home");
    await sleep(500);
    const looks = [];
    for (const theme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme: theme });
      await sleep(200);
      if (pictures !== undefined) {
        const file = `${name}.${state}.${theme}.${locale.slice(0, 2)}.${width}.png`;
        await page.screenshot({ path: path.join(pictures, file), fullPage: true });
      }
      looks.push({ theme, objections: await objections(page), beyond: await overflow(page) });
    }
    return looks;
  } catch (error) {
    throw new Error(`${address} ${state} ${locale} ${width}: ${error.message}`, { cause: error });
  } finally {
    await context.close();
  }
}
