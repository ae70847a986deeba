// Nothing lost: every part of the proof in bench/durability, one after the other.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), "durability");

/** Runs all parts; a part is a file that exports one asynchronous function, `({ quick, say }) => figures`. */
export async function durability({ quick, say }) {
  const figures = [];
  for (const name of fs.readdirSync(folder).sort()) {
    if (!name.endsWith(".mjs")) {
      continue;
    }
    say(`durability: ${name.slice(0, -".mjs".length)}`);
    const part = Object.values(await import(pathToFileURL(path.join(folder, name)).href));
    for (const run of part) {
      figures.push(...(await run({ quick, say })));
    }
  }
  return figures;
}
