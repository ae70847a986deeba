// `npm test`: sets up what it needs, runs everything and ends with one line of totals.
// `node test/run.mjs unit [vitest arguments]` runs one part.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate, install, report, root, run, tool } from "./tools.mjs";
import { verify } from "./verify.mjs";

const parts = ["unit", "wall", "store", "conduct", "browser"];
const needBuild = ["conduct", "browser"];

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Bellwether needs Node 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

const [part, ...rest] = process.argv.slice(2);
if (part !== undefined && !parts.includes(part)) {
  console.error(`There is no part ${part}; the parts are ${parts.join(", ")}.`);
  process.exit(1);
}

const total = { passed: 0, failed: 0, skipped: 0 };
const chosen = part === undefined ? parts : [part];

const installed = await install();
if (installed.code !== 0) {
  report("install", installed);
  total.failed += 1;
} else {
  await runAll();
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed === 0 ? 0 : 1;

async function runAll() {
  if (part === undefined) {
    add(await verify());
  } else {
    const generated = await generate();
    if (generated.code !== 0) {
      report("generate", generated);
      total.failed += 1;
    }
  }
  if (chosen.some((each) => needBuild.includes(each))) {
    add(await build());
  }
  for (const each of chosen) {
    add(await runPart(each));
  }
}

function add(count) {
  for (const [kind, number] of Object.entries(count)) {
    total[kind] += number;
  }
}

/** Builds what `npm start` runs; up to date, it costs nothing. */
async function build() {
  if (!existsSync(join(root, "start.mjs"))) {
    console.log("skip build                (start.mjs is not there yet)");
    return {};
  }
  const result = await run(process.execPath, [join(root, "start.mjs"), "build"]);
  report("build", result);
  return result.code === 0 ? { passed: 1 } : { failed: 1 };
}

async function runPart(name) {
  console.log(`\n${name}`);
  const folder = mkdtempSync(join(tmpdir(), "bellwether-test-"));
  const outputFile = join(folder, "results.json");
  const { code } = await run(
    tool("vitest"),
    [
      ...["run", "--project", name, "--passWithNoTests"],
      ...["--reporter=default", "--reporter=json", `--outputFile.json=${outputFile}`],
      ...rest,
    ],
    { show: true, env: { NODE_ENV: "test" } },
  );
  const count = countTests(outputFile);
  rmSync(folder, { recursive: true });
  // An unhandled error, a broken setup or a hang fails no single test.
  return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

function countTests(outputFile) {
  if (!existsSync(outputFile)) {
    return { passed: 0, failed: 0, skipped: 0 };
  }
  const results = JSON.parse(readFileSync(outputFile, "utf8"));
  const brokenFiles = results.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + brokenFiles.length,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}
