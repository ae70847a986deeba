"use client";

import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { type ReactNode, type SubmitEvent, useId, useState } from "react";
import { actorName, actorTitle } from "@/components/lib/i18n/actor-name";
import { useWords } from "@/components/lib/i18n/provider";
import { useMinute } from "@/components/lib/live/provider";
import { useHealth } from "@/components/lib/live/views";
import { changesQueries } from "@/components/lib/queries";
import { QueryState } from "@/components/shell/query-state";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import type { Comparison } from "@/lib/shared/contract";
import { lineText } from "@/components/lib/line-text";
import type { RevisionPair } from "./use-compared";

type Props = { pair: RevisionPair; onPair: (pair: RevisionPair | null) => void };

/** What is different between what people had decided as of two revisions. */
export function ComparePanel({ pair, onPair }: Props) {
  const { t } = useWords();
  const query = useQuery(changesQueries.compare(pair.from, pair.to));
  const newest = useHealth().data?.revision;
  const { to } = pair;
  return (
    <Panel
      id="compare"
      title={t("changes.compare.title", { from: pair.from, to })}
      subtitle={query.data !== undefined && <Heads comparison={query.data} />}
      className="mb-5"
      aside={
        <Button
          tone="ghost"
          size="icon"
          aria-label={t("changes.compare.close")}
          onClick={() => {
            onPair(null);
          }}
        >
          <X size={16} aria-hidden="true" />
        </Button>
      }
    >
      <div className="mb-3 flex flex-wrap items-end gap-2">
        <PairForm key={`${pair.from} ${to}`} pair={pair} onPair={onPair} />
        <Button
          disabled={to < 1 || pair.from === to - 1}
          onClick={() => {
            onPair({ from: to - 1, to });
          }}
        >
          {t("changes.compare.before")}
        </Button>
        <Button
          disabled={newest === undefined || newest === to}
          onClick={() => {
            onPair({ from: pair.from === to - 1 ? to : pair.from, to: newest ?? to });
          }}
        >
          {t("changes.compare.now")}
        </Button>
      </div>
      <QueryState query={query} skeleton="h-24" />
      {query.data !== undefined && <Lines comparison={query.data} />}
    </Panel>
  );
}

function Heads({ comparison: { from, to } }: { comparison: Comparison }) {
  const { t, f } = useWords();
  const nowMs = useMinute();
  const head = ({ revision, at, actor }: Comparison["to"]): ReactNode =>
    at === null || actor === null ? (
      t("changes.compare.start")
    ) : (
      <span title={actorTitle(actor)}>
        {`r${revision} · ${actorName(t, actor)} · ${f.moment(at, nowMs)}`}
      </span>
    );
  return (
    <>
      {head(from)} → {head(to)}
    </>
  );
}

function Lines({ comparison: { lines, lineCount } }: { comparison: Comparison }) {
  const { t, f, say } = useWords();
  const nowMs = useMinute();
  if (lineCount === 0) {
    return <p className="run py-2 text-fg-2">{t("changes.compare.same")}</p>;
  }
  return (
    <ul data-testid="differences" className="grid gap-1">
      {lines.map((line) => (
        <li
          key={`${line.object} ${line.field ?? ""}`}
          className="run border-t border-line pt-1 break-words first:border-t-0 first:pt-0"
        >
          {lineText(line, say, f, nowMs)}
        </li>
      ))}
      {lineCount > lines.length && (
        <li className="text-fg-3">{t("people.more", { n: lineCount - lines.length })}</li>
      )}
    </ul>
  );
}

/** Takes effect with Enter or the button: half a number is no revision. */
function PairForm({ pair, onPair }: Props) {
  const { t } = useWords();
  const [from, setFrom] = useState(String(pair.from));
  const [to, setTo] = useState(String(pair.to));
  const [isWrong, setWrong] = useState(false);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const next = { from: Number(from), to: Number(to) };
    const isPair = [from, to].every((text) => /^\d{1,9}$/.test(text)) && next.to >= 1;
    setWrong(!isPair);
    if (isPair) {
      onPair(next);
    }
  };
  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-2" noValidate>
      <Field label={t("changes.compare.from")} value={from} isWrong={isWrong} onChange={setFrom} />
      <Field label={t("changes.compare.to")} value={to} isWrong={isWrong} onChange={setTo} />
      <Button type="submit">{t("changes.compare.show")}</Button>
      {isWrong && (
        <p role="alert" className="w-full text-small">
          {t("changes.compare.wrong")}
        </p>
      )}
    </form>
  );
}

type FieldProps = {
  label: string;
  value: string;
  isWrong: boolean;
  onChange: (value: string) => void;
};

function Field({ label, value, isWrong, onChange }: FieldProps) {
  const id = useId();
  return (
    <span>
      <label htmlFor={id} className="mb-0.5 block text-micro text-fg-3">
        {label}
      </label>
      <input
        id={id}
        value={value}
        inputMode="numeric"
        autoComplete="off"
        aria-invalid={isWrong || undefined}
        onChange={(event) => {
          onChange(event.target.value);
        }}
        className="h-7.5 w-20 rounded-control border border-line-control bg-surface px-2.5 text-right tabular-nums aria-invalid:border-down touch:h-11"
      />
    </span>
  );
}
