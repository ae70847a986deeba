"use client";

import { useQuery } from "@tanstack/react-query";
import { useWords } from "@/components/lib/i18n/provider";
import { callsQueries } from "@/components/lib/queries";
import { type Range, streamedRange } from "@/components/lib/range";
import { rangeText } from "@/components/lib/range-text";
import { QueryState } from "@/components/shell/query-state";
import { facetGroups } from "./facet-groups";
import { type CallFilter, filterWords } from "./filter";

type Props = { filter: CallFilter; range: Range | null; onText: (text: string) => void };

/** About how many calls each word would find, and the word to press. */
export function Facets({ filter, range, onText }: Props) {
  const { t, f } = useWords();
  const shown = range ?? streamedRange;
  const query = useQuery(callsQueries.facets(shown));
  return (
    <div id="facets" className="rounded-control border border-line px-3 py-2">
      <p className="run text-small text-fg-3">
        {t("requests.facets.note", { range: rangeText(shown, t, f) })}
      </p>
      <QueryState query={query} skeleton="h-24" />
      {query.data !== undefined && (
        <dl className="mt-2 grid gap-2">
          {facetGroups(query.data).map(({ name, facets }) => (
            <div key={name} className="grid gap-1 md:grid-cols-[120px_minmax(0,1fr)]">
              <dt className="text-small text-fg-3 md:pt-1">{t(`requests.facets.${name}`)}</dt>
              <dd className="flex flex-wrap gap-1.5">
                {facets.length === 0 && (
                  <span className="text-small text-fg-3">{t("requests.facets.none")}</span>
                )}
                {facets.map(({ part, word, calls }) => (
                  <button
                    key={word}
                    type="button"
                    aria-pressed={filterWords(filter).includes(word)}
                    className="inline-flex h-6 max-w-full items-center gap-1.5 rounded-control border border-line-strong bg-surface px-2 text-small hover:bg-hover aria-pressed:bg-selected touch:h-11"
                    onClick={() => {
                      onText(filterWords({ ...filter, ...part }).join(" "));
                    }}
                  >
                    <span className="mono truncate" title={word}>
                      {word}
                    </span>
                    <span className="text-fg-2">{`≈\u00a0${f.compact(calls)}`}</span>
                  </button>
                ))}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
