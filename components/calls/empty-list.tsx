"use client";

import { useQuery } from "@tanstack/react-query";
import { useWords } from "@/components/lib/i18n/provider";
import { useMinute } from "@/components/lib/live/provider";
import { callsQueries } from "@/components/lib/queries";
import {
  type Range,
  rangeBetween,
  showRange,
  showUnbounded,
  windowOf,
} from "@/components/lib/range";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import type { CallFilter } from "./filter";

type Props = { filter: CallFilter; range: Range | null };

/** Why there is nothing to see, and the way to where there is something. */
export function EmptyList({ filter, range }: Props) {
  const { t } = useWords();
  const isFiltered = Object.keys(filter).length > 0;
  if (range !== null) {
    return <EmptyRange filter={filter} range={range} isFiltered={isFiltered} />;
  }
  return (
    <p className="run py-6 text-fg-2">
      {t(isFiltered ? "requests.noneMatch" : "calls.empty")}{" "}
      {!isFiltered && <Link href="/setup">{t("setup.open")}</Link>}
    </p>
  );
}

const minuteMs = 60_000;

type EmptyRangeProps = { filter: CallFilter; range: Range; isFiltered: boolean };

function EmptyRange({ filter, range, isFiltered }: EmptyRangeProps) {
  const { t, f } = useWords();
  const nowMs = useMinute();
  const { fromMs, toMs } = windowOf(range, nowMs);
  const before = useQuery(callsQueries.lastBefore(filter, fromMs));
  const last = before.data?.calls[0];
  const jump = (atMs: number): void => {
    const endMs = Math.floor(atMs / minuteMs + 1) * minuteMs;
    showRange(rangeBetween(endMs - (toMs - fromMs), endMs));
  };
  return (
    <p className="run flex flex-wrap items-center gap-x-3 gap-y-2 py-6 text-fg-2">
      <span>
        {t(isFiltered ? "requests.noneMatchInRange" : "requests.noneInRange")}
        {last !== undefined &&
          ` ${t("requests.lastBefore", { ago: f.duration(nowMs - last.startedAt) })}`}
      </span>
      {last !== undefined && (
        <Button
          size="sm"
          onClick={() => {
            jump(last.startedAt);
          }}
        >
          {t("requests.jump")}
        </Button>
      )}
      {last === undefined && !before.isPending && (
        <Button size="sm" onClick={showUnbounded}>
          {t("requests.wholeLog")}
        </Button>
      )}
    </p>
  );
}
