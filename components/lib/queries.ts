import { infiniteQueryOptions, queryOptions, skipToken } from "@tanstack/react-query";
import { type CallFilter, filterQuery } from "@/components/calls/filter";
import { listOf, type ObjectKind } from "./object-kinds";
import type {
  CallAlternatives,
  CallBody,
  CallDetail,
  CallFacets,
  CallsPage,
  Change,
  ChangesPage,
  Comparison,
  EffectsView,
  FilmView,
  HealthView,
  ImpactRequest,
  KeysView,
  MetricsView,
  MoversView,
  ObjectsView,
  ObjectView,
  RevertPreview,
  RoutePolicyView,
  RoutesView,
  StateAsOf,
} from "@/lib/shared/contract";
import { getJson, postJson } from "./api";
import { readImpact } from "./writes/impact";
import { instantsOf, type Range, rangeBetween, rangeQuery, streamedRange } from "./range";
import type { ProvidersView } from "@/lib/shared/provider-contract";
import type { SettingsView } from "@/lib/shared/settings-contract";
import type { SetupView } from "@/lib/shared/setup-contract";

// While the stream is up nothing here is refetched on its own; useLiveQuery adds the polling interval when it is not.
const staleTime = Infinity;

export const callsShown = 20;
export const callsPerPage = 50;
const figuresEveryMs = 10_000;
const moversEveryMs = 30_000;
const openingsEveryMs = 10_000;
/** More than the stream sends: people's changes must not be flooded out by a target that flaps. */
export const changesShown = 100;
export const peopleShown = 5;
export const changesPerPage = 50;

export const healthQueries = {
  all: () => ["health"] as const,
  view: () =>
    queryOptions({
      queryKey: healthQueries.all(),
      queryFn: ({ signal }) => getJson<HealthView>("/api/health", signal),
      staleTime,
    }),
};

/** What a change would do, asked anew each time: a minute later it is another answer. */
export const impactQueries = {
  of: (request: ImpactRequest | null) =>
    queryOptions({
      queryKey: ["impact", request] as const,
      queryFn: request === null ? skipToken : ({ signal }) => readImpact(request, signal),
      staleTime: 5_000,
      gcTime: 10_000,
    }),
};

export const policyQueries = {
  all: () => ["policy"] as const,
  of: (routeId: string) =>
    queryOptions({
      queryKey: [...policyQueries.all(), routeId] as const,
      queryFn: ({ signal }) =>
        getJson<RoutePolicyView>(`/api/routes/${encodeURIComponent(routeId)}/policy`, signal),
      staleTime: 60_000,
      refetchInterval: 60_000,
    }),
};

export const routesQueries = {
  all: () => ["routes"] as const,
  view: (range: Range) =>
    queryOptions({
      queryKey: [...routesQueries.all(), range] as const,
      queryFn: ({ signal }) =>
        getJson<RoutesView>(`/api/routes?${rangeQuery(range).toString()}`, signal),
      staleTime: 10_000,
      refetchInterval: instantsOf(range) === null && figuresEveryMs,
    }),
};

export const filmQueries = {
  all: () => ["film"] as const,
  view: () =>
    queryOptions({
      queryKey: filmQueries.all(),
      queryFn: ({ signal }) => getJson<FilmView>("/api/film", signal),
      staleTime: 60_000,
      refetchInterval: 60_000,
    }),
};

export const metricsQueries = {
  all: () => ["metrics"] as const,
  /** Of everybody, or of one application's key. */
  view: (range: Range, app: string | null = null) =>
    queryOptions({
      queryKey: [...metricsQueries.all(), range, app] as const,
      queryFn: ({ signal }) => readMetrics(range, app, signal),
      staleTime: range === streamedRange && app === null ? staleTime : 10_000,
    }),
};

