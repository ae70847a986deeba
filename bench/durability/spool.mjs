// What the call log keeps when processes are killed and the database is away, and what it costs per call.
import { logCost } from "../log-cost.mjs";
import { withParts } from "../parts.mjs";

export async function spool({ quick, say }) {
  const figures = [];
  const add = (name, value, unit, bar, holds) => {
    figures.push({ name, value, unit, bar: bar ?? null, holds: holds ?? null });
    say(`${name}: ${value} ${unit}`);
  };
  await withParts(async (parts) => {
    const stack = await parts.startDurableStack({});
    try {
      await kills(parts, stack, quick, add);
      await outages(parts, stack, quick, add);
    } finally {
      await stack.close();
    }
  });
  await logCost({ quick, add });
  return figures;
}

async function kills(parts, stack, quick, add) {
  const times = quick ? 3 : 20;
  const run = await parts.killAgainAndAgain(stack, { times, perSecond: 300, acknowledged: 600 });
  const name = `${times} × kill -9 at 300 calls/s`;
  const ready = [...run.readyMs].sort((a, b) => a - b);
  const slowest = ready.at(-1);
  add(`${name}: acknowledged calls`, `${run.acknowledged} of ${run.calls}`, "calls");
  add(`${name}: missing in the log`, run.missing, "calls", "0", run.missing === 0);
  add(`${name}: doubled in the log`, run.doubled, "attempts", "0", run.doubled === 0);
  add(`${name}: told as unknown`, run.unknown, "calls");
  add(`${name}: restart to ready, median`, round(ready[times >> 1] / 1_000), "s");
  add(`${name}: restart to ready, slowest`, round(slowest / 1_000), "s", "≤ 2", slowest <= 2_000);
}

async function outages(parts, stack, quick, add) {
  const forMs = quick ? 5_000 : 60_000;
  const kinds = [
    ["stopped", ({ postgres }) => postgres.stop(), ({ postgres }) => postgres.start()],
    ["frozen", ({ postgres }) => postgres.freeze(), ({ postgres }) => postgres.thaw()],
  ];
  for (const [kind, away, back] of kinds) {
    const run = await parts.withoutDatabase(stack, { perSecond: 200, forMs, away, back });
    const name = `PostgreSQL ${kind} ${forMs / 1_000} s at 200 calls/s`;
    const added = run.p99Ms.during - run.p99Ms.before;
    add(`${name}: failed`, run.failed, `of ${run.calls} calls`, "0", run.failed === 0);
    add(`${name}: lost`, run.missing, "calls", "0", run.missing === 0);
    add(`${name}: doubled`, run.doubled, "attempts", "0", run.doubled === 0);
    add(`${name}: latency p99 added`, round(added), "ms", "≤ 3", added <= 3);
    const drained = run.drainedMs / 1_000;
    add(`${name}: all rows there after`, round(drained), "s", "≤ 60", drained <= 60);
  }
}

function round(value) {
  return Number(value.toFixed(value < 10 ? 2 : 1));
}
