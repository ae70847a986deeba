"use client";

import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import type { CallsPage, ChangesPage, HealthView, MetricsView } from "@/lib/shared/contract";
import { callsQueries, changesQueries, healthQueries, metricsQueries } from "../queries";
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

/** The application whose numbers are asked for; null for all of them. */
export function useApp(): string | null {
  const app = useSearchParams().get("app");
  return app === "" ? null : app;
}
