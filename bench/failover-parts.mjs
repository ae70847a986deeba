// What the failover proof runs, bundled from the sources; as a program, one part of it in a process of its own.
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundle } from "./bundle.mjs";

const entry = `
export { systemActor } from "./lib/control/actor";
export { createAppKey } from "./lib/control/create-app-key";
export { publishDocument } from "./lib/control/publish-document";
export { createControlDeps } from "./lib/control/verb";
export { startGateway } from "./lib/gateway/main";
export { openDatabase } from "./lib/store/database";
export { startEmbeddedPostgres } from "./lib/store/embedded";
export { migrate } from "./lib/store/migrate";
export { startWall } from "./lib/wall/server";
export { lanesDocument } from "./test/support/lanes";
export { load, percentile } from "./test/support/load";
export { streamOf } from "./test/support/sse";
`;

/** Bundles the parts into a file that Node can import. */
export function bundleParts() {
  return bundle("failover", entry);
}

async function runPart(name, file, options) {
  const { startGateway, startWall } = await import(pathToFileURL(file).href);
  const part = name === "wall" ? await startWall(options) : await startGateway(options);
  process.on("SIGTERM", () => {
    part.stop === undefined ? part.close() : part.stop();
  });
  // Nobody is left to measure for when the proof has ended.
  process.on("disconnect", () => process.exit(0));
  process.send({ port: part.port });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , name, file, options] = process.argv;
  await runPart(name, file, JSON.parse(options));
}
