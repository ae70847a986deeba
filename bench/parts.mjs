// The parts of the log, for benchmarks.
import fs from "node:fs";
import { pathToFileURL } from "node:url";
import { bundle } from "./bundle.mjs";

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
  const outfile = await bundle("parts", entry);
  try {
    return await work(await import(pathToFileURL(outfile).href));
  } finally {
    fs.rmSync(outfile, { force: true });
  }
}
