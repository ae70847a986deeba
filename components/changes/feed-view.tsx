"use client";

import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useSearchParams } from "next/navigation";
import { type ReactNode, useEffect } from "react";
import { CsvTool } from "@/components/charts/csv-tool";
import { JsonTool } from "@/components/charts/json-tool";
import { useWords } from "@/components/lib/i18n/provider";
import { useLiveClock } from "@/components/lib/live/provider";
import { useChanges, useHealth } from "@/components/lib/live/views";
import { changedBy, changesQueries } from "@/components/lib/queries";
import { QueryState } from "@/components/shell/query-state";
import { SavedViews } from "@/components/shell/saved-views";
import { Button } from "@/components/ui/button";
import { LoadBoundary } from "@/components/ui/load-boundary";
import { Panel } from "@/components/ui/panel";
import { Segments } from "@/components/ui/segments";
import type { Change } from "@/lib/shared/contract";
import { ChangeEffect, EffectElsewhere } from "./change-effect";
import { changesCsv } from "./changes-csv";
import { ComparePanel } from "./compare-panel";
import { creditedBy } from "./credited";
import { followedBy } from "./followed";
import { HealthEvent } from "./healer-view";
import { ObjectFilter } from "./object-filter";
import { PersonChange } from "./people-view";
import { ask, useAsOf, useObject } from "./use-asked";
import { useCompared } from "./use-compared";

const StatePanel = dynamic(() => import("./state-panel").then((module) => module.StatePanel), {
  ssr: false,
});

/** Who changed what, people and the healer in one feed. */
export function FeedView() {
  const { t, f, say } = useWords();
  const clock = useLiveClock();
  const search = useSearchParams();
  const by = changedBy.find((one) => one === search.get("by")) ?? "all";
  const object = useObject();
  const asOf = useAsOf();
  const feed = useInfiniteQuery(changesQueries.feed(by, object));
  const changes = feed.data?.pages.flatMap((page) => page.changes) ?? [];
  const [pair, setPair] = useCompared();
  const newest = useHealth().data?.revision;
  const followed = followedBy(changes);
  const credited = creditedBy(changes);
  useNews(feed.refetch);
  return (
    <>
      {asOf !== null && (
        <LoadBoundary fallback={null}>
          <StatePanel atMs={asOf} onCompare={setPair} />
        </LoadBoundary>
      )}
      {pair !== null && <ComparePanel pair={pair} onPair={setPair} />}
      <Panel
        id="feed"
        title={t("changes.title")}
        subtitle={t("changes.subtitle")}
        aside={
          <div className="flex flex-wrap items-center justify-end gap-2 phone:justify-start">
            <Segments
              onPhone="row"
              label={t("changes.by.label")}
              value={by}
              onChange={(next) => {
                ask("by", next);
              }}
              options={changedBy.map((value) => ({ value, label: t(`changes.by.${value}`) }))}
            />
            {newest !== undefined && newest > 0 && (
              <>
                <Button
                  size="sm"
                  onClick={() => {
                    setPair({ from: newest - 1, to: newest });
                  }}
                >
                  {t("changes.compare.open")}
                </Button>
                <Button
                  size="sm"
                  onClick={() => {
                    ask("asof", new Date(asOf ?? clock.get()).toISOString());
                  }}
                >
                  {t("changes.state.open")}
                </Button>
              </>
            )}
            {changes[0] !== undefined && (
              <span className="-mr-1.5 text-fg-3">
                <CsvTool
                  name="changes"
                  atMs={changes[0].at}
                  csv={() => changesCsv(changes, { say, f, nowMs: clock.get() })}
                />
                <JsonTool name="changes" atMs={changes[0].at} json={() => changes} />
              </span>
            )}
          </div>
        }
      >
        <div className="mb-3 flex flex-wrap items-start gap-2">
          <ObjectFilter object={object} />
          <SavedViews />
        </div>
        <QueryState query={feed} skeleton="h-96" />
        {feed.data !== undefined && changes.length === 0 && (
          <p className="run py-4 text-fg-2">
            {object === null ? t(`changes.empty.${by}`) : t("changes.object.none", { object })}
          </p>
        )}
        <ol data-testid="feed">
          {feed.data?.pages.map((page, index) => (
            <FeedPage
              // Not by its first change: what is open or has the focus stays when another one comes in.
              key={index}
              changes={page.changes}
              followed={followed}
              credited={credited}
              onCompare={(revision) => {
                setPair({ from: revision - 1, to: revision });
              }}
            />
          ))}
        </ol>
        {feed.hasNextPage && (
          <div className="flex justify-center pt-3">
            <Button
              disabled={feed.isFetchingNextPage}
              onClick={() => {
                feed.fetchNextPage().catch(() => undefined);
              }}
            >
              {t("changes.older")}
            </Button>
          </div>
        )}
      </Panel>
    </>
  );
}

type PageProps = {
  changes: readonly Change[];
  followed: ReturnType<typeof followedBy>;
  credited: ReturnType<typeof creditedBy>;
  onCompare: (revision: number) => void;
};

/** One page of the feed; how calls went around its changes is asked for all of them at once. */
function FeedPage({ changes, followed, credited, onCompare }: PageProps) {
  const instants = changes
    .filter((change) => credited.get(change.id) === change)
    .map(({ at }) => at);
  const effects = useQuery({
    ...changesQueries.effects(instants),
    enabled: instants.length > 0,
    placeholderData: keepPreviousData,
  });
  const effectOf = new Map(effects.data?.effects.map((effect) => [effect.at, effect]));
  // Said at the first failure, and while it is asked again.
  const hasFailed = effects.failureCount + effects.errorUpdateCount > 0;
  const effectLine = (change: Change): ReactNode => {
    const shown = credited.get(change.id);
    return shown === change ? (
      <ChangeEffect effect={effectOf.get(change.at)} isFailed={hasFailed} />
    ) : (
      typeof shown?.revision === "number" && <EffectElsewhere revision={shown.revision} />
    );
  };
  return changes.map((change) =>
    change.kind === "health" ? (
      <HealthEvent key={change.id} event={change} followed={followed.get(change.id) ?? null} />
    ) : (
      <PersonChange key={change.id} change={change} onCompare={onCompare}>
        {effectLine(change)}
      </PersonChange>
    ),
  );
}

/** The stream tells that something changed; the feed is read again. */
function useNews(refetch: () => Promise<unknown>): void {
  const newest = useChanges().data?.changes[0]?.id;
  useEffect(() => {
    if (newest !== undefined) {
      refetch().catch(() => undefined);
    }
  }, [newest, refetch]);
}
