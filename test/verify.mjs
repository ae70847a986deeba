// Every gate that needs no database: `npm run verify`, or `node test/verify.mjs eslint tsc` for some.
import { pathToFileURL } from "node:url";
import { generate, report, root, run, tool } from "./tools.mjs";

/** Beside others, on a busy machine, the slow ones take their time. */
const limitMs = 1_800_000;

// The slow ones first: two run at a time.
const gates = [
  {
    name: "eslint",
    command: tool("eslint"),
    // No cache: what a rule says of one file depends on the types of others.
    args: ["--max-warnings", "0", "."],
  },
  {
    name: "tsc",
    command: tool("tsc"),
    args: ["--noEmit", "--tsBuildInfoFile", "node_modules/.cache/verify.tsbuildinfo"],
  },
  { name: "prettier", command: tool("prettier"), args: ["--check", "--cache", "."] },
  { name: "knip", command: tool("knip"), args: ["--treat-config-hints-as-errors"] },
  {
    name: "dependency-cruiser",
    command: tool("depcruise"),
    args: ["--config", ".dependency-cruiser.cjs", "."],
  },
  { name: "jscpd", command: tool("jscpd"), args: ["--noTips", "--config", ".jscpd.json"] },
  { name: "check-docs", command: process.execPath, args: [`${root}/test/check-docs.mjs`] },
  { name: "check-lock", command: process.execPath, args: [`${root}/test/check-lock.mjs`] },
];

/**
 * Runs the named gates, all by default, and prints one line for each and the output of the failing ones.
 *
 * @param {readonly string[]} [names]
 * @param {{ generated?: ReturnType<typeof generate>, yields?: boolean }} [options]
 *   `generated`: what has been generated before; `yields`: how each gate runs
 * @returns {Promise<{ passed: number, failed: number, failures: string[] }>} `failures`: what the failed ones printed
 */
export async function verify(
  names = gates.map(({ name }) => name),
  { generated = generate(), yields = false } = {},
) {
  const unknown = names.filter((name) => !gates.some((gate) => gate.name === name));
  if (unknown.length > 0) {
    throw new Error(`No such gate: ${unknown.join(", ")}.`);
  }
  const count = { passed: 0, failed: 0, failures: [] };
  const finish = (name, result) => {
    report(name, result);
    if (result.code === 0) {
      count.passed += 1;
    } else {
      count.failed += 1;
      count.failures.push(`FAIL ${name}\n${result.output}`);
    }
  };

  finish("generate", await generated);
  const queue = gates.filter(({ name }) => names.includes(name));
  const work = async () => {
    for (let gate = queue.shift(); gate !== undefined; gate = queue.shift()) {
      finish(gate.name, await run(gate.command, gate.args, { yields, limitMs }));
    }
  };
  await Promise.all([work(), work()]);
  return count;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const names = process.argv.slice(2);
  const { passed, failed } = await verify(names.length > 0 ? names : undefined);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
