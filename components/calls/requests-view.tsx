"use client";

import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useSearchParams } from "next/navigation";
import { useDeferredValue, useEffect, useMemo, useState } from "react";
import { CsvTool } from "@/components/charts/csv-tool";
import { useWords } from "@/components/lib/i18n/provider";
import { useHealth } from "@/components/lib/live/views";
import { callsQueries } from "@/components/lib/queries";
import { instantsOf, namedRange, type Range } from "@/components/lib/range";
import { useFormFactor } from "@/components/lib/use-form-factor";
import { QueryState } from "@/components/shell/query-state";
import { RangeRow } from "@/components/shell/range-row";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { Switch } from "@/components/ui/switch";
import { Tag } from "@/components/ui/tag";
import type { CallView } from "@/lib/shared/contract";
import { CallCards } from "./call-cards";
import { callsCsv, csvName } from "./calls-csv";
import { CallsTable } from "./calls-table";
import { EmptyList } from "./empty-list";
import type { CallFilter } from "./filter";
import { FilterBar } from "./filter-bar";
import { withNewest } from "./held-list";
import { newCount, useOpenCall } from "./open-call";
import { useFilterText } from "./use-filter";

const CallDrawer = dynamic(() => import("./call-drawer").then((module) => module.CallDrawer), {
  ssr: false,
});

const tailMs = 1_000;
const restMs = 10_000;
/** More cards than a phone shows. The rest follows when the page answers: on a desk nobody sees them at all. */
const firstCards = 10;
/** A list that grows by itself drops what is below. */
const tailCalls = 200;

/** The log of calls: narrowed down by words, page by page, and never moving under the reader's eyes. */
export function RequestsView({ gatewayUrl }: { gatewayUrl: string }) {
  const { t, f } = useWords();
  const isDemo = useHealth().data?.demo === "only";
  const { text, read, setText } = useFilterText();
  const range = namedRange(useSearchParams());
  const isFixed = range !== null && instantsOf(range) !== null;
  const [isTailing, setTailing] = useState(false);
  const [isHeld, setHeld] = useState(false);
  const [openId, open] = useOpenCall();
  const list = useInfiniteQuery(callsQueries.list(read.filter, range));
  const everyMs = isTailing && !isHeld ? tailMs : restMs;
  const { waiting, take } = useNewCalls(read.filter, range, everyMs);
  const calls = useMemo(() => list.data?.pages.flatMap((page) => page.calls) ?? [], [list.data]);
  useEffect(() => {
    if (isTailing && !isHeld && waiting > 0) {
      take(tailCalls);
    }
  }, [isTailing, isHeld, waiting, take]);
  const shownSince = list.data?.pages[0]?.generatedAt;
  return (
    <Panel
      id="requests"
      title={t("requests.title")}
      subtitle={
        shownSince !== undefined &&
        t("requests.subtitle", { n: calls.length, zone: f.zone(shownSince) })
      }
      aside={
        <div className="flex flex-wrap items-center justify-end gap-x-3 gap-y-2">
          {waiting > 0 && (
            <Button
              size="sm"
              data-testid="new-calls"
              onClick={() => {
                take(isTailing ? tailCalls : Infinity);
              }}
            >
              {t("calls.waiting", { n: waiting })}
            </Button>
          )}
          {isDemo && <Tag>{t("demo.tag")}</Tag>}
          {isFixed ? (
            <span className="text-small text-fg-2" data-testid="paused">
              {t("requests.paused")}
            </span>
          ) : (
            <span className="flex items-center gap-2 text-small text-fg-2">
              <span aria-hidden="true">{t("requests.tail")}</span>
              <Switch
                label={t("requests.tail")}
                isOn={isTailing}
                onToggle={() => {
                  setTailing(!isTailing);
                }}
              />
            </span>
          )}
          {calls[0] !== undefined && (
            <span className="-mr-1.5 text-fg-3">
              <CsvTool {...csvName(range, calls[0].startedAt)} csv={() => callsCsv(calls)} />
            </span>
          )}
        </div>
      }
    >
      <RangeRow />
      <FilterBar text={text} read={read} range={range} onText={setText} />
      <QueryState query={list} skeleton="h-[720px]" />
      {list.data !== undefined && calls.length === 0 && (
        <EmptyList filter={read.filter} range={range} onText={setText} />
      )}
      {calls.length > 0 && <Lines calls={calls} onOpen={open} onHold={setHeld} />}
      {(calls.length > 0 || list.hasNextPage) && (
        <Older
          isSearching={list.isFetchingNextPage}
          hasMore={list.hasNextPage}
          isBounded={range !== null}
          onMore={() => {
            list.fetchNextPage().catch(() => undefined);
          }}
        />
      )}
      {openId !== null && (
        <CallDrawer
          id={openId}
          ids={calls.map(({ id }) => id)}
          gatewayUrl={gatewayUrl}
          onOpen={open}
          onClose={() => {
            open(null);
          }}
        />
      )}
    </Panel>
  );
}

type LinesProps = {
  calls: readonly CallView[];
  onOpen: (id: string) => void;
  /** Whether somebody reads: has the pointer or the focus in the list. */
  onHold: (isHeld: boolean) => void;
};

function Lines({ calls, onOpen, onHold }: LinesProps) {
  const formFactor = useFormFactor();
  const cards = useDeferredValue(calls, calls.slice(0, firstCards));
  return (
    <div
      onPointerEnter={() => {
        onHold(true);
      }}
      onPointerLeave={() => {
        onHold(false);
      }}
      onFocus={() => {
        onHold(true);
      }}
      onBlur={(event) => {
        onHold(event.currentTarget.contains(event.relatedTarget));
      }}
    >
      {formFactor !== "phone" && <CallsTable calls={calls} onOpen={onOpen} />}
      {formFactor !== "desk" && <CallCards calls={cards} onOpen={onOpen} />}
    </div>
  );
}

type OlderProps = {
  isSearching: boolean;
  hasMore: boolean;
  isBounded: boolean;
  onMore: () => void;
};

function Older({ isSearching, hasMore, isBounded, onMore }: OlderProps) {
  const { t } = useWords();
  return (
    <div className="flex justify-center pt-3 text-small text-fg-3">
      {hasMore ? (
        <Button disabled={isSearching} onClick={onMore}>
          {t(isSearching ? "requests.searching" : "requests.older")}
        </Button>
      ) : (
        t(isBounded ? "requests.endOfRange" : "requests.end")
      )}
    </div>
  );
}

/** Calls that came since the list was read; `take` puts them on top of it. */
function useNewCalls(
  filter: CallFilter,
  range: Range | null,
  everyMs: number,
): { readonly waiting: number; readonly take: (mostCalls: number) => void } {
  const client = useQueryClient();
  const newest = useQuery(callsQueries.newest(filter, range, everyMs)).data;
  const { queryKey } = callsQueries.list(filter, range);
  const [first] = client.getQueryData(queryKey)?.pages ?? [];
  const waiting =
    newest === undefined || first === undefined || newest.generatedAt <= first.generatedAt
      ? 0
      : newCount(newest.calls, first.calls);
  return {
    waiting,
    take(mostCalls) {
      if (newest !== undefined) {
        client.setQueryData(queryKey, (held) => held && withNewest(held, newest, mostCalls));
      }
    },
  };
}
