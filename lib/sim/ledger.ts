/** Counts what a simulation did for its callers. */
import type { AttemptHow, Move, Transition } from "../core/events";
import type { Reply } from "./shell";
import type { Running } from "./running";
import type { Place } from "./topology";

export type RescuedBy = "retry" | "sibling" | "fallback" | "resume" | "migration" | "avoidance";

/** Sums of a quantity, for its mean, and samples for its quantiles. */
export class Sample {
  count = 0;
  sum = 0;
  max = 0;
  private readonly kept: number[] = [];
  private static readonly atMost = 200_000;

  add(value: number): void {
    this.count += 1;
    this.sum += value;
    this.max = Math.max(this.max, value);
    if (this.kept.length < Sample.atMost) {
      this.kept.push(value);
    } else if (this.count % 16 === 0) {
      this.kept[(this.count >> 4) % Sample.atMost] = value;
    }
  }

  get mean(): number | null {
    return this.count === 0 ? null : this.sum / this.count;
  }

  quantile(q: number): number | null {
    const sorted = this.kept.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? null;
  }

  addAll(other: Sample): void {
    for (const value of other.kept) {
      this.add(value);
    }
    const unkept = other.count - other.kept.length;
    this.count += unkept;
    this.sum += unkept * (other.mean ?? 0);
    this.max = Math.max(this.max, other.max);
  }
}

export class Ledger {
  calls = 0;
  served = 0;
  refused = 0;
  left = 0;
  failed = 0;
  attempts = 0;
  retries = 0;
  probes = 0;
  migrations = 0;
  openings = 0;
  falseOpenings = 0;
  simulatedMs = 0;
  readonly rescued = new Map<RescuedBy, number>();
  readonly failedWhy = new Map<string, number>();
  /** Added to a call by its first failed attempts, from the first failure to the answer that saved it. */
  readonly recoveryMs = new Sample();
  /** From the begin of a fault until the router turned away from a target that it hit. */
  readonly detectionMs = new Sample();
  /** From the end of a fault until the target was CLOSED again. */
  readonly returnMs = new Sample();
  /** Time to the first content, of served streams, and to the answer of others. */
  readonly waitMs = new Sample();
  readonly attemptsByPlace: number[] = [];
  readonly retriesByPlace: number[] = [];

  attempted(place: Place, how: AttemptHow): void {
    this.attempts += 1;
    const { index } = place;
    this.attemptsByPlace[index] = (this.attemptsByPlace[index] ?? 0) + 1;
    if (how === "retry") {
      this.retries += 1;
      this.retriesByPlace[index] = (this.retriesByPlace[index] ?? 0) + 1;
    }
  }

  probed(): void {
    this.probes += 1;
  }

  opened(_transition: Transition, isFalse: boolean): void {
    this.openings += 1;
    this.falseOpenings += isFalse ? 1 : 0;
  }

  replied(run: Running, reply: Reply, move: Move | null, nowMs: number): void {
    this.calls += 1;
    this.migrations += run.migrations;
    switch (reply) {
      case "served":
        this.served += 1;
        this.countServed(run, nowMs);
        break;
      case "refused":
        this.refused += 1;
        break;
      case "left":
        this.left += 1;
        break;
      case "failed":
        this.failed += 1;
        count(this.failedWhy, move?.type === "finish" ? move.why : "bug");
        break;
    }
  }

  private countServed(run: Running, nowMs: number): void {
    const by = rescuedBy(run);
    if (by !== null) {
      count(this.rescued, by);
    }
    const contentMs = run.plan.stream ? run.lastStartedMs + run.fate.firstMs : nowMs;
    this.waitMs.add(contentMs - run.startedMs);
    if (run.firstFailedMs !== null) {
      this.recoveryMs.add(Math.max(0, contentMs - run.firstFailedMs));
    }
  }

  addAll(other: Ledger): void {
    for (const name of sums) {
      this[name] += other[name];
    }
    for (const name of ["rescued", "failedWhy"] as const) {
      for (const [key, value] of other[name]) {
        (this[name] as Map<string, number>).set(key, (this[name].get(key as never) ?? 0) + value);
      }
    }
    for (const name of ["recoveryMs", "detectionMs", "returnMs", "waitMs"] as const) {
      this[name].addAll(other[name]);
    }
  }
}

const sums = [
  "calls",
  "served",
  "refused",
  "left",
  "failed",
  "attempts",
  "retries",
  "probes",
  "migrations",
  "openings",
  "falseOpenings",
  "simulatedMs",
] as const;

/** What saved a served call that met trouble; null when nothing had to. */
export function rescuedBy(run: Running): RescuedBy | null {
  const last = run.hows.at(-1);
  const place = run.tried.at(-1);
  if (last === "resume") {
    return "resume";
  }
  if (last === "migrated") {
    return "migration";
  }
  if (run.failures === 0 && run.tried.length < 2) {
    return run.avoided ? "avoidance" : null;
  }
  if (last === "retry") {
    return "retry";
  }
  return run.tried[0]?.target.model === place?.target.model ? "sibling" : "fallback";
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
