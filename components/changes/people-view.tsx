"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { FileCog, Settings2, User } from "lucide-react";
import { Link } from "@/components/ui/link";
import type { ReactNode } from "react";
import { actorName, actorTitle } from "@/components/lib/i18n/actor-name";
import { useHeldFeed } from "@/components/lib/held-feed";
import { useWords } from "@/components/lib/i18n/provider";
import { useMinute } from "@/components/lib/live/provider";
import { useChanges, useHealth } from "@/components/lib/live/views";
import { changesQueries, peopleShown } from "@/components/lib/queries";
import { QueryState } from "@/components/shell/query-state";
import { Panel } from "@/components/ui/panel";
import type { Change } from "@/lib/shared/contract";
import { changeText } from "./change-text";
import { FreshCount } from "./fresh-count";
import { lineText } from "@/components/lib/line-text";
import { RevertButton } from "./revert-button";
import { summaryOf } from "./summary";

/** What did people change? Each line can be taken back. */
export function PeopleView() {
  const { t } = useWords();
  const latest = useChanges();
  const revision = useHealth().data?.revision ?? 0;
  const among = latest.data?.changes.filter(({ kind }) => kind !== "health");
  // In a bad hour the newest changes are all the healer's.
  const isFlooded = among !== undefined && among.length < peopleShown;
  const others = useQuery({
    ...changesQueries.others(revision),
    enabled: isFlooded,
    placeholderData: keepPreviousData,
  });
  const query = isFlooded ? others : latest;
  const changes = isFlooded ? others.data?.changes : among;
  const { shown, fresh, listeners } = useHeldFeed(changes ?? []);
  return (
    <Panel
      id="changes"
      title={t("people.title")}
      subtitle={t("people.subtitle")}
      aside={
        <span className="flex items-baseline gap-3">
          <FreshCount n={fresh} />
          <Link href="/changes" className="text-small">
            {t("people.all")}
          </Link>
        </span>
      }
    >
      <QueryState query={query} skeleton="h-64" />
      {changes?.length === 0 && <p className="run py-4 text-fg-2">{t("people.empty")}</p>}
      <ol {...listeners}>
        {shown.slice(0, peopleShown).map((change) => (
          <PersonChange key={change.id} change={change} />
        ))}
      </ol>
    </Panel>
  );
}

type ChangeProps = {
  change: Change;
  /** Shows what a revision changed. */
  onCompare?: (revision: number) => void;
  children?: ReactNode;
};

export function PersonChange({ change, onCompare, children }: ChangeProps) {
  const { t, f, say } = useWords();
  const nowMs = useMinute();
  const summary = summaryOf(change.summary);
  const text = summary === null ? null : changeText(summary, f, nowMs);
  const meta = [
    f.moment(change.at, nowMs),
    ...(change.revision === null || onCompare !== undefined ? [] : [`r${change.revision}`]),
    ...(change.reverts === null ? [] : [t("people.reverts", { revision: change.reverts })]),
    ...(change.reason === null ? [] : [t("why.quote", { reason: change.reason })]),
  ];
  return (
    <li className="grid grid-cols-[24px_minmax(0,1fr)_auto] items-start gap-2.5 border-t border-line py-2.25 first:border-t-0 first:pt-0.5">
      <ActorMark type={change.actor.type} />
      <div className="min-w-0">
        <p className="leading-4.5 break-words">
          <span className="font-medium" title={actorTitle(change.actor)}>
            {actorName(t, change.actor)}
          </span>{" "}
          <span>{text === null ? change.kind : say(text)}</span>
          {summary?.type === "opening" && (
            <>
              {" "}
              <Link href={`/requests?call=${summary.callId}`} className="mono">
                {summary.callId}
              </Link>
            </>
          )}
        </p>
        <p className="run mt-px text-small break-words text-fg-3">
          {meta.join(" · ")}
          {change.revision !== null && onCompare !== undefined && (
            <RevisionButton revision={change.revision} onCompare={onCompare} />
          )}
        </p>
        <ChangedValues change={change} />
        {children}
      </div>
      {change.revision !== null && (
        <RevertButton revision={change.revision} isRevertable={change.revertable} />
      )}
    </li>
  );
}

type RevisionProps = { revision: number; onCompare: (revision: number) => void };

function RevisionButton({ revision, onCompare }: RevisionProps) {
  const { t } = useWords();
  return (
    <>
      {" · "}
      <button
        type="button"
        aria-label={t("changes.compare.openRevision", { revision })}
        className="min-h-6 text-accent-text underline underline-offset-3 touch:min-h-11"
        onClick={() => {
          onCompare(revision);
        }}
      >
        {`r${revision}`}
      </button>
    </>
  );
}

/** What a configuration or an edit of a key changed, value by value; the sentence of all else says it all. */
function ChangedValues({ change }: { change: Change }) {
  const { t, f, say } = useWords();
  const nowMs = useMinute();
  const { kind, summary, lines, lineCount } = change;
  const isTold = kind === "config" || (kind === "key" && summary["action"] === "edited");
  if (!isTold || lines.length === 0) {
    return null;
  }
  return (
    <details className="text-small text-fg-2">
      <summary className="cursor-pointer py-0.75 touch:py-3">
        {t("people.lines", { n: lineCount })}
      </summary>
      <ul className="mt-1 grid gap-0.5">
        {lines.map((line) => (
          <li key={`${line.object} ${line.field ?? ""}`} className="run break-words">
            {lineText(line, say, f, nowMs)}
          </li>
        ))}
        {lineCount > lines.length && <li>{t("people.more", { n: lineCount - lines.length })}</li>}
      </ul>
    </details>
  );
}

const marks = { operator: User, file: FileCog, system: Settings2, healer: Settings2 } as const;

function ActorMark({ type }: { type: Change["actor"]["type"] }) {
  const Mark = marks[type];
  return (
    <span className="grid size-6 place-items-center rounded-full bg-selected text-fg-2">
      <Mark size={13} aria-hidden="true" />
    </span>
  );
}
