// What the call log costs a gateway process per call: one gateway with it and without it, in turns.
import fs from "node:fs";
import path from "node:path";
import {
  call,
  cpuMicroseconds,
  many,
  paced,
  percentile,
  root,
  sleep,
  until,
  withSubjects,
} from "./subjects.mjs";

/** As long as a quick model takes: calls do not end in the turn of the event loop in which they begin. */
const [delayMs, concurrency] = [50, 256];
const perSecond = 500;
/** Switches the log of the built gateway off and on. */
const toggle = "SIGWINCH";

/**
 * CPU of the whole process, medians over rounds: writing records of begin and end, and bringing them to PostgreSQL. With all
 * that the process can take it has its bar; at a lower rate it is told, as everything costs more there.
 */
export async function logCost({ quick, add }) {
  const size = quick
    ? { rounds: 6, calls: 1_000, warmUp: 2_000, steadyRounds: 2, steady: 500 }
    : { rounds: 60, calls: 2_500, warmUp: 30_000, steadyRounds: 20, steady: 750 };
  const dist = fs.mkdtempSync(path.join(root, ".switchable-"));
  try {
    await buildSwitchable(dist);
    await withSubjects({ delayMs, concurrency }, async ({ startProduct }) => {
      const gateway = await startProduct("gateway", dist);
      await until(() => call(gateway), 30_000);
      await many(gateway, size.warmUp);
      const loaded = await compare(gateway, size.rounds, size.calls, many);
      const [low, cost, high] = [25, 50, 75].map((part) => percentile(loaded.added, part));
      add("call log: CPU per call, all in", tenth(cost), "µs", "≤ 20", cost <= 20);
      add("call log: CPU per call, half of the rounds", `${tenth(low)} to ${tenth(high)}`, "µs");
      add("call log: CPU per call of the whole gateway without it", tenth(loaded.without), "µs");
      const steady = await compare(gateway, size.steadyRounds, size.steady, (one, calls) =>
        paced(one, calls, perSecond),
      );
      const at = `at ${perSecond} calls/s`;
      add(`call log: CPU per call ${at}`, tenth(percentile(steady.added, 50)), "µs");
      add(
        `call log: CPU per call of the whole gateway without it ${at}`,
        tenth(steady.without),
        "µs",
      );
    });
  } finally {
    fs.rmSync(dist, { recursive: true, force: true });
  }
}

/** What `run` of `calls` calls costs each, in µs: how much more with the log, in each round, and the median without it. */
async function compare(gateway, rounds, calls, run) {
  const [added, without] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    const cpu = [];
    for (const isFirst of [true, false]) {
      const before = cpuMicroseconds(gateway.pid);
      await run(gateway, calls);
      // What is still to be written after the last answer is part of the cost.
      await sleep(400);
      cpu.push((cpuMicroseconds(gateway.pid) - before) / calls);
      // On and off, off and on: neither always runs in the wake of the other.
      if (isFirst) {
        process.kill(gateway.pid, toggle);
        await sleep(50);
      }
    }
    const [on, off] = round % 2 === 0 ? cpu : cpu.reverse();
    added.push(on - off);
    without.push(off);
  }
  if (rounds % 2 === 1) {
    process.kill(gateway.pid, toggle);
  }
  return { added, without: percentile(without, 50) };
}

/**
 * The product with a switch: after a signal its calls leave no record, after the next they do again. Two processes would
 * differ by more than the log costs.
 */
async function buildSwitchable(outdir) {
  const { build, stop } = await import("esbuild");
  const switchable = {
    name: "switchable",
    setup({ onLoad }) {
      onLoad({ filter: /\/lib\/gateway\/call-record\.ts$/ }, ({ path: file }) => {
        const source = fs.readFileSync(file, "utf8");
        const contents = source.replaceAll(
          "if (trace.key === null",
          "if (isOff || trace.key === null",
        );
        if (contents.split("if (isOff").length !== 3) {
          throw new Error(`${file} is not as this benchmark knows it`);
        }
        const listener = `let isOff = false;process.on("${toggle}", () => { isOff = !isOff; });`;
        return { contents: `${contents}\n${listener}`, loader: "ts" };
      });
    },
  };
  try {
    await build({
      absWorkingDir: root,
      entryPoints: ["server.ts"],
      outdir,
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      target: "node20",
      packages: "external",
      logLevel: "silent",
      plugins: [switchable],
    });
  } finally {
    await stop();
  }
}

function tenth(value) {
  return Number(value.toFixed(1));
}
