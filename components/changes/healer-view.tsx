"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { useMinute } from "@/components/lib/live/provider";
import { useChanges } from "@/components/lib/live/views";
import { sayLine } from "@/components/lib/targets/why";
import { QueryState } from "@/components/shell/query-state";
import { Glyph } from "@/components/ui/glyph";
import { Panel } from "@/components/ui/panel";
import { type Change } from "@/lib/shared/contract";
import { healthEvidence, healthGlyph, healthTitle } from "./health-text";
import { summaryOf } from "./summary";

/** What did the healer do? Every step with its evidence. */
export function HealerView() {
  const { t } = useWords();
  const query = useChanges();
  const events = query.data?.changes.filter(({ kind }) => kind === "health");
  return (
    <Panel id="healer" title={t("healer.title")} subtitle={t("healer.subtitle")}>
      <QueryState query={query} skeleton="h-[312px]" />
      {events?.length === 0 && <p className="run py-4 text-fg-2">{t("healer.empty")}</p>}
      {events !== undefined && events.length > 0 && (
        <ol
          className="max-h-[348px] overflow-y-auto"
          tabIndex={0}
          aria-label={t("healer.title")}
          data-testid="healer-feed"
        >
          {events.map((event) => (
            <HealthEvent key={event.id} event={event} />
          ))}
        </ol>
      )}
    </Panel>
  );
}

export function HealthEvent({ event }: { event: Change }) {
  const { t, f, say } = useWords();
  const nowMs = useMinute();
  const summary = summaryOf(event.summary);
  if (summary?.type !== "health") {
    return null;
  }
  return (
    <li className="grid grid-cols-[62px_14px_minmax(0,1fr)] gap-x-2 border-t border-line py-2.25 leading-4.5 first:border-t-0 first:pt-0.5">
      <time
        dateTime={new Date(event.at).toISOString()}
        title={f.full(event.at)}
        className="mono text-small leading-4.5 text-fg-3"
      >
        {f.moment(event.at, nowMs)}
      </time>
      <Glyph state={healthGlyph(summary)} className="mt-0.75" />
      <div className="min-w-0">
        <p className="truncate text-fg-2" title={`${summary.model} / ${summary.region}`}>
          <b className="mr-1 font-medium text-fg">{say(healthTitle(summary))}</b>
          <span className="whitespace-nowrap">{`${summary.model} / ${summary.region}`}</span>
        </p>
        <p className="run text-small text-fg-2">{sayLine(t, healthEvidence(summary, f))}</p>
      </div>
    </li>
  );
}
