"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useEffect } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { useChanges } from "@/components/lib/live/views";
import { changedBy, type ChangedBy, changesQueries } from "@/components/lib/queries";
import { QueryState } from "@/components/shell/query-state";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { Segments } from "@/components/ui/segments";
import { followedBy } from "./followed";
import { HealthEvent } from "./healer-view";
import { PersonChange } from "./people-view";

/** Who changed what, people and the healer in one feed. */
export function FeedView() {
  const { t } = useWords();
  const search = useSearchParams();
  const by = changedBy.find((one) => one === search.get("by")) ?? "all";
  const feed = useInfiniteQuery(changesQueries.feed(by));
  const changes = feed.data?.pages.flatMap((page) => page.changes) ?? [];
  const followed = followedBy(changes);
  useNews(feed.refetch);
  return (
    <Panel
      id="feed"
      title={t("changes.title")}
      subtitle={t("changes.subtitle")}
      aside={
        <Segments
          label={t("changes.by.label")}
          value={by}
          onChange={chooseBy}
          options={changedBy.map((value) => ({ value, label: t(`changes.by.${value}`) }))}
        />
      }
    >
      <QueryState query={feed} skeleton="h-96" />
      {feed.data !== undefined && changes.length === 0 && (
        <p className="run py-4 text-fg-2">{t(`changes.empty.${by}`)}</p>
      )}
      <ol data-testid="feed">
        {changes.map((change) =>
          change.kind === "health" ? (
            <HealthEvent
              key={change.id}
              event={change}
              followed={followed.get(change.id) ?? null}
            />
          ) : (
            <PersonChange key={change.id} change={change} />
          ),
        )}
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
  );
}

function chooseBy(by: ChangedBy): void {
  const params = new URLSearchParams(window.location.search);
  params.set("by", by);
  window.history.replaceState(null, "", `?${params.toString()}`);
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
