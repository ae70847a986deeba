import type { CallFacets } from "@/lib/shared/contract";
import { type CallFilter, filterWords } from "./filter";

interface Facet {
  /** What a filter is narrowed to by it, and as its word. */
  readonly part: CallFilter;
  readonly word: string;
  readonly calls: number;
}

export interface FacetGroup {
  readonly name: "outcome" | "model" | "app";
  readonly facets: readonly Facet[];
}

/** The counts as words of the filter; of outcomes those that came to pass. A name with a space is no word. */
export function facetGroups({ outcomes, models, apps }: CallFacets): FacetGroup[] {
  const { rescued, ...ended } = outcomes;
  return [
    {
      name: "outcome",
      facets: [
        ...(Object.keys(ended) as (keyof typeof ended)[]).map((outcome) =>
          facet({ outcome }, ended[outcome]),
        ),
        facet({ rescued: true }, rescued),
      ].filter(({ calls }) => calls > 0),
    },
    { name: "model", facets: named(models, (model) => ({ model })) },
    { name: "app", facets: named(apps, (app) => ({ app })) },
  ];
}

function named(counts: CallFacets["apps"], partOf: (id: string) => CallFilter): Facet[] {
  return counts.filter(({ id }) => !/\s/.test(id)).map(({ id, calls }) => facet(partOf(id), calls));
}

function facet(part: CallFilter, calls: number): Facet {
  return { part, word: filterWords(part).join(" "), calls };
}
