// `npm run sim`: runs the routing core over simulated providers, callers and faults, on a virtual clock.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** The simulator, bundled from its sources. */
export async function loadSimulator() {
  const { build } = await import("esbuild");
  const folder = path.join(root, "node_modules/.cache");
  const outfile = path.join(folder, `sim-${process.pid}.mjs`);
  fs.mkdirSync(folder, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: ["lib/sim/index.ts"],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    logLevel: "silent",
  });
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    fs.rmSync(outfile, { force: true });
  }
}

/** A failing world, made as small as it still fails, ready to be pinned. */
export function shrunk(sim, { scenario, violation }) {
  const fails = (candidate) =>
    sim.simulate(candidate, sim.step).violations.some(({ rule }) => rule === violation.rule);
  return sim.shrink(scenario, fails);
}

async function main() {
  const sim = await loadSimulator();
  const names = Object.keys(sim.scenarios);
  const usage = `Usage: npm run sim -- [--calls N] [--seed N] [--scenario NAME | --preset source] [--json FILE]

Without a scenario: swarm worlds, each with a random mix of faults, workloads and sizes.

  --calls N         simulated calls, 1 to 100000000 (default 1000000); with --preset source it has its own number
  --seed N          a whole number from 0 (default 7); the same seed gives the same decisions
  --scenario NAME   one of ${names.slice(0, 9).join(", ")},
                    ${names.slice(9).join(", ")}
  --preset source   three months of the article that this project started from, beside its figures
  --json FILE       write the figures to FILE too
  --help            this text
`;
  const { values } = parseArgs({
    options: {
      calls: { type: "string" },
      seed: { type: "string" },
      scenario: { type: "string" },
      preset: { type: "string" },
      json: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const seed = wholeNumber("--seed", values.seed ?? "7", 0, 2 ** 31 - 1);
  const calls = wholeNumber("--calls", values.calls ?? "1000000", 1, 100_000_000);
  const { scenario: name, preset } = values;
  if (preset !== undefined && preset !== "source") {
    throw new Error(`there is no preset ${preset}; there is one: source`);
  }
  if (preset !== undefined && (name !== undefined || values.calls !== undefined)) {
    throw new Error("--preset source brings its own scenario and number of calls");
  }
  if (name !== undefined && !names.includes(name)) {
    throw new Error(`there is no scenario ${name}; there are ${names.join(", ")}`);
  }
  if (preset === "source") {
    source(sim, seed, values.json);
    return;
  }
  const startedMs = performance.now();
  const onWorld = progress(calls);
  const result =
    name === undefined
      ? sim.simulateSwarm(sim.step, seed, calls, onWorld)
      : sim.simulateMany(
          sim.step,
          calls,
          (world, left) => ({ ...sim.scenarios[name](), seed: seed + world, maxCalls: left }),
          onWorld,
        );
  const seconds = (performance.now() - startedMs) / 1_000;
  process.stdout.write(`${name ?? "swarm"}, seed ${seed}\n${sim.manyReport(result, seconds)}\n`);
  tellFindings(sim, result.findings);
  const { digest, violationCount, worlds } = result;
  write(values.json, { seed, digest, violationCount, worlds, ...figures(result.ledger) });
}

function source(sim, seed, file) {
  const ran = sim.runArticle(sim.step, seed);
  process.stdout.write(`${sim.articleReport(ran)}\n`);
  const { result, neglected } = ran;
  const findings = result.violations.map((violation) => ({ violation }));
  for (const { violation } of findings) {
    process.stderr.write(
      `broken: ${violation.rule} at ${violation.atMs} ms: ${violation.detail}\n`,
    );
  }
  if (neglected > 0 || findings.length > 0) {
    process.exitCode = 1;
  }
  const latencyMs = Object.fromEntries(
    Object.entries(ran.latencyMs).map(([part, sample]) => [part, sample.mean]),
  );
  write(file, { seed, digest: result.digest, neglected, latencyMs, ...figures(result.ledger) });
}

function figures(ledger) {
  const { calls, served, failed, refused, left, attempts, openings, falseOpenings } = ledger;
  return {
    ...{ calls, served, failed, refused, left, attempts, openings, falseOpenings },
    simulatedHours: ledger.simulatedMs / 3_600_000,
    rescued: Object.fromEntries(ledger.rescued),
    failedWhy: Object.fromEntries(ledger.failedWhy),
    recoveryMsMean: ledger.recoveryMs.mean,
    detectionMsMean: ledger.detectionMs.mean,
    returnMsMean: ledger.returnMs.mean,
  };
}

function tellFindings(sim, findings) {
  for (const finding of findings.slice(0, 3)) {
    const { scenario, violation } = finding;
    const { rule, atMs, detail } = violation;
    process.stderr.write(
      `\nbroken: ${rule} in ${scenario.name}, seed ${scenario.seed}, at ${atMs} ms: ${detail}\n` +
        `shrunk, for test/sim/pinned-seeds.ts:\n${JSON.stringify(shrunk(sim, finding))}\n`,
    );
  }
  if (findings.length > 0) {
    process.exitCode = 1;
  }
}

function wholeNumber(flag, text, least, most) {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new Error(`${flag} must be a whole number between ${least} and ${most}, not ${text}`);
  }
  return value;
}

/** A line on the terminal while it runs; nothing where nobody looks. */
function progress(calls) {
  let saidMs = performance.now();
  return (made) => {
    if (process.stderr.isTTY && performance.now() - saidMs > 1_000) {
      saidMs = performance.now();
      process.stderr.write(`\r${Math.min(100, Math.floor((100 * made) / calls))} % `);
    }
  };
}

function write(file, content) {
  if (file !== undefined) {
    fs.mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
    fs.writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  main().catch((error) => {
    process.stderr.write(`error: ${error.message}\n`);
    process.exitCode = 1;
  });
}
