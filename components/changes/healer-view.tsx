"use client";

import { ArrowRight } from "lucide-react";
import { Link } from "@/components/ui/link";
import { useSearchParams } from "next/navigation";
import { useMemo } from "react";
import { useHeldFeed } from "@/components/lib/held-feed";
import { useWords } from "@/components/lib/i18n/provider";
import { useMinute } from "@/components/lib/live/provider";
import { useChanges } from "@/components/lib/live/views";
import { sayLine } from "@/components/lib/targets/why";
import { linkTo } from "@/components/shell/nav-links";
import { QueryState } from "@/components/shell/query-state";
import { Glyph } from "@/components/ui/glyph";
import { Panel } from "@/components/ui/panel";
import type { Change } from "@/lib/shared/contract";
import { afterText, type Followed, followedBy } from "./followed";
import { FreshCount } from "./fresh-count";
import { healthEvidence, healthGlyph, healthTitle } from "./health-text";
import { summaryOf } from "./summary";

/** What did the healer do? Every step with its evidence. */
export function HealerView() {
  const { t } = useWords();
  const query = useChanges();
  const changes = query.data?.changes;
  const events = useMemo(() => changes?.filter(({ kind }) => kind === "health"), [changes]);
  const followed = useMemo(() => followedBy(events ?? []), [events]);
  const { shown, fresh, listeners } = useHeldFeed(events ?? []);
  return (
    <Panel
      id="healer"
      title={t("healer.title")}
      subtitle={t("healer.subtitle")}
      aside={
        <span className="flex items-baseline gap-3">
          <FreshCount n={fresh} />
          <Link href="/changes?by=healer" className="text-small">
            {t("healer.all")}
          </Link>
        </span>
      }
    >
      <QueryState query={query} skeleton="h-[312px]" />
      {events?.length === 0 && <p className="run py-4 text-fg-2">{t("healer.empty")}</p>}
      {events !== undefined && events.length > 0 && (
        <ol
          className="max-h-[348px] overflow-y-auto lg:max-h-[640px]"
          tabIndex={0}
          aria-label={t("healer.title")}
          data-testid="healer-feed"
          {...listeners}
        >
          {shown.map((event) => (
            <HealthEvent key={event.id} event={event} followed={followed.get(event.id) ?? null} />
          ))}
        </ol>
      )}
    </Panel>
  );
}

type EventProps = {
  event: Change;
  /** What came of it, where that is known. */
  followed: Followed | null;
};

/** One transition: what, by which evidence, and what followed. */
export function HealthEvent({ event, followed }: EventProps) {
  const { t, f, say } = useWords();
  const search = useSearchParams();
  const nowMs = useMinute();
  const summary = summaryOf(event.summary);
  if (summary?.type !== "health") {
    return null;
  }
  const next = followed === null ? null : summaryOf(followed.event.summary);
  return (
    <li className="grid grid-cols-[62px_14px_minmax(0,1fr)] gap-x-2 border-t border-line py-2.25 leading-4.5 first:border-t-0 first:pt-0.5">
      <time
        dateTime={new Date(event.at).toISOString()}
        title={f.full(event.at)}
        className="mono text-small leading-4.5 whitespace-pre text-fg-3"
      >
        {f.stacked(event.at, nowMs)}
      </time>
      <Glyph state={healthGlyph(summary)} className="mt-0.75" />
      <div className="min-w-0">
        <p className="text-fg-2">
          <b className="mr-1 font-medium text-fg">{say(healthTitle(summary))}</b>
          <Link
            href={linkTo(`/models/${encodeURIComponent(summary.model)}`, search)}
            className="inline-block max-w-full break-words text-fg-2 decoration-line-strong"
          >{`${summary.model} / ${summary.region}`}</Link>
        </p>
        <p className="run text-small text-fg-2">{sayLine(t, healthEvidence(summary, f))}</p>
        {next?.type === "health" && followed !== null && (
          <p className="run flex items-center gap-1 text-small text-fg-3">
            <ArrowRight size={12} aria-hidden="true" />
            {t("healer.then", {
              what: say(healthTitle(next)),
              time: afterText(followed.afterMs, f),
            })}
          </p>
        )}
      </div>
    </li>
  );
}
