import { type CallFacets } from "../shared/contract";
import { appsIn, modelsIn, outcomesIn } from "../store/call-facets";
import { bucketsOf, freshMs, type MetricsRange, rangeText } from "./ranges";
import { defineVerb } from "./verb";

const mostNames = 12;

/**
 * About how many calls of a range each word of the filter would find, whatever else it says: by the rollups, which know
 * whole spans, and so never by single calls.
 */
export const callFacets = defineVerb<{ readonly range: MetricsRange }, CallFacets>(
  "read",
  async (_actor, deps, { range }) =>
    deps.cache.get(`facets ${rangeText(range)}`, freshMs(range), async () => {
      const { db } = deps;
      const spansOf = async (of: "calls" | "targets") => {
        const { grain, from, to } = await bucketsOf(deps, range, of);
        return { grain, fromMs: from, toMs: to };
      };
      const [ofCalls, ofNames] = await Promise.all([spansOf("calls"), spansOf("targets")]);
      const [outcomes, models, apps] = await Promise.all([
        outcomesIn(db, ofCalls),
        modelsIn(db, ofNames, mostNames),
        appsIn(db, ofNames, mostNames),
      ]);
      return { generatedAt: Date.now(), range: rangeText(range), outcomes, models, apps };
    }),
);
