// `npm ci` refuses a lock file that does not name the packages of every platform. `npm install` leaves
// out those that its registry does not serve.
import { readFileSync } from "node:fs";
import { root } from "./tools.mjs";

const { packages } = JSON.parse(readFileSync(`${root}/package-lock.json`, "utf8"));
for (const [path, { optionalDependencies = {} }] of Object.entries(packages)) {
  for (const name of Object.keys(optionalDependencies)) {
    if (!isLocked(path, name)) {
      console.error(`package-lock.json: ${name}, an optional package of ${path}, is missing.`);
      process.exitCode = 1;
    }
  }
}

/** Looks where Node would: beside the package and in every node_modules folder above it. */
function isLocked(path, name) {
  const parents = path.split("/node_modules/");
  return [...parents.keys(), parents.length].some((depth) => {
    const parent = parents.slice(0, depth).join("/node_modules/");
    return packages[`${parent === "" ? "" : `${parent}/`}node_modules/${name}`] !== undefined;
  });
}
