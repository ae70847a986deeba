// What being watched costs: counting a call, a scrape, and a traced call with all that its export takes.
import { spawn } from "node:child_process";
import fs from "node:fs";
import { pathToFileURL } from "node:url";
import { bundle } from "../bundle.mjs";

const entry = `
export { emptyWorld } from "./lib/core/world";
export { createMeter } from "./lib/gateway/metrics/meter";
export { mergeMetrics } from "./lib/gateway/metrics/merge";
export { createRegistry, defaultLimits } from "./lib/gateway/metrics/registry";
export { renderMetrics } from "./lib/gateway/metrics/render";
export { openTraces } from "./lib/gateway/traces/traces";
export { attemptAt, failedAt, finishedCall, requestOf, snapshot, targetOf } from "./test/gateway/metrics/finished";
`;

/** CPU of this process for each call, in microseconds; no gateway and no provider takes part. */
export async function metrics({ quick, say }) {
  const file = await bundle("metrics", entry);
  try {
    const parts = await import(pathToFileURL(file).href);
    const figures = [];
    const add = (name, value, unit, bar, holds) => {
      figures.push({ name, value, unit, bar: bar ?? null, holds: holds ?? null });
      say(`${name}: ${value} ${unit}`);
    };
    const calls = callsOf(parts);
    const counted = counting(parts, calls, quick ? 100_000 : 1_000_000);
    add("metrics: CPU to count a call", round(counted), "µs", "≤ 2", counted <= 2);
    const { smallMs, fullMs, longestMs, fullBytes } = scrapes(parts, calls);
    add("metrics: a scrape of one target", round(smallMs), "ms");
    add("metrics: a scrape with every metric at its limit of series", round(fullMs), "ms");
    add(
      "metrics: the same, longest without a turn for calls",
      round(longestMs),
      "ms",
      "≤ 20",
      longestMs <= 20,
    );
    add("metrics: the same, size", round(fullBytes / 2 ** 20), "MiB");
    for (const protocol of ["http/protobuf", "http/json"]) {
      const traced = await tracing(parts, calls, protocol, quick ? 10_000 : 100_000);
      add(`traces: CPU of a traced call, export and all, ${protocol}`, round(traced.cpuUs), "µs");
      add(`traces: spans that had no room, ${protocol}`, traced.dropped, "spans");
    }
    return figures;
  } finally {
    fs.rmSync(file, { force: true });
  }
}

/** As a gateway sees them: mostly plain, some streamed, few rescued. */
function callsOf({ attemptAt, failedAt, finishedCall, requestOf, targetOf }) {
  const us = targetOf("acme:us:first-2026");
  const third = targetOf("other:global:third");
  const plain = finishedCall([attemptAt(us)]);
  const streamed = finishedCall([attemptAt(us, { firstTokenMs: 1_042 })], {
    request: requestOf({ stream: true }),
    firstTokenMs: 1_042,
  });
  const rescued = finishedCall([
    failedAt(us, 503),
    attemptAt(third, { entryIndex: 1, how: "next" }),
  ]);
  return [plain, streamed, plain, streamed, plain, streamed, plain, streamed, plain, rescued];
}

function meterOf({ createMeter, emptyWorld, snapshot }) {
  const world = emptyWorld();
  world.snapshot = snapshot;
  return createMeter({
    nodeId: "bench/0",
    world,
    now: () => performance.now(),
    originOf: () => "https://api.acme.example",
    withKeys: false,
    readings: {
      callsInFlight: () => 0,
      applied: () => ({ revision: 1, atMs: 0, refused: null }),
      configuration: () => ({ malformedNotices: 0, looks: 0, swaps: 0, refusals: 0 }),
      database: () => ({ open: 0, waiting: 0 }),
      callLog: () => ({
        recorded: 0,
        dropped: 0,
        shippedRecords: 0,
        spoolBytes: 0,
        unspooled: 0,
        unspooledTotal: 0,
        damagedSegments: 0,
      }),
      spans: () => undefined,
    },
  });
}

function counting(parts, calls, count) {
  const meter = meterOf(parts);
  const run = (times) => {
    for (let n = 0; n < times; n += 1) {
      meter.count(calls[n % calls.length], 1_103);
    }
  };
  run(50_000);
  const before = process.cpuUsage();
  run(count);
  const took = microseconds(process.cpuUsage(before)) / count;
  meter.stop();
  return took;
}

