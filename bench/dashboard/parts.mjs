// What the parts of this proof take from the tests: the product, a browser, a database, and axe.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundle } from "../bundle.mjs";

export const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
/** What the switch of time ranges is called in English. */
export const rangeName = JSON.parse(fs.readFileSync(path.join(root, "messages/en.json"), "utf8"))
  .range.label;
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
export const round = (value, digits = 0) => Number(value.toFixed(digits));

/** Waits until `look` returns something true, and returns that. */
export async function until(look, what, withinMs = 30_000) {
  const endMs = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen) {
      return seen;
    }
    if (performance.now() > endMs) {
      throw new Error(`waited ${withinMs / 1_000} s in vain until ${what}`);
    }
    await sleep(100);
  }
}

let loaded;

export function parts() {
  loaded ??= load();
  return loaded;
}

async function load() {
  const file = await bundle(
    "dashboard",
    `export { openDatabase } from "./lib/store/database";
     export { startEmbeddedPostgres } from "./lib/store/embedded";
     export { migrate } from "./lib/store/migrate";
     export { objections, overflow } from "./test/e2e/axe";
     export { launchBrowser } from "./test/support/browser";
     export { publishSeeded } from "./test/support/dashboard-queries";
     export { startProduct } from "./test/support/product";
     export { seedCalls } from "./test/support/seed-calls";`,
  );
  const module = await import(pathToFileURL(file).href);
  fs.rmSync(file);
  return module;
}
