import { type ConfigDocument, emptyDocument } from "../config/document";
import { type Refusal } from "../config/judged";
import { type ExpandedTarget, expandTargets } from "../config/targets";
import {
  type BaseDocument,
  findBaseDocument,
  newestRevision,
  readConfiguration,
} from "../store/configuration";
import { listRouteRevisions } from "../store/route-revisions";
import { hasCallEver, hasCallSince } from "../store/call-stats";
import { indexSwitches, type Switches } from "./effective-intent";
import { type ControlDeps } from "./verb";

/** What people decided, as of `revision`. */
export type Current = {
  readonly revision: number;
  readonly document: ConfigDocument;
  /** The newest document, where nobody can obey it: `document` is the one before. */
  readonly refused: Refusal | null;
  readonly targets: readonly ExpandedTarget[];
  readonly base: BaseDocument | undefined;
  readonly switches: Switches;
  readonly routeRevisions: ReadonlyMap<string, number>;
};

const keptMs = 3_600_000;

/** The decisions of the newest revision, read once for each. */
export async function readCurrent({ db, cache }: ControlDeps): Promise<Current> {
  const newest = await newestRevision(db);
  return cache.get(`current ${newest}`, keptMs, async () => {
    const configuration = await readConfiguration(db);
    const document = configuration.document ?? emptyDocument;
    return {
      revision: configuration.revision,
      document,
      refused: configuration.refused,
      targets: expandTargets(document),
      base: await db.run((prisma) => findBaseDocument(prisma)),
      switches: indexSwitches(configuration.switches),
      routeRevisions: await db.run((prisma) => listRouteRevisions(prisma)),
    };
  });
}

/** Promised to callers where nobody set another figure. */
export const usualSloPercent = 99.9;

/** Of how many calls in a hundred callers are promised an answer. */
export function sloServedPercentOf({ document }: Pick<Current, "document">): number {
  return document.settings.slo_served_percent ?? usualSloPercent;
}

/** Whose calls the numbers are of. */
export type DemoRule = "only" | "excluded" | "off";

const demoRecentMs = 300_000;
const recheckMs = 1_000;

/**
 * `only` until the first call that is not the demo's, and never again after it; then `excluded` while the demo runs,
 * and `off` when it does not.
 */
export async function demoRule(deps: ControlDeps, current: Current): Promise<DemoRule> {
  const { db, cache } = deps;
  const runs = await cache.get("demo runs", recheckMs, () =>
    hasCallSince(db, true, Date.now() - demoRecentMs),
  );
  const isDemo = current.base?.demo === true || runs;
  if (await hasRealTraffic(deps)) {
    return isDemo ? "excluded" : "off";
  }
  return isDemo ? "only" : "off";
}

async function hasRealTraffic({ db, cache }: ControlDeps): Promise<boolean> {
  const known = await cache.get("real traffic", Infinity, () => Promise.resolve({ seen: false }));
  known.seen ||= await cache.get("real traffic look", recheckMs, () => hasCallEver(db, false));
  return known.seen;
}
