"use client";

import { Search, X } from "lucide-react";
import { type SubmitEvent, useId, useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { Segments } from "@/components/ui/segments";
import { type CallFilter, filterWords, type ReadFilter } from "./filter";

type Props = { text: string; read: ReadFilter; onText: (text: string) => void };

const views = ["all", "rescued", "failed", "refused"] as const;
type View = (typeof views)[number];

const filters: Readonly<Record<View, CallFilter>> = {
  all: {},
  rescued: { rescued: true },
  failed: { outcome: "failed" },
  refused: { outcome: "refused" },
};

/** Narrows the list: quick views, words that a person types, and each word as a chip to take away. */
export function FilterBar({ text, read, onText }: Props) {
  const { t } = useWords();
  const words = filterWords(read.filter);
  const { outcome, rescued, ...rest } = read.filter;
  const view = views.find(
    (one) => filters[one].outcome === outcome && filters[one].rescued === rescued,
  );
  return (
    <div className="mb-3 grid gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <Segments<View | "other">
          label={t("requests.views.label")}
          value={view ?? "other"}
          onChange={(next) => {
            if (next !== "other") {
              onText(filterWords({ ...rest, ...filters[next] }).join(" "));
            }
          }}
          options={views.map((value) => ({ value, label: t(`requests.views.${value}`) }))}
        />
        <FilterInput text={text} onText={onText} />
      </div>
      {words.length > 0 && (
        <ul className="flex flex-wrap items-center gap-1.5" aria-label={t("requests.filters")}>
          {words.map((word) => (
            <li key={word}>
              <button
                type="button"
                className="inline-flex h-6 max-w-64 items-center gap-1 rounded-control border border-line-strong bg-surface px-2 text-small hover:bg-hover touch:h-11"
                aria-label={t("requests.without", { word })}
                onClick={() => {
                  onText(words.filter((other) => other !== word).join(" "));
                }}
              >
                <span className="mono truncate">{word}</span>
                <X size={12} aria-hidden="true" className="shrink-0 text-fg-3" />
              </button>
            </li>
          ))}
        </ul>
      )}
      {read.unknown.length > 0 && (
        <p className="text-small text-fg-2" role="alert">
          {t("requests.unknown", { words: read.unknown.join(" ") })}
        </p>
      )}
    </div>
  );
}

/** Takes effect with Enter: half a word is no filter. */
function FilterInput({ text, onText }: Pick<Props, "text" | "onText">) {
  const { t } = useWords();
  const hintId = useId();
  const [typed, setTyped] = useState(text);
  const [applied, setApplied] = useState(text);
  if (applied !== text) {
    setApplied(text);
    setTyped(text);
  }
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    onText(typed.trim());
  };
  return (
    <form role="search" onSubmit={submit} className="relative min-w-56 flex-1">
      <Search
        size={14}
        aria-hidden="true"
        className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-fg-3"
      />
      <input
        type="search"
        data-filter
        value={typed}
        maxLength={400}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        aria-label={t("requests.filter")}
        aria-describedby={hintId}
        placeholder="model:gpt-4.1 region:us-east outcome:failed"
        onChange={(event) => {
          setTyped(event.target.value);
        }}
        onBlur={() => {
          onText(typed.trim());
        }}
        className="mono h-7.5 w-full rounded-control border border-line-control bg-surface pr-2.5 pl-8 text-small placeholder:text-fg-3 touch:h-11"
      />
      <span id={hintId} className="sr-only">
        {t("requests.filterHint")}
      </span>
    </form>
  );
}
