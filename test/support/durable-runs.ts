/** What is done to a durable stack while calls come, and what became of them; at any length. */
import { type DurableStack, type LogAudit, auditLog } from "./durable-stack";
import { type LoadCall, load, percentile } from "./load";

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export interface KillRun extends LogAudit {
  calls: number;
  acknowledged: number;
  /** From each start of the gateway to its readiness. */
  readyMs: number[];
}

/**
 * Kills the gateway `times` times under load, each time when at least `acknowledged` calls were since it was ready, and
 * compares the log with what callers saw.
 */
export async function killAgainAndAgain(
  stack: DurableStack,
  options: { times: number; perSecond: number; acknowledged: number; model?: string },
): Promise<KillRun> {
  const { times, perSecond, model = "gpt-4.1" } = options;
  const readyMs: number[] = [];
  let acknowledged = 0;
  let isOver = false;
  const onEnd = ({ isWhole }: LoadCall): void => {
    acknowledged += Number(isWhole);
  };
  const shape = { model, perSecond: perSecond / 2, forMs: times * 60_000 };
  const loading = Promise.all(
    [true, false].map((stream) => load(stack, { ...shape, stream, isOver: () => isOver, onEnd })),
  );
  for (let time = 0; time < times; time += 1) {
    const from = acknowledged;
    while (acknowledged < from + options.acknowledged) {
      await sleep(20);
    }
    // Not at the same point of its rounds every time.
    await sleep(Math.random() * 250);
    await stack.gateway.kill();
    readyMs.push(await stack.gateway.start());
  }
  isOver = true;
  const calls = (await loading).flat();
  const ids = calls.filter(({ isWhole }) => isWhole).flatMap(({ id }) => id ?? []);
  const audit = await auditUntilWhole(stack, ids, 20_000);
  return { ...audit, calls: calls.length, acknowledged: ids.length, readyMs };
}

export interface OutageRun extends LogAudit {
  calls: number;
  failed: number;
  before: number;
  /** The 99th percentile of the calls' durations, before and during the outage. */
  p99Ms: { before: number; during: number };
  drainedMs: number;
}

/** Takes the database away for `forMs` while calls come. */
export async function withoutDatabase(
  stack: DurableStack,
  options: {
    perSecond: number;
    forMs: number;
    away: (stack: DurableStack) => Promise<void> | void;
    back: (stack: DurableStack) => Promise<void> | void;
  },
): Promise<OutageRun> {
  const { perSecond, forMs, away, back } = options;
  const shape = { model: "gpt-4.1", perSecond };
  // What came before must not be in the measure.
  const warmUp = await load(stack, { ...shape, forMs: Math.min(forMs, 3_000) });
  const before = await load(stack, { ...shape, forMs: Math.min(forMs, 10_000) });
  await away(stack);
  const during = await load(stack, { ...shape, forMs });
  await back(stack);
  const backMs = performance.now();
  const calls = [...warmUp, ...before, ...during];
  const acknowledged = calls.filter(({ isWhole }) => isWhole).flatMap(({ id }) => id ?? []);
  const audit = await auditUntilWhole(stack, acknowledged, 120_000);
  const p99 = (some: readonly LoadCall[]): number =>
    percentile(
      some.map(({ tookMs }) => tookMs),
      99,
    );
  return {
    ...audit,
    calls: calls.length,
    before: before.length,
    failed: calls.filter(({ isWhole }) => !isWhole).length,
    p99Ms: { before: p99(before), during: p99(during) },
    drainedMs: performance.now() - backMs,
  };
}

/** The audit, once nothing is missing or `withinMs` are over. */
async function auditUntilWhole(
  stack: DurableStack,
  acknowledged: readonly string[],
  withinMs: number,
): Promise<LogAudit> {
  const untilMs = performance.now() + withinMs;
  for (;;) {
    const audit = await auditLog(stack, acknowledged).catch(() => null);
    const isOver = performance.now() > untilMs;
    if (audit !== null && (audit.missing === 0 || isOver)) {
      return audit;
    }
    if (isOver) {
      throw new Error("the database does not answer the audit");
    }
    await sleep(100);
  }
}
