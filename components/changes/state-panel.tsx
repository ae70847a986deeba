"use client";

import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { type SubmitEvent, useState } from "react";
import { actorName, actorTitle } from "@/components/lib/i18n/actor-name";
import { useWords } from "@/components/lib/i18n/provider";
import { useMinute } from "@/components/lib/live/provider";
import { useHealth } from "@/components/lib/live/views";
import { changesQueries } from "@/components/lib/queries";
import { localText, typedInstant } from "@/components/lib/typed-window";
import { QueryState } from "@/components/shell/query-state";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Panel } from "@/components/ui/panel";
import type { StateAsOf } from "@/lib/shared/contract";
import { ask } from "./use-asked";
import type { RevisionPair } from "./use-compared";

type Props = { atMs: number; onCompare: (pair: RevisionPair) => void };

/** What people had decided at an instant: to be read and saved, and never written from here. */
export function StatePanel({ atMs, onCompare }: Props) {
  const { t, f } = useWords();
  const query = useQuery(changesQueries.stateAsOf(atMs));
  return (
    <Panel
      id="state"
      title={t("changes.state.title", { at: `${f.full(atMs)} ${f.zone(atMs)}` })}
      className="mb-5"
      aside={
        <Button
          tone="ghost"
          size="icon"
          aria-label={t("changes.state.close")}
          onClick={() => {
            ask("asof", null);
          }}
        >
          <X size={16} aria-hidden="true" />
        </Button>
      }
    >
      <InstantForm key={`${atMs} ${f.timeZone}`} atMs={atMs} />
      <QueryState query={query} skeleton="h-16" />
      {query.data !== undefined && <State state={query.data} onCompare={onCompare} />}
    </Panel>
  );
}

function InstantForm({ atMs }: { atMs: number }) {
  const { t, f } = useWords();
  const [typed, setTyped] = useState(() => localText(atMs, f.timeZone));
  const [isWrong, setWrong] = useState(false);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const nextMs = typedInstant(typed, f.timeZone);
    setWrong(Number.isNaN(nextMs));
    if (!Number.isNaN(nextMs)) {
      ask("asof", new Date(nextMs).toISOString());
    }
  };
  return (
    <form noValidate onSubmit={submit} className="mb-3 flex flex-wrap items-end gap-2">
      <Field
        type="datetime-local"
        label={t("changes.state.at")}
        value={typed}
        onValue={setTyped}
        problem={isWrong ? t("changes.state.wrong") : undefined}
      />
      <Button type="submit">{t("changes.compare.show")}</Button>
    </form>
  );
}

type StateProps = { state: StateAsOf; onCompare: Props["onCompare"] };

function State({ state: { revision, until, off }, onCompare }: StateProps) {
  const { t, f } = useWords();
  const nowMs = useMinute();
  const newest = useHealth().data?.revision;
  const [number, at, actor] = [revision?.revision, revision?.at ?? null, revision?.actor ?? null];
  if (number === undefined || at === null || actor === null) {
    return <p className="run text-fg-2">{t("changes.state.none")}</p>;
  }
  const values = { revision: number, name: actorName(t, actor), from: f.moment(at, nowMs) };
  return (
    <>
      <p className="run" title={actorTitle(actor)}>
        {until === null
          ? t("changes.state.still", values)
          : t("changes.state.was", { ...values, until: f.moment(until, nowMs) })}
      </p>
      <p className="run mt-1 break-words text-fg-2">
        {off.length === 0
          ? t("changes.state.allOn")
          : t("changes.state.off", {
              objects: off
                .map(({ object, intent }) => `${object} (${t(`intent.${intent}`)})`)
                .join(", "),
            })}
      </p>
      <div className="mt-3 flex flex-wrap gap-2">
        <a
          href={`/api/config?revision=${number}`}
          download={`bellwether-r${number}.yaml`}
          className="inline-flex h-7.5 items-center rounded-control border border-line-strong bg-surface px-3 font-medium text-fg hover:bg-hover hover:no-underline touch:h-11"
        >
          {t("changes.state.save")}
        </a>
        <Button
          disabled={newest === undefined || newest === number}
          onClick={() => {
            if (newest !== undefined) {
              onCompare({ from: number, to: newest });
            }
          }}
        >
          {t("changes.state.since")}
        </Button>
      </div>
    </>
  );
}
