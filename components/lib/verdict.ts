import type { HealthView, MetricsView, TargetView } from "@/lib/shared/contract";
import type { Format } from "@/lib/shared/format";
import type { Text } from "./i18n/messages";
import type { MetricsBucket } from "./metrics-bucket";
import { strandedRoutes } from "./targets/reach";
import { impairedTargets, isHeard, shownState, targetsOn } from "./targets/state";

/** Why the page has no current view, when it has none. */
export type Trouble = "database" | "unreachable" | "outdated";

export type Verdict =
  | { readonly kind: "database_away" | "page_offline" | "page_outdated" | "silent_gateway" }
  | { readonly kind: "no_calls"; readonly targets: number }
  /** `routes`: the names that nobody can answer for now. */
  | ({ readonly kind: "failing"; readonly routes: readonly string[] } & Failures)
  /** Calls failed a moment ago, and too many were answered since for that to go on. */
  | ({ readonly kind: "answered_again"; readonly lastAtMs: number } & Failures)
  /** Nobody can answer for these names: who asks for them now gets no answer. */
  | { readonly kind: "stranded"; readonly routes: readonly string[] }
  /** Some nodes cannot obey the newest configuration, and go on with the one before it. */
  | { readonly kind: "refused"; readonly nodes: number; readonly revision: number }
  | { readonly kind: "impaired"; readonly impaired: number; readonly targets: number }
  | { readonly kind: "served"; readonly targets: number };

interface Failures {
  readonly failed: number;
  readonly calls: number;
}

export interface VerdictInput {
  readonly health: HealthView | undefined;
  readonly metrics: MetricsView | undefined;
  readonly trouble: Trouble | null;
}

const troubleKinds = {
  database: "database_away",
  unreachable: "page_offline",
  outdated: "page_outdated",
} as const;
/** A failure is "now" for this long. */
const recentMs = 5 * 60_000;

/** The one answer of the page: is anyone hurting? */
export function verdictOf({ health, metrics, trouble }: VerdictInput): Verdict | null {
  if (trouble !== null) {
    return { kind: troubleKinds[trouble] };
  }
  if (health === undefined) {
    return null;
  }
  if (!isHeard(health)) {
    return { kind: "silent_gateway" };
  }
  const recent = recentOutcome(metrics);
  const targets = targetsOn(health).length;
  const { lastAtMs, isOver, ...failures } = recent;
  const stranded = strandedRoutes(health);
  if (lastAtMs !== null && !isOver) {
    return { kind: "failing", routes: stranded, ...failures };
  }
  if (stranded.length > 0) {
    return { kind: "stranded", routes: stranded };
  }
  const refused = refusals(health);
  if (refused.length > 0) {
    return { kind: "refused", nodes: refused.length, revision: Math.max(...refused) };
  }
  if (lastAtMs !== null) {
    return { kind: "answered_again", lastAtMs, ...failures };
  }
  const impaired = impairedTargets(health).length;
  if (impaired > 0) {
    return { kind: "impaired", impaired, targets };
  }
  return metrics?.totals.calls === 0 ? { kind: "no_calls", targets } : { kind: "served", targets };
}

/** The revisions that live nodes refuse, one for each node that does. */
export function refusals({ nodes }: Pick<HealthView, "nodes">): number[] {
  return nodes.flatMap(({ live, refused }) => (live && refused !== null ? [refused.revision] : []));
}

/** The first sentence, then those that explain it. */
export function verdictTexts(
  verdict: Verdict,
  { health, metrics }: VerdictInput,
  f: Format,
  nowMs: number,
): { headline: Text; rest: readonly Text[] } {
  switch (verdict.kind) {
    case "database_away":
    case "page_offline":
    case "page_outdated":
    case "silent_gateway":
      return {
        headline: { key: `verdict.${verdict.kind}.headline` },
        rest: [{ key: `verdict.${verdict.kind}.rest` }],
      };
    case "no_calls":
      return {
        headline: { key: "verdict.no_calls.headline" },
        rest: [{ key: "verdict.no_calls.rest", values: { targets: verdict.targets } }],
      };
    case "failing": {
      const { routes, failed, calls } = verdict;
      const values = { failed, calls: f.count(calls) };
      const count: Text = { key: "verdict.failing.rest", values };
      return {
        headline: { key: "verdict.failing.headline" },
        rest:
          routes.length > 0
            ? [{ key: "verdict.failing.stranded", values: namedRoutes(routes) }, count]
            : [count, ...impairedTexts(health, metrics, f, nowMs)],
      };
    }
    case "answered_again": {
      const { failed, calls, lastAtMs } = verdict;
      const values = { failed, calls: f.count(calls), at: f.hourMinute(lastAtMs) };
      return {
        headline: { key: "verdict.answered_again.headline" },
        rest: [
          { key: "verdict.answered_again.rest", values },
          ...impairedTexts(health, metrics, f, nowMs),
        ],
      };
    }
    case "stranded": {
      const { routes } = verdict;
      return {
        headline: { key: "verdict.stranded.headline", values: { n: routes.length } },
        rest: [{ key: "verdict.stranded.rest", values: namedRoutes(routes) }],
      };
    }
    case "refused":
      return {
        headline: { key: "verdict.refused.headline", values: { revision: verdict.revision } },
        rest: [{ key: "verdict.refused.rest", values: { nodes: verdict.nodes } }],
      };
    case "served":
      return {
        headline: servedText(metrics),
        rest: [{ key: "verdict.served.rest", values: { targets: verdict.targets } }],
      };
    case "impaired":
      return {
        headline: servedText(metrics),
        rest: impairedTexts(health, metrics, f, nowMs),
      };
  }
}

