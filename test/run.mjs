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
/** Said again at the end: what is above may be long, and cut. */
const failures = [];
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
for (const failure of failures) {
  console.log(`\n${failure}`);
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
    failures.push(`FAIL build\n\n${error.message}`);
    return { failed: 1 };
  }
}

/** Beside those that wait: the databases of store beside conduct, and then what takes only what the others leave. */
async function compute(generated) {
  await runParts(["store"], { show: false });
  const gates = await verify(undefined, { generated, yields: true });
  failures.push(...gates.failures);
  add({ passed: gates.passed, failed: gates.failed });
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
  const count = readResults(outputFile);
  rmSync(outputFile, { force: true });
  // An unhandled error, a broken setup, a hang or an empty suite fails no single test.
  if (code !== 0 && count.failed === 0) {
    failures.push(`FAIL ${name}: ended with code ${code}, though no test failed`);
    return { ...count, failed: 1 };
  }
  return count;
}

/** A message without the lines of the test runner's own stack. */
function ownLines(message) {
  return message
    .split("\n")
    .filter((line) => !/^\s+at .*\/node_modules\//.test(line))
    .join("\n");
}

/** Counts the tests of one part, and keeps what the failed ones said. */
function readResults(outputFile) {
  if (!existsSync(outputFile)) {
    return { passed: 0, failed: 0, skipped: 0 };
  }
  const results = JSON.parse(readFileSync(outputFile, "utf8"));
  const brokenFiles = results.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  for (const { assertionResults } of results.testResults) {
    for (const { status, fullName, failureMessages } of assertionResults) {
      if (status === "failed") {
        failures.push(`FAIL ${fullName}\n${ownLines(failureMessages.join("\n"))}`);
      }
    }
  }
  failures.push(...brokenFiles.map(({ name, message }) => `FAIL ${name}\n${message}`));
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + brokenFiles.length,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}
