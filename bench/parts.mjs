// TypeScript for benchmarks: bundled from the sources into a file that Node can import.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const entry = `
export { createCallLog } from "./lib/gateway/call-log";
export { recordBegin, recordCall } from "./lib/gateway/call-record";
export { beginTrace } from "./lib/gateway/call-trace";
export { begunJson, lineJson } from "./lib/gateway/spool/line-json";
export { storable } from "./lib/gateway/spool/storable";
export { writeFrame } from "./lib/gateway/spool/frame";
export { insertCallLog } from "./lib/store/call-log";
export { openDatabase } from "./lib/store/database";
export { startEmbeddedPostgres } from "./lib/store/embedded";
export { insertLogGaps } from "./lib/store/log-gaps";
export { migrate } from "./lib/store/migrate";
export { killAgainAndAgain, withoutDatabase } from "./test/support/durable-runs";
export { startDurableStack } from "./test/support/durable-stack";
`;

/** Calls `work` with the parts and removes their bundle afterwards. */
export async function withParts(work) {
  const { build, stop } = await import("esbuild");
  const folder = path.join(root, "node_modules/.cache");
  const outfile = path.join(folder, `parts-${process.pid}.mjs`);
  fs.mkdirSync(folder, { recursive: true });
  await build({
    stdin: { contents: entry, resolveDir: root, loader: "ts" },
    absWorkingDir: root,
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    logLevel: "silent",
  });
  try {
    return await work(await import(pathToFileURL(outfile).href));
  } finally {
    await stop();
    fs.rmSync(outfile, { force: true });
  }
}
