// What the routing core promises, over a million simulated calls and a hundred simulated hours.
import { loadSimulator, shrunk } from "./sim.mjs";

/** @param {{ quick: boolean, say: (text: string) => void }} options */
export async function simulation({ quick, say }) {
  const sim = await loadSimulator();
  const calls = quick ? 50_000 : 1_000_000;
  const seed = 7;
  say(`${calls} calls in random worlds`);
  const startedMs = performance.now();
  const swarm = sim.simulateSwarm(sim.step, seed, calls);
  const seconds = (performance.now() - startedMs) / 1_000;
  for (const finding of swarm.findings.slice(0, 3)) {
    const { scenario, violation } = finding;
    say(`broken: ${violation.rule} in ${scenario.name}: ${violation.detail}`);
    say(`shrunk: ${JSON.stringify(shrunk(sim, finding))}`);
  }
  say("the same again, in small");
  const again = [1, 2].map(() => sim.simulateSwarm(sim.step, seed + 1, 20_000).digest);
  say("background errors over a hundred hours");
  const background = sim.countFalseOpenings(sim.step, seed, quick ? 0.1 : 1);
  const hours = background.reduce((sum, one) => sum + one.hours, 0);
  const openings = background.reduce((sum, one) => sum + one.openings, 0);
  say("named troubles");
  const { ledger } = swarm;
  return [
    figure("simulated calls with random faults", ledger.calls, "calls", calls, "≥"),
    figure("broken invariants among them", swarm.violationCount, "", 0, "≤"),
    figure("time that took", round(seconds, 1), "s", 120, "≤"),
    figure("same seed, same decisions", again[0] === again[1] ? 1 : 0, "of 1", 1, "≥"),
    told("attempts per call", round(ledger.attempts / ledger.calls, 3), ""),
    told("false openings per hour in random worlds", round(perHour(ledger), 3), "/h"),
    figure(
      "hours of 5 % background errors, 0.02 to 2 000 calls/s",
      round(hours, 1),
      "h",
      100,
      quick ? "" : "≥",
    ),
    figure("false openings per hour in them", round(openings / hours, 3), "/h", 1, "≤"),
    ...troubles(sim),
  ];
}

function troubles(sim) {
  const run = (name) => sim.simulate(sim.scenarios[name](), sim.step).ledger;
  const down = run("down");
  const hang = run("hang");
  const grey = run("grey");
  const twoGrey = run("two-grey");
  const outage = run("outage");
  const flapping = run("flapping");
  const flappingWithin = flapping.attempts / flapping.calls;
  // A minute of ten is well; then a quarter of the calls fails at each of two targets.
  const ideal = 1 - 0.9 * 0.25 ** 2;
  return [
    figure("primary down at 50 calls/s: failed calls", down.failed, "", 0, "≤"),
    figure("… until it was noticed", seconds(down.detectionMs.max), "s", 3, "≤"),
    figure("… until it was back", seconds(down.returnMs.max), "s", 10, "≤"),
    figure("silent primary at 50 calls/s: failed calls", hang.failed, "", 0, "≤"),
    figure("… until it was noticed", seconds(hang.detectionMs.max), "s", 6, "≤"),
    figure("… slowest rescue", seconds(hang.recoveryMs.max), "s", 15, "≤"),
    figure("30 % grey primary: failed calls", grey.failed, "", 0, "≤"),
    figure("… attempts per call", round(grey.attempts / grey.calls, 3), "", 1.35, "≤"),
    figure(
      "two targets that fail 25 % each: share of the ideal",
      round((100 * twoGrey.served) / twoGrey.calls / ideal, 2),
      "%",
      95,
      "≥",
    ),
    figure("a whole provider down: failed calls", outage.failed, "", 0, "≤"),
    figure("flapping near the cooldown: failed calls", flapping.failed, "", 0, "≤"),
    figure("… attempts per call", round(flappingWithin, 3), "", 1.2, "≤"),
  ];
}

/** The article's three months; @param {{ quick: boolean, say: (text: string) => void }} options */
export async function source({ quick, say }) {
  const sim = await loadSimulator();
  const ran = sim.runArticle(sim.step, 7, quick ? 0.05 : 1);
  say(sim.articleReport(ran));
  const { result, neglected, troubled, latencyMs } = ran;
  const { ledger } = result;
  const percent = (count) => round((100 * count) / ledger.calls, 3);
  const rescued = [...ledger.rescued.values()].reduce((sum, count) => sum + count, 0);
  const latency = (name, sample, theirs) =>
    told(`mean latency ${name} (the article: ${theirs} ms)`, round(sample.mean ?? 0, 0), "ms");
  return [
    figure("calls (the article: 528427)", ledger.calls, "calls", quick ? 26_421 : 528_427, "≥"),
    figure("served (the article: 99.85 %)", percent(ledger.served), "%", 99.85, "≥"),
    told("rescued (the article: 0.24 %)", percent(rescued), "%"),
    told("met or would have met a failing primary (the article: 0.34 %)", percent(troubled), "%"),
    figure("failed (the article: 0.11 %)", percent(ledger.failed), "%", 0.11, "≤"),
    figure("failed beside a healthy, enabled target", neglected, "calls", 0, "≤"),
    figure("broken invariants", result.violationCount, "", 0, "≤"),
    told("mean recovery (the article: 142 ms)", round(ledger.recoveryMs.mean ?? 0, 0), "ms"),
    latency("in business hours", latencyMs.business, 128),
    latency("at night", latencyMs.night, 98),
    latency("at the peak", latencyMs.peak, 187),
    latency("during outages", latencyMs.outage, 203),
  ];
}

function figure(name, value, unit, bar, sense) {
  if (sense === "") {
    return told(name, value, unit);
  }
  const holds = sense === "≤" ? value <= bar : value >= bar;
  return { name, value, unit, bar: `${sense} ${bar}`, holds };
}

function told(name, value, unit) {
  return { name, value, unit, bar: null, holds: null };
}

function perHour(ledger) {
  return ledger.falseOpenings / (ledger.simulatedMs / 3_600_000);
}

function seconds(ms) {
  return round(ms / 1_000, 2);
}

function round(value, digits) {
  return Number(value.toFixed(digits));
}
