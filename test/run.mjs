// `npm test`: sets up what it needs, runs everything and ends with one line of totals.
// `node test/run.mjs unit [vitest arguments]` runs one part.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { nodeProblem, prepare } from "../start.mjs";
import { generate, root, run, tool } from "./tools.mjs";
import { verify } from "./verify.mjs";

const parts = ["unit", "wall", "store", "conduct", "timing", "browser"];
/** Long ones run only when they are named. */
const onRequest = ["soak"];
const needBuild = ["conduct", "timing", "browser"];
/** A part that hangs is ended; those on request may take hours. */
const limitMs = 1_800_000;
const limitOnRequestMs = 21_600_000;

const problem = nodeProblem(process.versions.node);
if (problem !== undefined) {
  console.error(problem);
  process.exit(1);
}
const [part, ...rest] = process.argv.slice(2);
if (part !== undefined && ![...parts, ...onRequest].includes(part)) {
  console.error(`There is no part ${part}; the parts are ${[...parts, ...onRequest].join(", ")}.`);
  process.exit(1);
}

const total = { passed: 0, failed: 0, skipped: 0 };
const chosen = part === undefined ? parts : [part];

if (chosen.some((each) => needBuild.includes(each)) || !existsSync(tool("vitest"))) {
  add(await build());
}
if (existsSync(tool("vitest"))) {
  // Nobody may read these files while they are written.
  const generated = await generate();
  if (part === undefined) {
    await Promise.all([
      runParts(["conduct", "wall", "timing", "browser"], { show: false }),
      compute(generated),
    ]);
  } else {
    await runParts([part]);
  }
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed === 0 ? 0 : 1;

function add(count) {
  for (const [kind, number] of Object.entries(count)) {
    total[kind] += number;
  }
}

/** Installs, generates and builds what `npm start` runs; up to date, it costs nothing. */
async function build() {
  try {
    await prepare({ dev: true });
    return { passed: 1 };
  } catch (error) {
    console.log(`FAIL build\n\n${error.message}\n`);
    return { failed: 1 };
  }
}

/** Beside those that wait: the databases of store beside conduct, and then what takes only what the others leave. */
async function compute(generated) {
  await runParts(["store"], { show: false });
  add(await verify(undefined, { generated, yields: true }));
  await runParts(["unit"], { show: false, yields: true });
}

async function runParts(names, options) {
  for (const name of names) {
    add(await runPart(name, options));
  }
}

/** What runs beside others is shown as a whole when it has ended. */
async function runPart(name, { show = true, yields = false } = {}) {
  if (show) {
    console.log(`\n${name}`);
  }
  const outputFile = `${root}/node_modules/.cache/test-results-${name}-${process.pid}.json`;
  const { code, output } = await run(
    tool("vitest"),
    [
      ...["run", "--project", name],
      ...["--reporter=default", "--reporter=json", `--outputFile.json=${outputFile}`],
      ...rest,
    ],
    {
      show,
      yields,
      env: { NODE_ENV: "test" },
      limitMs: onRequest.includes(name) ? limitOnRequestMs : limitMs,
    },
  );
  if (!show) {
    console.log(`\n${name}\n${output}`);
  }
  const count = countTests(outputFile);
  rmSync(outputFile, { force: true });
  // An unhandled error, a broken setup, a hang or an empty suite fails no single test.
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
