"use client";

import { useQueryClient } from "@tanstack/react-query";
import { Search, X } from "lucide-react";
import dynamic from "next/dynamic";
import { type SubmitEvent, useId, useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { useHealth } from "@/components/lib/live/views";
import { metricsQueries } from "@/components/lib/queries";
import { type Range, showUnbounded, streamedRange } from "@/components/lib/range";
import { rangeText } from "@/components/lib/range-text";
import { useTypedText } from "@/components/lib/typed-text";
import { SavedViews } from "@/components/shell/saved-views";
import { Button } from "@/components/ui/button";
import { LoadBoundary } from "@/components/ui/load-boundary";
import { Segments } from "@/components/ui/segments";
import { type CallFilter, filterWords, type ReadFilter } from "./filter";
import { suggestions } from "./suggestions";
import { FilterNote } from "./filter-note";
import { dearOver, slowOver } from "./thresholds";

type Props = {
  text: string;
  read: ReadFilter;
  range: Range | null;
  onText: (text: string) => void;
};

const Facets = dynamic(() => import("./facets").then((module) => module.Facets), { ssr: false });

const views = ["all", "rescued", "failed", "refused", "slow", "expensive"] as const;
type View = (typeof views)[number];

/** Narrows the list: quick views, words that a person types, and each word as a chip to take away. */
export function FilterBar({ text, read, range, onText }: Props) {
  const { t, f } = useWords();
  const [isCounting, setCounting] = useState(false);
  const show = useView(read.filter, range, onText);
  const words = filterWords(read.filter);
  const problems = [
    ...read.wrong.map(({ name }) => t(`requests.takes.${name}`)),
    ...(read.unknown.length === 0
      ? []
      : [t("requests.unknown", { words: read.unknown.join(" ") })]),
  ];
  return (
    <div className="mb-3 grid gap-2">
      <div className="flex flex-wrap items-start gap-2">
        <Segments<View | "other">
          onPhone="row"
          label={t("requests.views.label")}
          value={viewOf(read.filter) ?? "other"}
          onChange={(next) => {
            if (next !== "other") {
              show(next);
            }
          }}
          options={views.map((value) => ({ value, label: t(`requests.views.${value}`) }))}
        />
        <FilterInput text={text} problems={problems} onText={onText} />
        <Button
          aria-expanded={isCounting}
          onClick={() => {
            setCounting(!isCounting);
          }}
        >
          {t("requests.facets.open")}
        </Button>
        <SavedViews />
      </div>
      {isCounting && (
        <LoadBoundary fallback={null}>
          <Facets filter={read.filter} range={range} onText={onText} />
        </LoadBoundary>
      )}
      {(words.length > 0 || range !== null) && (
        <ul className="flex flex-wrap items-center gap-1.5" aria-label={t("requests.filters")}>
          {range !== null && <Chip word={rangeText(range, t, f)} onAway={showUnbounded} />}
          {words.map((word) => (
            <Chip
              key={word}
              word={word}
              isTyped
              onAway={() => {
                onText(words.filter((other) => other !== word).join(" "));
              }}
            />
          ))}
        </ul>
      )}
      <FilterNote filter={read.filter} range={range} />
    </div>
  );
}

/** The view that a filter is of, whatever else it says; undefined for none of them. */
function viewOf(filter: CallFilter): View | undefined {
  const { outcome, rescued, totalOverMs, costOverNanoUsd } = filter;
  const held: readonly View[] = [
    ...(rescued === true ? (["rescued"] as const) : []),
    ...(outcome === "failed" || outcome === "refused" ? [outcome] : []),
    ...(totalOverMs === undefined ? [] : (["slow"] as const)),
    ...(costOverNanoUsd === undefined ? [] : (["expensive"] as const)),
  ];
  const isOther = rescued === false || (outcome !== undefined && !held.includes(outcome as View));
  if (isOther || held.length > 1) {
    return undefined;
  }
  return held[0] ?? "all";
}

/** Shows another view; what a filter says beside it stays. Slow and dear are so by the figures of the range. */
function useView(
  filter: CallFilter,
  range: Range | null,
  onText: Props["onText"],
): (view: View) => void {
  const client = useQueryClient();
  const { outcome: _o, rescued: _r, totalOverMs: _t, costOverNanoUsd: _c, ...rest } = filter;
  const narrow = (part: CallFilter): void => {
    onText(filterWords({ ...rest, ...part }).join(" "));
  };
  const byFigures = (partOf: (totals: Parameters<typeof slowOver>[0]) => CallFilter): void => {
    client.query(metricsQueries.view(range ?? streamedRange)).then(
      ({ totals }) => {
        narrow(partOf(totals));
      },
      () => {
        narrow(partOf(undefined));
      },
    );
  };
  return (view) => {
    switch (view) {
      case "all":
        narrow({});
        return;
      case "rescued":
        narrow({ rescued: true });
        return;
      case "failed":
      case "refused":
        narrow({ outcome: view });
        return;
      case "slow":
        byFigures((totals) => ({ totalOverMs: slowOver(totals).over }));
        return;
      case "expensive":
        byFigures((totals) => ({ costOverNanoUsd: dearOver(totals).over }));
    }
  };
}

function Chip({
  word,
  isTyped = false,
  onAway,
}: {
  word: string;
  isTyped?: boolean;
  onAway: () => void;
}) {
  const { t } = useWords();
  return (
    <li>
      <button
        type="button"
        className="inline-flex h-6 max-w-64 items-center gap-1 rounded-control border border-line-strong bg-surface px-2 text-small hover:bg-hover touch:h-11"
        aria-label={t("requests.without", { word })}
        onClick={onAway}
      >
        <span className={isTyped ? "mono truncate" : "truncate"}>{word}</span>
        <X size={12} aria-hidden="true" className="shrink-0 text-fg-3" />
      </button>
    </li>
  );
}

type InputProps = Pick<Props, "text" | "onText"> & { problems: readonly string[] };

/** Takes effect with Enter: half a word is no filter. */
function FilterInput({ text, problems, onText }: InputProps) {
  const { t } = useWords();
  const [hintId, listId, problemId] = [useId(), useId(), useId()];
  const health = useHealth().data;
  const field = useTypedText(text);
  const apply = (): void => {
    field.say();
    onText(field.text.trim());
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    apply();
  };
  return (
    <form role="search" onSubmit={submit} className="min-w-56 flex-1">
      <div className="relative">
        <Search
          size={14}
          aria-hidden="true"
          className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-fg-3"
        />
        <input
          type="search"
          role="searchbox"
          data-filter
          value={field.text}
          maxLength={400}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          list={listId}
          aria-label={t("requests.filter")}
          aria-describedby={`${hintId} ${problemId}`}
          aria-invalid={problems.length > 0}
          placeholder="model:gpt-4.1 status:5xx ttft:>2s"
          onChange={(event) => {
            field.type(event.target.value);
          }}
          onBlur={apply}
          className="mono h-7.5 w-full rounded-control border border-line-control bg-surface pr-2.5 pl-8 text-small placeholder:text-fg-3 touch:h-11"
        />
        <datalist id={listId}>
          {suggestions(field.text, health).map((words) => (
            <option key={words} value={words} />
          ))}
        </datalist>
      </div>
      <span id={hintId} className="sr-only">
        {t("requests.filterHint")}
      </span>
      <p id={problemId} role="alert" className="run text-small text-fg-2 not-empty:mt-1">
        {problems.join(" ")}
      </p>
    </form>
  );
}
