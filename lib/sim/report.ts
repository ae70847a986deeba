/** What a simulation found, as text for people. */
import type { ArticleResult } from "./article";
import { article } from "./article";
import type { Ledger, Sample } from "./ledger";
import type { ManyResult } from "./many";

const wide = 34;

/** The counts of a run, one line each. */
export function ledgerReport(ledger: Ledger): string {
  const hours = ledger.simulatedMs / 3_600_000;
  const share = (count: number): string =>
    `${count}`.padStart(12) +
    `${((100 * count) / Math.max(1, ledger.calls)).toFixed(3)} %`.padStart(12);
  const total = (counts: ReadonlyMap<string, number>): number =>
    [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [
    line("calls", `${ledger.calls}`.padStart(12)),
    line("served", share(ledger.served)),
    line("  rescued", share(total(ledger.rescued))),
    ...byCount(ledger.rescued).map(([by, count]) => line(`    by ${by}`, share(count))),
    line("failed", share(ledger.failed)),
    ...byCount(ledger.failedWhy).map(([why, count]) => line(`    ${why}`, share(count))),
    line("refused for what was asked", share(ledger.refused)),
    line("callers who left", share(ledger.left)),
    line("attempts per call", number(ledger.attempts / Math.max(1, ledger.calls), 3)),
    line("retries at the same target", `${ledger.retries}`.padStart(12)),
    line("migrated out of silence", `${ledger.migrations}`.padStart(12)),
    line("probes", `${ledger.probes}`.padStart(12)),
    line("simulated hours", number(hours, 1)),
    line("openings", `${ledger.openings}`.padStart(12)),
    line("false openings per hour", number(ledger.falseOpenings / Math.max(hours, 1e-9), 3)),
    line("fault noticed after", spread(ledger.detectionMs)),
    line("rescued after", spread(ledger.recoveryMs)),
    line("back after the fault's end", spread(ledger.returnMs)),
  ].join("\n");
}

/** What a run of many worlds came to. */
export function manyReport(result: ManyResult, seconds: number): string {
  const { worlds, digest, ledger, violationCount } = result;
  return [
    ledgerReport(ledger),
    line("worlds", `${worlds}`.padStart(12)),
    line("invariants broken", `${violationCount}`.padStart(12)),
    line("decision hash", digest.padStart(18)),
    line("took", `${seconds.toFixed(1)} s`.padStart(14)),
  ].join("\n");
}

/** The article's figures beside ours. */
export function articleReport({ result, latencyMs, neglected, troubled }: ArticleResult): string {
  const { ledger } = result;
  const row = (what: string, theirs: string, ours: string): string =>
    what.padEnd(44) + theirs.padStart(20) + ours.padStart(22);
  const counted = (count: number, of: number): string =>
    `${count} (${((100 * count) / of).toFixed(2)} %)`;
  const ms = (sample: Sample): string => `${(sample.mean ?? 0).toFixed(0)} ms`;
  const rescued = [...ledger.rescued.values()].reduce((sum, count) => sum + count, 0);
  const ours = (count: number): string => counted(count, ledger.calls);
  const theirs = (count: number): string => counted(count, article.calls);
  const unaccounted = article.calls - article.succeeded - article.failed;
  return [
    row("three months of calls", "the article", "simulated here"),
    row("calls", `${article.calls}`, `${ledger.calls}`),
    row("succeeded", theirs(article.succeeded), ours(ledger.served)),
    row("rescued by self-healing", theirs(article.rescued), ours(rescued)),
    row("failed for good", theirs(article.failed), ours(ledger.failed)),
    row("neither succeeded nor failed, by its counts", theirs(unaccounted), ours(ledger.left)),
    row(
      "met or would have met a failing primary",
      theirs(article.rescued + article.failed),
      ours(troubled),
    ),
    row("mean recovery", `${article.recoveryMs} ms`, ms(ledger.recoveryMs)),
    row("latency in business hours", `${article.latencyMs.business} ms`, ms(latencyMs.business)),
    row("latency at night", `${article.latencyMs.night} ms`, ms(latencyMs.night)),
    row("latency at the peak", `${article.latencyMs.peak} ms`, ms(latencyMs.peak)),
    row("latency during outages", `${article.latencyMs.outage} ms`, ms(latencyMs.outage)),
    row("failed beside a healthy, enabled target", "not told", `${neglected}`),
    row("decision hash", "", result.digest),
  ].join("\n");
}

function line(what: string, value: string): string {
  return what.padEnd(wide) + value;
}

function number(value: number, digits: number): string {
  return value.toFixed(digits).padStart(12);
}

function spread(sample: Sample): string {
  if (sample.count === 0) {
    return "never".padStart(12);
  }
  const seconds = (ms: number | null): string => `${((ms ?? 0) / 1_000).toFixed(2)} s`;
  return (
    seconds(sample.quantile(0.5)).padStart(14) +
    `   mean ${seconds(sample.mean)}, 99 % within ${seconds(sample.quantile(0.99))}`
  );
}

function byCount(counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...counts].toSorted((a, b) => b[1] - a[1]);
}
