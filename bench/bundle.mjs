// Bundles TypeScript of this repository into a file that Node can import.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** The path of the bundle of `entry`, the source of a module whose imports start from the repository's root. */
export async function bundle(name, entry) {
  const { build, stop } = await import("esbuild");
  const folder = path.join(root, "node_modules/.cache");
  const outfile = path.join(folder, `${name}-${process.pid}.mjs`);
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
  await stop();
  return outfile;
}