function readMetrics(range: Range, app: string | null, signal: AbortSignal): Promise<MetricsView> {
  const query = rangeQuery(range);
  if (app !== null) {
    query.set("app", app);
  }
  return getJson<MetricsView>(`/api/metrics?${query.toString()}`, signal);
}

export const moversQueries = {
  all: () => ["movers"] as const,
  view: (range: Range) =>
    queryOptions({
      queryKey: [...moversQueries.all(), range] as const,
      queryFn: ({ signal }) =>
        getJson<MoversView>(`/api/movers?${rangeQuery(range).toString()}`, signal),
      staleTime: 10_000,
      refetchInterval: instantsOf(range) === null && moversEveryMs,
    }),
};

export const figuresQueries = {
  all: () => ["figures"] as const,
  list: (kind: ObjectKind, range: Range) =>
    queryOptions({
      queryKey: [...figuresQueries.all(), kind, range] as const,
      queryFn: ({ signal }) =>
        getJson<ObjectsView>(
          `/api/figures/${listOf[kind]}?${rangeQuery(range).toString()}`,
          signal,
        ),
      staleTime: 10_000,
      refetchInterval: instantsOf(range) === null && figuresEveryMs,
    }),
  one: (kind: ObjectKind, id: string, range: Range) =>
    queryOptions({
      queryKey: [...figuresQueries.all(), kind, range, id] as const,
      queryFn: ({ signal }) =>
        getJson<ObjectView>(
          `/api/figures/${listOf[kind]}/${encodeURIComponent(id)}?${rangeQuery(range).toString()}`,
          signal,
        ),
      staleTime: 10_000,
      refetchInterval: instantsOf(range) === null && figuresEveryMs,
    }),
};

export const keysQueries = {
  all: () => ["keys"] as const,
  list: () =>
    queryOptions({
      queryKey: keysQueries.all(),
      queryFn: ({ signal }) => getJson<KeysView>("/api/keys", signal),
      staleTime: 5_000,
      refetchInterval: figuresEveryMs,
    }),
};

export const providersQueries = {
  all: () => ["providers"] as const,
  view: () =>
    queryOptions({
      queryKey: providersQueries.all(),
      queryFn: ({ signal }) => getJson<ProvidersView>("/api/providers", signal),
      staleTime: 5_000,
      refetchInterval: figuresEveryMs,
    }),
};

export const settingsQueries = {
  all: () => ["settings"] as const,
  view: () =>
    queryOptions({
      queryKey: settingsQueries.all(),
      queryFn: ({ signal }) => getJson<SettingsView>("/api/settings", signal),
      staleTime: 2_000,
      refetchInterval: 5_000,
    }),
};

export const setupQueries = {
  all: () => ["setup"] as const,
  view: () =>
    queryOptions({
      queryKey: setupQueries.all(),
      queryFn: ({ signal }) => getJson<SetupView>("/api/setup", signal),
      staleTime: 1_000,
    }),
  /** The calls of the key that was made for the setup; none before there is one. */
  calls: (keyId: string | null) =>
    queryOptions({
      queryKey: [...setupQueries.all(), "calls", keyId] as const,
      queryFn: ({ signal }) =>
        getJson<CallsPage>(`/api/calls?limit=20&app=${encodeURIComponent(keyId ?? "")}`, signal),
      enabled: keyId !== null,
      staleTime: 0,
      refetchInterval: 700,
    }),
};