/** The verdict in a few words; `short` where they are too many for a phone. */
export function pillTexts(verdict: Verdict): { readonly long: Text; readonly short: Text | null } {
  switch (verdict.kind) {
    case "impaired": {
      const values = { n: verdict.impaired, of: verdict.targets };
      return {
        long: { key: "pill.impaired", values },
        short: { key: "pill.impairedShort", values },
      };
    }
    case "stranded": {
      const values = { n: verdict.routes.length };
      return {
        long: { key: "pill.stranded", values },
        short: { key: "pill.strandedShort", values },
      };
    }
    case "database_away":
    case "page_offline":
    case "page_outdated":
    case "silent_gateway":
    case "no_calls":
    case "failing":
    case "answered_again":
    case "refused":
    case "served":
      return { long: { key: `pill.${verdict.kind}` }, short: null };
  }
}

const routesNamed = 3;

function namedRoutes(routes: readonly string[]): { routes: string; more: number } {
  const named = routes.slice(0, routesNamed);
  return { routes: named.join(", "), more: routes.length - named.length };
}

/** That everybody is served, by their number where there are several; nobody is where nobody called. */
function servedText(metrics: MetricsView | undefined): Text {
  if (metrics?.totals.calls === 0) {
    return { key: "verdict.no_calls.headline" };
  }
  const active = metrics?.apps.active ?? 0;
  return active < 2
    ? { key: "verdict.served.headline" }
    : { key: "verdict.served.apps", values: { n: active } };
}

/** Since when the first of the impaired targets has been so; null when none is, or nobody knows. */
export function impairedSince(health: HealthView): number | null {
  const since = impairedTargets(health).flatMap((target) => target.since ?? []);
  return since.length === 0 ? null : Math.min(...since);
}

/** What is impaired, in a sentence; none when nothing is. */
function impairedTexts(
  health: HealthView | undefined,
  metrics: MetricsView | undefined,
  f: Format,
  nowMs: number,
): Text[] {
  const [worst, ...others] = health === undefined ? [] : impairedTargets(health);
  if (worst === undefined) {
    return [];
  }
  const rescued = metrics?.totals.rescued ?? 0;
  const { model, region } = worst;
  if (others.length === 0) {
    const since = worst.since === null ? "" : f.duration(nowMs - worst.since);
    const values = { model, region, since, rescued };
    return [{ key: `verdict.one.${impairedState(worst)}`, values }];
  }
  const n = others.length + 1;
  const isCommon = (key: "region" | "model" | "provider"): boolean =>
    others.every((target) => target[key] === worst[key]);
  if (isCommon("region")) {
    return [{ key: "verdict.manyInRegion", values: { n, region, rescued } }];
  }
  if (isCommon("model")) {
    return [{ key: "verdict.manyOfModel", values: { n, model, rescued } }];
  }
  return isCommon("provider") && health?.providers.length !== 1
    ? [{ key: "verdict.manyOfProvider", values: { n, provider: worst.provider, rescued } }]
    : [{ key: "verdict.many", values: { n, rescued } }];
}

/** Since when a limit has held is not known. */
function impairedState(target: TargetView): "down" | "degraded" | "limited" | "recovering" {
  const state = shownState(target);
  if (state === "degraded") {
    return target.since === null ? "limited" : state;
  }
  return state === "down" ? state : "recovering";
}

/** Under this many calls the end of failures is not believed, however many failed before. */
const leastAnswered = 20;
/** At the pace of before, so many more calls would have failed since the last one that did. */
const missedFailures = 3;

function recentOutcome(
  metrics: MetricsView | undefined,
): Failures & { readonly lastAtMs: number | null; readonly isOver: boolean } {
  const recent =
    metrics?.series.filter(({ t }) => t + metrics.bucketMs > metrics.to - recentMs) ?? [];
  const last = recent.findLastIndex(({ failed }) => failed > 0);
  const calls = callsIn(recent);
  const failed = recent.reduce((sum, bucket) => sum + bucket.failed, 0);
  const since = callsIn(recent.slice(last + 1));
  return {
    failed,
    calls,
    lastAtMs: recent[last]?.t ?? null,
    isOver: since >= leastAnswered && since * failed >= missedFailures * (calls - since),
  };
}

function callsIn(buckets: readonly MetricsBucket[]): number {
  return buckets.reduce(
    (sum, { firstTry, rescued, failed }) => sum + firstTry + rescued + failed,
    0,
  );
}
