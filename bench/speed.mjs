// What a call through the gateway costs, beside a floor and a peer, against the same upstream.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import {
  call,
  cpuMicroseconds,
  freePorts,
  many,
  paced,
  percentile,
  root,
  sleep,
  until,
  withSubjects,
} from "./subjects.mjs";

const cache = path.join(root, ".cache/bench");
const peerPackage = "@portkey-ai/gateway";
const concurrency = 32;
const perSecond = 500;

export async function speed({ quick, say }) {
  const size = quick
    ? { rounds: 3, calls: 500, warmUp: 500, paced: 500, sequential: 100 }
    : { rounds: 5, calls: 10_000, warmUp: 30_000, paced: 3_000, sequential: 300 };
  return withSubjects({ concurrency }, async ({ start, subject, startProduct, upstream }) => {
    const [floorPort, peerPort] = await freePorts(2);
    const floor = start([path.join(root, "bench/floor.mjs"), String(floorPort), upstream]);
    const subjects = [subject("floor", floor.pid, floorPort, {})];
    say("starting the product");
    subjects.push(await startProduct("gateway"));
    const peer = await startPeer({ start, peerPort, say });
    if (peer !== undefined) {
      subjects.push(
        subject("peer", peer.pid, peerPort, {
          authorization: "Bearer bench",
          "x-portkey-provider": "openai",
          "x-portkey-custom-host": `${upstream}/v1`,
        }),
      );
    }
    for (let index = 0; index < subjects.length; index += 1) {
      const one = subjects[index];
      try {
        await until(() => call(one), 30_000);
      } catch (error) {
        if (one.name !== "peer") {
          throw new Error(`${one.name}: ${error.message}`);
        }
        say(`the peer does not answer: ${error.message}`);
        subjects.splice(index, 1);
      }
    }
    for (const one of subjects) {
      say(`warming up: ${one.name}`);
      await many(one, size.warmUp);
      Object.assign(one, { cpu: [], paced: [], rate: [], latency: [] });
    }
    for (let round = 0; round < size.rounds; round += 1) {
      // Another one begins each round, so that none always runs in the wake of the same other.
      const at = round % subjects.length;
      for (const one of [...subjects.slice(at), ...subjects.slice(0, at)]) {
        const cpu = cpuMicroseconds(one.pid);
        const begun = performance.now();
        await many(one, size.calls);
        const took = performance.now() - begun;
        // What the gateway still has to write after its last answer is part of its cost.
        await sleep(300);
        one.cpu.push((cpuMicroseconds(one.pid) - cpu) / size.calls);
        one.rate.push((size.calls * 1_000) / took);
        const pacedFrom = cpuMicroseconds(one.pid);
        await paced(one, size.paced, perSecond);
        await sleep(300);
        one.paced.push((cpuMicroseconds(one.pid) - pacedFrom) / size.paced);
        for (let index = 0; index < size.sequential; index += 1) {
          const asked = performance.now();
          await call(one);
          one.latency.push(performance.now() - asked);
        }
      }
      say(`round ${round + 1} of ${size.rounds}`);
    }
    return figuresOf(subjects, peer);
  });
}

function figuresOf(subjects, peer) {
  const get = (name) => subjects.find((one) => one.name === name);
  const floor = get("floor");
  const figures = [];
  const add = (name, value, unit, bar, holds) => {
    figures.push({ name, value, unit, bar: bar ?? null, holds: holds ?? null });
  };
  for (const name of ["floor", "gateway", "peer"]) {
    const one = get(name);
    const label =
      name === "peer" && peer !== undefined ? `peer (${peerPackage} ${peer.version})` : name;
    if (one === undefined) {
      add(label, "not measured", "");
      continue;
    }
    const cpu = Math.round(median(one.cpu));
    const isGateway = name === "gateway";
    const bar = 2 * Math.round(median(floor.cpu));
    add(
      `${label}: CPU per call`,
      cpu,
      "µs",
      isGateway ? `≤ ${bar} (2 × floor)` : null,
      isGateway ? cpu <= bar : null,
    );
    add(
      `${label}: CPU per call, lowest and highest round`,
      [Math.min(...one.cpu), Math.max(...one.cpu)].map(Math.round).join(" to "),
      "µs",
    );
    add(
      `${label}: CPU per call over the floor`,
      Number((median(one.cpu) / median(floor.cpu)).toFixed(2)),
      "×",
    );
    const atRate = median(one.paced);
    add(`${label}: CPU per call at ${perSecond} calls/s`, Math.round(atRate), "µs");
    add(
      `${label}: CPU per call at ${perSecond} calls/s over the floor`,
      Number((atRate / median(floor.paced)).toFixed(2)),
      "×",
    );
    add(
      `${label}: throughput at concurrency ${concurrency}`,
      Math.round(median(one.rate)),
      "calls/s",
    );
    for (const part of [50, 99]) {
      const value = percentile(one.latency, part);
      add(`${label}: sequential latency p${part}`, Number(value.toFixed(2)), "ms");
      if (one !== floor) {
        const over = value - percentile(floor.latency, part);
        add(`${label}: sequential latency p${part} over the floor`, Number(over.toFixed(2)), "ms");
      }
    }
  }
  return figures;
}

async function startPeer({ start, peerPort, say }) {
  const folder = path.join(cache, "node_modules", peerPackage);
  try {
    if (!fs.existsSync(path.join(folder, "package.json"))) {
      say(`installing ${peerPackage}`);
      fs.mkdirSync(cache, { recursive: true });
      fs.writeFileSync(path.join(cache, "package.json"), '{"private":true}\n');
      execFileSync(
        "npm",
        ["install", "--no-audit", "--no-fund", "--ignore-scripts", `${peerPackage}@1.15`],
        { cwd: cache, stdio: "ignore", timeout: 120_000 },
      );
    }
    const { version } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
    const child = start([
      path.join(folder, "build/start-server.js"),
      `--port=${peerPort}`,
      "--headless",
    ]);
    return { pid: child.pid, version };
  } catch (error) {
    say(`the peer is not measured: ${error.message.split("\n")[0]}`);
    return undefined;
  }
}

function median(values) {
  return percentile(values, 50);
}