export const callsQueries = {
  all: () => ["calls"] as const,
  latest: () =>
    queryOptions({
      queryKey: [...callsQueries.all(), "latest"] as const,
      queryFn: ({ signal }) => getJson<CallsPage>(`/api/calls?limit=${callsShown}`, signal),
      staleTime,
    }),
  /** The log, or a range of it, from its newest call on, page by page. */
  list: (filter: CallFilter, range: Range | null = null) =>
    infiniteQueryOptions({
      queryKey: [...callsQueries.all(), "list", filter, range] as const,
      queryFn: ({ signal, pageParam }) =>
        readCalls({ filter, range, cursor: pageParam, limit: callsPerPage }, signal),
      initialPageParam: null as string | null,
      getNextPageParam: ({ nextCursor }) => nextCursor,
      staleTime,
    }),
  /** What has come since the list was read; nothing comes into a range that stays. */
  newest: (filter: CallFilter, range: Range | null, everyMs: number) =>
    queryOptions({
      queryKey: [...callsQueries.all(), "newest", filter, range] as const,
      queryFn: ({ signal }) => readCalls({ filter, range, limit: callsPerPage }, signal),
      enabled: range === null || instantsOf(range) === null,
      refetchInterval: everyMs,
      staleTime,
    }),
  /** The last call before an instant, as far as a search looks. */
  lastBefore: (filter: CallFilter, beforeMs: number) =>
    queryOptions({
      queryKey: [...callsQueries.all(), "lastBefore", filter, beforeMs] as const,
      queryFn: ({ signal }) => {
        const range = rangeBetween(beforeMs - longestSearchMs, beforeMs);
        return readCalls({ filter, range, limit: 1 }, signal);
      },
      staleTime,
    }),
  /** About how many calls of a range there are of each kind. */
  facets: (range: Range) =>
    queryOptions({
      queryKey: [...callsQueries.all(), "facets", range] as const,
      queryFn: ({ signal }) =>
        getJson<CallFacets>(`/api/calls/facets?${rangeQuery(range).toString()}`, signal),
      staleTime: 10_000,
    }),
  detail: (id: string) =>
    queryOptions({
      queryKey: [...callsQueries.all(), "detail", id] as const,
      queryFn: ({ signal }) => getJson<CallDetail>(`/api/calls/${encodeURIComponent(id)}`, signal),
      staleTime,
    }),
  /** What the targets that it did not try would probably have meant. */
  alternatives: (id: string) =>
    queryOptions({
      queryKey: [...callsQueries.all(), "alternatives", id] as const,
      queryFn: ({ signal }) =>
        getJson<CallAlternatives>(`/api/calls/${encodeURIComponent(id)}/alternatives`, signal),
      staleTime,
    }),
  /** Opened when somebody asks for it, once, and forgotten with the page that shows it. */
  body: (id: string) =>
    queryOptions({
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      retry: false,
      queryKey: [...callsQueries.all(), "body", id] as const,
      queryFn: ({ signal }) =>
        postJson<CallBody>(`/api/calls/${encodeURIComponent(id)}/body`, {}, signal),
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 0,
    }),
};

/** A day less than the operator API answers for. */
const longestSearchMs = 399 * 86_400_000;

interface CallsAsked {
  readonly filter: CallFilter;
  readonly range: Range | null;
  readonly cursor?: string | null;
  readonly limit: number;
}

function readCalls(
  { filter, range, cursor = null, limit }: CallsAsked,
  signal: AbortSignal,
): Promise<CallsPage> {
  const query = new URLSearchParams([
    ...filterQuery(filter),
    ...(range === null ? [] : rangeQuery(range)),
    ["limit", String(limit)],
    ...(cursor === null ? [] : [["cursor", cursor]]),
  ]);
  return getJson<CallsPage>(`/api/calls?${query.toString()}`, signal);
}

export const changedBy = ["all", "people", "file", "schedule", "healer", "openings"] as const;
export type ChangedBy = (typeof changedBy)[number];

interface FeedAsked {
  readonly by: ChangedBy;
  /** The one object whose changes they are, such as `model:gpt-4.1`; null: of all. */
  readonly object: string | null;
}

function readChanges(
  { by, object }: FeedAsked,
  cursor: string | null,
  signal: AbortSignal,
): Promise<ChangesPage> {
  const query = new URLSearchParams({ limit: String(changesPerPage) });
  if (by !== "all") {
    query.set("by", by);
  }
  if (object !== null) {
    query.set("object", object);
  }
  if (cursor !== null) {
    query.set("cursor", cursor);
  }
  return getJson<ChangesPage>(`/api/changes?${query.toString()}`, signal);
}

