import { type RoutesView } from "../shared/contract";
import { revisionHeads } from "../store/revisions";
import { routeAnswersIn, routesCountedSince } from "../store/route-counts";
import { demoRule, readCurrent } from "./current";
import { boundsOf, freshMs, type MetricsRange, rangeText } from "./ranges";
import { routeChains, routeRevision } from "./routes";
import { defineVerb } from "./verb";

const quarterMs = 900_000;

/** Who answered for each route in the range, as far as that is counted, and who changed it last. Counted from rollups. */
export const routesView = defineVerb<{ readonly range: MetricsRange }, RoutesView>(
  "read",
  async (_actor, deps, { range }) => {
    const current = await readCurrent(deps);
    const name = `routes ${current.revision} ${rangeText(range)}`;
    return deps.cache.get(name, freshMs(range), async () => {
      const { db } = deps;
      const now = Date.now();
      const { fromMs, toMs = now } = boundsOf(range, now);
      const chains = routeChains(current.document);
      const revisions = chains.map((route) => routeRevision(current.routeRevisions, route));
      const from = Math.max(
        Math.floor(fromMs / quarterMs) * quarterMs,
        (await routesCountedSince(db)) ?? fromMs,
      );
      const window = { fromMs: from, toMs, demo: (await demoRule(deps, current)) === "only" };
      const ids = chains.map(({ id }) => id);
      const [answers, heads] = await Promise.all([
        routeAnswersIn(db, ids, window),
        revisionHeads(db, revisions),
      ]);
      return {
        generatedAt: now,
        range: rangeText(range),
        from,
        to: toMs,
        routes: chains.map(({ id }, index) => {
          const own = answers.filter(({ route }) => route === id);
          const head = heads.find((one) => one.id === revisions[index]);
          return {
            id,
            served: own.find(({ what }) => what === "served")?.n ?? 0,
            answered: Object.fromEntries(
              own.flatMap(({ what, n }) =>
                what === "served" ? [] : [[what.slice("answered_".length), n]],
              ),
            ),
            changed:
              head === undefined
                ? null
                : { revision: head.id, at: head.createdAt, actor: head.actor },
          };
        }),
      };
    });
  },
);
