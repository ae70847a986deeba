import { type MoversView } from "../shared/contract";
import { targetFiguresIn } from "../store/target-figures";
import { demoRule, readCurrent } from "./current";
import { comparedTargets, moversOf } from "./movers";
import { bucketsOf, formerOf, freshMs, type MetricsRange, rangeText } from "./ranges";
import { defineVerb } from "./verb";

export type MoversQuery = { readonly range: MetricsRange };

/** What moved most against the same hours before: last week's, or for longer ranges those of the span before. */
export const moversView = defineVerb<MoversQuery, MoversView>(
  "read",
  async (_actor, deps, { range }) =>
    deps.cache.get(`movers ${rangeText(range)}`, freshMs(range), async () => {
      const span = await bucketsOf(deps, range, "targets");
      const former = formerOf(span, Date.now());
      const demo = (await demoRule(deps, await readCurrent(deps))) === "only";
      const [now, before] = await Promise.all(
        [span, former].map(({ grain, from, to }) =>
          targetFiguresIn(deps.db, { grain, fromMs: from, toMs: to, demo }),
        ),
      );
      const pairs = comparedTargets(now ?? [], before ?? []);
      return {
        generatedAt: Date.now(),
        range: rangeText(range),
        from: span.from,
        to: span.to,
        shiftMs: former.shiftMs,
        compared: pairs.length,
        rows: moversOf(pairs),
      };
    }),
);