/** Of one millisecond there may be several. */
const changesLooked = 50;

async function readChange(id: string, atMs: number, signal: AbortSignal): Promise<Change | null> {
  const revision = /^r:(\d+)$/.exec(id)?.[1];
  const behind = revision === undefined ? `h:${noEvent}` : `r:${Number(revision) + 1}`;
  const query = new URLSearchParams({
    limit: String(changesLooked),
    cursor: `${atMs + 1}.${behind}`,
    ...(revision === undefined && { by: "healer" }),
  });
  const { changes } = await getJson<ChangesPage>(`/api/changes?${query.toString()}`, signal);
  return changes.find((change) => change.id === id) ?? null;
}

/** Comes before every event of its millisecond. */
const noEvent = "00000000-0000-0000-0000-000000000000";

export const changesQueries = {
  all: () => ["changes"] as const,
  latest: () =>
    queryOptions({
      queryKey: [...changesQueries.all(), "latest"] as const,
      queryFn: ({ signal }) => getJson<ChangesPage>(`/api/changes?limit=${changesShown}`, signal),
      staleTime,
    }),
  /** The newest that others than the healer changed, as of a revision, however much it did since. */
  others: (revision: number) =>
    queryOptions({
      queryKey: [...changesQueries.all(), "others", revision] as const,
      queryFn: ({ signal }) =>
        getJson<ChangesPage>(`/api/changes?by=others&limit=${peopleShown}`, signal),
      staleTime,
    }),
  /** What is different between two revisions; they never change. */
  compare: (from: number, to: number) =>
    queryOptions({
      queryKey: ["compare", from, to] as const,
      queryFn: ({ signal }) =>
        getJson<Comparison>(`/api/changes/compare?from=${from}&to=${to}`, signal),
      staleTime,
      retry: false,
    }),
  /** What people had decided at an instant. */
  stateAsOf: (atMs: number) =>
    queryOptions({
      queryKey: [...changesQueries.all(), "state", atMs] as const,
      queryFn: ({ signal }) =>
        getJson<StateAsOf>(`/api/changes/state?at=${new Date(atMs).toISOString()}`, signal),
      staleTime: 5_000,
    }),
  /** What taking a revision back would change now. */
  revert: (revision: number) =>
    queryOptions({
      queryKey: [...changesQueries.all(), "revert", revision] as const,
      queryFn: ({ signal }) => getJson<RevertPreview>(`/api/changes/${revision}/revert`, signal),
      staleTime: 0,
      gcTime: 0,
    }),
  /** How calls went before and after each of these instants. */
  effects: (at: readonly number[]) =>
    queryOptions({
      queryKey: ["effects", at] as const,
      queryFn: ({ signal }) =>
        getJson<EffectsView>(`/api/changes/effects?at=${at.join(",")}`, signal),
      staleTime: 30_000,
      refetchInterval: 60_000,
    }),
  /** One change by its id, `r:<revision>` or `h:<event>`, and its instant; null when it is not kept. */
  one: (id: string, atMs: number) =>
    queryOptions({
      queryKey: [...changesQueries.all(), "one", id, atMs] as const,
      queryFn: ({ signal }) => readChange(id, atMs, signal),
      staleTime,
    }),
  /** The feed from its newest change on, page by page. */
  feed: (by: ChangedBy, object: string | null = null) =>
    infiniteQueryOptions({
      queryKey: [...changesQueries.all(), "feed", by, object] as const,
      queryFn: ({ signal, pageParam }) => readChanges({ by, object }, pageParam, signal),
      initialPageParam: null as string | null,
      getNextPageParam: ({ nextCursor }) => nextCursor,
      staleTime: 0,
      // The stream tells of no opening.
      refetchInterval: by === "openings" && openingsEveryMs,
    }),
};
