// The parts of the log, for benchmarks.
import fs from "node:fs";
import { pathToFileURL } from "node:url";
import { bundle } from "./bundle.mjs";

const entry = `
export { openDatabase } from "./lib/store/database";
export { startEmbeddedPostgres } from "./lib/store/embedded";
export { insertLogGaps } from "./lib/store/log-gaps";
export { migrate } from "./lib/store/migrate";
export { killAgainAndAgain, withoutDatabase } from "./test/support/durable-runs";
export { startDurableStack } from "./test/support/durable-stack";
`;

/** Calls `work` with the parts and removes their bundle afterwards. */
export async function withParts(work) {
  const outfile = await bundle("parts", entry);
  try {
    return await work(await import(pathToFileURL(outfile).href));
  } finally {
    fs.rmSync(outfile, { force: true });
  }
}
