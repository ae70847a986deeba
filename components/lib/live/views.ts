"use client";

import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import type { CallsPage, ChangesPage, HealthView, MetricsView } from "@/lib/shared/contract";
import { type Against, againstIn, rangeBefore } from "../against";
import { callsQueries, changesQueries, healthQueries, metricsQueries } from "../queries";
import { useMinute } from "./provider";
import { type Range, rangeIn, streamedRange } from "../range";

export function useHealth(): UseQueryResult<HealthView> {
  return useQuery(healthQueries.view());
}

/** The numbers of the range, and of the application, in the address bar. */
export function useMetrics(): UseQueryResult<MetricsView> {
  return useQuery(metricsQueries.view(useRange(), useApp()));
}

/** The last hour, whatever range is looked at: what is so *now* must not depend on it. */
export function useRecentMetrics(): UseQueryResult<MetricsView> {
  return useQuery(metricsQueries.view(streamedRange));
}

export function useCalls(): UseQueryResult<CallsPage> {
  return useQuery(callsQueries.latest());
}

export function useChanges(): UseQueryResult<ChangesPage> {
  return useQuery(changesQueries.latest());
}

export function useRange(): Range {
  return rangeIn(useSearchParams());
}

/** What the range is compared with, and its numbers once they are there; null for nothing. */
export function useAgainst(): { readonly against: Against; readonly view?: MetricsView } | null {
  const [against, range, app, nowMs] = [
    againstIn(useSearchParams()),
    useRange(),
    useApp(),
    useMinute(),
  ];
  const { data } = useQuery({
    ...metricsQueries.view(against === null ? range : rangeBefore(range, against, nowMs), app),
    enabled: against !== null,
    placeholderData: keepPreviousData,
  });
  return against === null ? null : { against, ...(data !== undefined && { view: data }) };
}

/** The application whose numbers are asked for; null for all of them. */
export function useApp(): string | null {
  const app = useSearchParams().get("app");
  return app === "" ? null : app;
}
