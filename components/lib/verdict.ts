import type { HealthView, MetricsView } from "@/lib/shared/contract";
import type { Format } from "@/lib/shared/format";
import type { Text } from "./i18n/messages";
import type { MetricsBucket } from "./metrics-bucket";
import { strandedRoutes } from "./targets/reach";
import { impairedTargets, targetsOn, worstState } from "./targets/state";

/** Why the page has no current view, when it has none. */
export type Trouble = "database" | "unreachable" | "outdated";

export type Verdict =
  | { readonly kind: "database_away" | "page_offline" | "page_outdated" | "silent_gateway" }
  | { readonly kind: "no_calls"; readonly targets: number }
  | { readonly kind: "failing"; readonly failed: number; readonly calls: number }
  /** Nobody can answer for these names: who asks for them now gets no answer. */
  | { readonly kind: "stranded"; readonly routes: readonly string[] }
  /** Some nodes cannot obey the newest configuration, and go on with the one before it. */
  | { readonly kind: "refused"; readonly nodes: number; readonly revision: number }
  | { readonly kind: "impaired"; readonly impaired: number; readonly targets: number }
  | { readonly kind: "served"; readonly targets: number };

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
  if (!health.nodes.some((node) => node.live)) {
    return { kind: "silent_gateway" };
  }
  const recent = recentOutcome(metrics);
  const targets = targetsOn(health).length;
  if (recent.failed > 0) {
    return { kind: "failing", ...recent };
  }
  const stranded = strandedRoutes(health);
  if (stranded.length > 0) {
    return { kind: "stranded", routes: stranded };
  }
  const refused = refusals(health);
  if (refused.length > 0) {
    return { kind: "refused", nodes: refused.length, revision: Math.max(...refused) };
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

/** The first sentence, then what explains it. */
export function verdictTexts(
  verdict: Verdict,
  { health, metrics }: VerdictInput,
  f: Format,
  nowMs: number,
): { headline: Text; rest: Text | null } {
  switch (verdict.kind) {
    case "database_away":
    case "page_offline":
    case "page_outdated":
    case "silent_gateway":
      return {
        headline: { key: `verdict.${verdict.kind}.headline` },
        rest: { key: `verdict.${verdict.kind}.rest` },
      };
    case "no_calls":
      return {
        headline: { key: "verdict.no_calls.headline" },
        rest: { key: "verdict.no_calls.rest", values: { targets: verdict.targets } },
      };
    case "failing":
      return {
        headline: { key: "verdict.failing.headline" },
        rest: {
          key: "verdict.failing.rest",
          values: { failed: verdict.failed, calls: f.count(verdict.calls) },
        },
      };
    case "stranded": {
      const { routes } = verdict;
      return {
        headline: { key: "verdict.stranded.headline", values: { n: routes.length } },
        rest: { key: "verdict.stranded.rest", values: namedRoutes(routes) },
      };
    }
    case "refused":
      return {
        headline: { key: "verdict.refused.headline", values: { revision: verdict.revision } },
        rest: { key: "verdict.refused.rest", values: { nodes: verdict.nodes } },
      };
    case "served":
      return {
        headline: servedText(metrics),
        rest: { key: "verdict.served.rest", values: { targets: verdict.targets } },
      };
    case "impaired":
      return {
        headline: servedText(metrics),
        rest: impairedText(health, metrics, f, nowMs),
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

function impairedText(
  health: HealthView | undefined,
  metrics: MetricsView | undefined,
  f: Format,
  nowMs: number,
): Text | null {
  if (health === undefined) {
    return null;
  }
  const [worst, ...others] = impairedTargets(health);
  if (worst === undefined) {
    return null;
  }
  const rescued = metrics?.totals.rescued ?? 0;
  const since = worst.since === null ? f.duration(0) : f.duration(nowMs - worst.since);
  const values = { model: worst.model, region: worst.region, since, rescued };
  if (others.length === 0) {
    return { key: `verdict.one.${impairedState(worstState([worst]))}`, values };
  }
  const isRegional = others.every((target) => target.region === worst.region);
  const isModel = others.every((target) => target.model === worst.model);
  const n = others.length + 1;
  if (isRegional) {
    return { key: "verdict.manyInRegion", values: { n, region: worst.region, rescued } };
  }
  return isModel
    ? { key: "verdict.manyOfModel", values: { n, model: worst.model, rescued } }
    : { key: "verdict.many", values: { n, rescued } };
}

function impairedState(state: string): "down" | "degraded" | "recovering" {
  return state === "down" || state === "degraded" ? state : "recovering";
}

function recentOutcome(metrics: MetricsView | undefined): { failed: number; calls: number } {
  if (metrics === undefined) {
    return { failed: 0, calls: 0 };
  }
  const recent = metrics.series.filter(({ t }) => t + metrics.bucketMs > metrics.to - recentMs);
  const sum = (of: (bucket: MetricsBucket) => number): number =>
    recent.reduce((total, bucket) => total + of(bucket), 0);
  return {
    failed: sum(({ failed }) => failed),
    calls: sum(({ firstTry, rescued, failed }) => firstTry + rescued + failed),
  };
}
