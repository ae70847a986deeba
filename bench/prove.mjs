// `npm run prove`: measures what Bellwether claims and shows every figure beside its bar.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { dashboard } from "./dashboard.mjs";
import { durability } from "./durability.mjs";
import { failover } from "./failover.mjs";
import { simulation, source } from "./simulation.mjs";
import { speed } from "./speed.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const claims = {
  speed: {
    about: "a call costs the gateway at most twice the CPU of a plain proxy",
    run: speed,
    needsBuild: true,
  },
  failover: {
    about: "callers notice next to nothing of providers that fail (a quarter of an hour)",
    run: failover,
  },
  durability: {
    about: "no acknowledged call is lost or doubled, whatever ends or is away (some minutes)",
    run: durability,
  },
  dashboard: {
    about:
      "every page of the control room is quick, quiet and accessible (an hour, and 10 million calls)",
    run: dashboard,
    needsBuild: true,
  },
  simulation: {
    about: "the routing core keeps its invariants over a million simulated calls",
    run: simulation,
    anywhere: true,
  },
  source: {
    about: "the source article's three months: no call fails beside a healthy target",
    run: source,
    anywhere: true,
  },
};
const list = Object.entries(claims)
  .map(([name, { about }]) => `  ${name.padEnd(12)} ${about}`)
  .join("\n");
const usage = `Usage: npm run prove -- CLAIM [--json FILE] [--quick] [--only PART] [--calls N]

Claims:
${list}

  --json FILE   write the figures to FILE too
  --quick       fewer and shorter rounds: shows that it works, too noisy to quote
  --only PART   of dashboard: gates, states or server-time
  --calls N     of dashboard: how many calls its pages are asked about
  --pictures D  of dashboard: the folder that gets a picture of every page in every state
  --help        this text

simulation and source run anywhere; the others need Linux, and speed and dashboard a build: npm start -- --build-only
`;

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: "string" },
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      calls: { type: "string" },
      pictures: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const [name] = positionals;
  if (values.help || name === undefined) {
    process.stdout.write(usage);
    return;
  }
  if (!Object.hasOwn(claims, name) || positionals.length > 1) {
    throw new Error(`no such claim: ${positionals.join(" ")}\n\n${usage}`);
  }
  const isBuilt = fs.existsSync(path.join(root, "dist/server.js"));
  const isLinux = fs.existsSync("/proc/self/stat") || claims[name].anywhere === true;
  if (!isLinux || (claims[name].needsBuild === true && !isBuilt)) {
    throw new Error("needs Linux and a build: npm start -- --build-only");
  }
  const say = (text) => process.stderr.write(`${text}\n`);
  const { quick, only, pictures } = values;
  const calls = values.calls === undefined ? undefined : Number(values.calls);
  const figures = await claims[name].run({ quick, only, calls, pictures, say });
  for (const { name: figure, value, unit, bar, holds } of figures) {
    const beside = bar === null ? "" : `   bar ${bar}: ${holds ? "holds" : "DOES NOT HOLD"}`;
    process.stdout.write(`${figure.padEnd(72)} ${value} ${unit}${beside}\n`);
  }
  if (values.json !== undefined) {
    const machine = {
      cpu: os.cpus()[0].model,
      cores: os.cpus().length,
      memoryGiB: Math.round(os.totalmem() / 2 ** 30),
      system: `${os.type()} ${os.release()}`,
      node: process.version,
      loadBefore: load,
    };
    const result = { claim: name, measuredAt: new Date().toISOString(), machine, figures };
    fs.mkdirSync(path.dirname(path.resolve(values.json)), { recursive: true });
    fs.writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
  }
  if (figures.some(({ holds }) => holds === false)) {
    process.exitCode = 1;
  }
}

const load = os.loadavg()[0];
main().catch((error) => {
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 1;
});
