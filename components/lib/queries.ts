import { queryOptions } from "@tanstack/react-query";
import {
  CallBody,
  CallDetail,
  CallsPage,
  ChangesPage,
  HealthView,
  MetricsView,
} from "@/lib/shared/contract";
import { getJson } from "./api";
import { type Range, streamedRange } from "./range";

// While the stream is up nothing here is refetched on its own; useLiveQuery adds the polling interval when it is not.
const staleTime = Infinity;

export const callsShown = 20;
/** More than the stream sends: people's changes must not be flooded out by a target that flaps. */
export const changesShown = 100;

export const healthQueries = {
  all: () => ["health"] as const,
  view: () =>
    queryOptions({
      queryKey: healthQueries.all(),
      queryFn: ({ signal }) => getJson("/api/health", HealthView, signal),
      staleTime,
    }),
};

export const metricsQueries = {
  all: () => ["metrics"] as const,
  view: (range: Range) =>
    queryOptions({
      queryKey: [...metricsQueries.all(), range] as const,
      queryFn: ({ signal }) => getJson(`/api/metrics?range=${range}`, MetricsView, signal),
      staleTime: range === streamedRange ? staleTime : 10_000,
    }),
};

export const callsQueries = {
  all: () => ["calls"] as const,
  latest: () =>
    queryOptions({
      queryKey: [...callsQueries.all(), "latest"] as const,
      queryFn: ({ signal }) => getJson(`/api/calls?limit=${callsShown}`, CallsPage, signal),
      staleTime,
    }),
  detail: (id: string) =>
    queryOptions({
      queryKey: [...callsQueries.all(), "detail", id] as const,
      queryFn: ({ signal }) => getJson(`/api/calls/${encodeURIComponent(id)}`, CallDetail, signal),
      staleTime,
    }),
  /** Opened when somebody asks for it, and forgotten with the page that shows it. */
  body: (id: string) =>
    queryOptions({
      queryKey: [...callsQueries.all(), "body", id] as const,
      queryFn: ({ signal }) =>
        getJson(`/api/calls/${encodeURIComponent(id)}/body`, CallBody, signal),
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 0,
    }),
};

export const changesQueries = {
  all: () => ["changes"] as const,
  latest: () =>
    queryOptions({
      queryKey: [...changesQueries.all(), "latest"] as const,
      queryFn: ({ signal }) => getJson(`/api/changes?limit=${changesShown}`, ChangesPage, signal),
      staleTime,
    }),
};