function scrapes(parts, calls) {
  const { createRegistry, defaultLimits, mergeMetrics, renderMetrics } = parts;
  const meter = meterOf(parts);
  calls.forEach((call) => meter.count(call, 1_103));
  const text = (read) => renderMetrics(mergeMetrics([read()]));
  const smallMs = fastest(() => text(meter.read));
  meter.stop();
  const registry = createRegistry();
  // As many metrics as calls have, each with as many series as it may have.
  const labels = ["provider", "region", "model", "outcome", "reason"];
  const values = (n) => [
    `provider-${n % 50}`,
    "us-east",
    `a-model-with-a-name-${n}`,
    "failed",
    "x",
  ];
  for (let metric = 0; metric < 7; metric += 1) {
    const series = registry.counter(`counter_${metric}_total`, "A counter.", labels);
    for (let n = 0; n < defaultLimits.counterSeries; n += 1) {
      series.at(...values(n)).add();
    }
  }
  const bounds = Array.from({ length: 14 }, (_, place) => 2 ** place / 100);
  for (let metric = 0; metric < 6; metric += 1) {
    const series = registry.histogram(`histogram_${metric}_seconds`, "Time.", labels, bounds);
    for (let n = 0; n < defaultLimits.histogramSeries; n += 1) {
      series.at(...values(n)).observe(n / 100);
    }
  }
  const full = () => ({ node: "bench/0", startedAtMs: 0, families: registry.families() });
  const fullMs = fastest(() => text(full));
  // The endpoint lets calls have their turn after reading, and after each metric.
  const families = mergeMetrics([full()]);
  const longestMs = Math.max(
    fastest(() => mergeMetrics([full()])),
    ...families.map((family) => fastest(() => renderMetrics([family]))),
  );
  return { smallMs, fullMs, longestMs, fullBytes: Buffer.byteLength(text(full)) };
}

/** Of many, because the machine has other things to do. */
function fastest(work) {
  let bestMs = Number.POSITIVE_INFINITY;
  for (let n = 0; n < 20; n += 1) {
    const begun = performance.now();
    work();
    bestMs = Math.min(bestMs, performance.now() - begun);
  }
  return bestMs;
}

async function tracing({ openTraces, snapshot }, calls, protocol, count) {
  const collector = await startCollector();
  const traces = openTraces(
    {
      url: `${collector.url}/v1/traces`,
      headers: {},
      protocol,
      resource: { "service.name": "bench" },
      sampler: { byParent: true, ratio: 1 },
      toldProviders: new Set(),
    },
    {
      nodeId: "bench/0",
      snapshot: () => snapshot,
      originOf: () => "https://api.acme.example",
      tell: (line) => process.stderr.write(`${line}\n`),
      times: { gatherMs: 5 },
    },
  );
  const headers = { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" };
  const run = async (times) => {
    for (let n = 0; n < times; n += 1) {
      const call = calls[n % calls.length];
      call.context = traces.begin(call.id, headers);
      traces.end(call, 1_103);
      while (n % 100 === 0 && traces.counts().queued > 1_000) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
    while (traces.counts().queued > 0) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  try {
    await run(2_000);
    const before = process.cpuUsage();
    await run(count);
    const cpuUs = microseconds(process.cpuUsage(before)) / count;
    return { cpuUs, dropped: traces.counts().dropped };
  } finally {
    await traces.stop();
    collector.stop();
  }
}

/** In a process of its own: what it takes is not ours. */
async function startCollector() {
  const source =
    'require("http").createServer((q,s)=>q.resume().on("end",()=>s.end("{}")))' +
    '.listen(0,"127.0.0.1",function(){process.send(this.address().port)})';
  const child = spawn(process.execPath, ["-e", source], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const port = await new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`the collector ended with ${code}`)));
  });
  return { url: `http://127.0.0.1:${port}`, stop: () => child.kill() };
}

function microseconds({ user, system }) {
  return user + system;
}

function round(value) {
  return Number(value.toFixed(value < 10 ? 2 : 1));
}
