import "server-only";
import { dehydrate, type DehydratedState, QueryClient, type QueryKey } from "@tanstack/react-query";
import { headers } from "next/headers";
import {
  callsPerPage,
  callsQueries,
  changesPerPage,
  changesQueries,
  changesShown,
  figuresQueries,
  healthQueries,
  metricsQueries,
  policyQueries,
  routesQueries,
  settingsQueries,
  setupQueries,
} from "@/components/lib/queries";
import type { CallFilter } from "@/components/calls/filter";
import type { ObjectKind } from "@/components/lib/object-kinds";
import { parseRange, type Range, streamedRange } from "@/components/lib/range";
import type { Trouble } from "@/components/lib/verdict";
import {
  authorizePage,
  callsPage,
  changesPage,
  healthView,
  type MetricsRange,
  metricsView,
  objectView,
  parseBetween,
  routePolicyView,
  routesView,
  settingsView,
  setupView,
} from "@/lib/control";
import { parseEnv } from "@/lib/shared/env";
import { isGatewayError } from "@/lib/shared/errors";

/** What every page needs: the targets and the last hour; and why they could not be read, when they could not. */
export async function prefetchShell(): Promise<{
  state: DehydratedState;
  trouble: Trouble | null;
  renderedAtMs: number;
}> {
  const read = await reader();
  const client = new QueryClient();
  const reads = await Promise.allSettled([
    read.health().then((view) => client.setQueryData(healthQueries.view().queryKey, view)),
    read
      .metrics(streamedRange)
      .then((view) => client.setQueryData(metricsQueries.view(streamedRange).queryKey, view)),
  ]);
  const [trouble] = reads.flatMap((each) =>
    each.status === "rejected" ? [troubleOf(each.reason)] : [],
  );
  return { state: dehydrate(client), trouble: trouble ?? null, renderedAtMs: Date.now() };
}

/** What the overview adds. What cannot be read is left to the browser, which says so in its place. */
export async function prefetchOverview(range: Range, app: string | null): Promise<DehydratedState> {
  const read = await reader();
  const client = new QueryClient();
  await Promise.allSettled([
    read
      .metrics(range, app)
      .then((view) => client.setQueryData(metricsQueries.view(range, app).queryKey, view)),
    read.changes().then((page) => client.setQueryData(changesQueries.latest().queryKey, page)),
  ]);
  return dehydrate(client);
}

/** What one model, or region, came to in the range. */
export async function prefetchObject(
  kind: ObjectKind,
  id: string,
  range: Range,
): Promise<DehydratedState> {
  const read = await reader();
  return answered(figuresQueries.one(kind, id, range).queryKey, read.object(kind, id, range));
}

/** The first page of the calls that the address asks for. */
export async function prefetchRequests(
  filter: CallFilter,
  range: Range | null,
): Promise<DehydratedState> {
  const read = await reader();
  return answered(callsQueries.list(filter, range).queryKey, firstPage(read.list(filter, range)));
}

/** The first page of the feed. */
export async function prefetchChanges(): Promise<DehydratedState> {
  const read = await reader();
  return answered(changesQueries.feed("all").queryKey, firstPage(read.feed()));
}

/** Who answered for the routes; of one its settings too, and what they did. */
export async function prefetchRoutes(range: Range, id?: string): Promise<DehydratedState> {
  const read = await reader();
  const client = new QueryClient();
  await Promise.allSettled([
    read
      .routes(range)
      .then((view) => client.setQueryData(routesQueries.view(range).queryKey, view)),
    ...(id === undefined
      ? []
      : [read.policy(id).then((view) => client.setQueryData(policyQueries.of(id).queryKey, view))]),
  ]);
  return dehydrate(client);
}

export async function prefetchSettings(): Promise<DehydratedState> {
  const read = await reader();
  return answered(settingsQueries.view().queryKey, read.settings());
}

export async function prefetchSetup(): Promise<DehydratedState> {
  const read = await reader();
  return answered(setupQueries.view().queryKey, read.setup());
}

async function firstPage<T>(page: Promise<T>): Promise<{ pages: T[]; pageParams: null[] }> {
  return { pages: [await page], pageParams: [null] };
}

/** One answer in the page; what cannot be read is left to the browser, which says so in its place. */
async function answered(key: QueryKey, answer: Promise<unknown>): Promise<DehydratedState> {
  const client = new QueryClient();
  await Promise.allSettled([answer.then((view) => client.setQueryData(key, view))]);
  return dehydrate(client);
}

/** Where applications send their calls. */
export function gatewayUrl(): string {
  return parseEnv().gatewayUrl;
}

/** Reads as whoever asked for the page; a page that may not be read fails like one that cannot. */
async function reader() {
  const sent = await headers();
  const authorized = async () => Promise.resolve(authorizePage(sent));
  return {
    health: () => authorized().then(({ actor, runtime }) => healthView(actor, runtime.deps, null)),
    metrics: (range: Range, app: string | null = null) =>
      authorized().then(({ actor, runtime }) =>
        metricsView(actor, runtime.deps, { range: askedRange(range), app }),
      ),
    object: (kind: ObjectKind, id: string, range: Range) =>
      authorized().then(({ actor, runtime }) =>
        objectView(actor, runtime.deps, { kind, id, range: askedRange(range) }),
      ),
    routes: (range: Range) =>
      authorized().then(({ actor, runtime }) =>
        routesView(actor, runtime.deps, { range: askedRange(range) }),
      ),
    policy: (id: string) =>
      authorized().then(({ actor, runtime }) => routePolicyView(actor, runtime.deps, { id })),
    settings: () =>
      authorized().then(({ actor, runtime }) => settingsView(actor, runtime.deps, null)),
    setup: () =>
      authorized().then(({ actor, runtime }) =>
        setupView(actor, runtime.deps, {
          wallUrl: runtime.wallUrl,
          gatewayUrl: runtime.env.gatewayUrl,
        }),
      ),
    list: (filter: CallFilter, range: Range | null) =>
      authorized().then(({ actor, runtime }) =>
        callsPage(actor, runtime.deps, {
          ...filter,
          ...(range !== null && { range: askedRange(range) }),
          limit: callsPerPage,
        }),
      ),
    feed: () =>
      authorized().then(({ actor, runtime }) =>
        changesPage(actor, runtime.deps, { limit: changesPerPage }),
      ),
    changes: () =>
      authorized().then(({ actor, runtime }) =>
        changesPage(actor, runtime.deps, { limit: changesShown }),
      ),
  };
}

function askedRange(range: Range): MetricsRange {
  const [from, to] = range.split("/");
  return from === undefined || to === undefined
    ? parseRange(range)
    : parseBetween(from, to, Date.now());
}

function troubleOf(reason: unknown): Trouble {
  return isGatewayError(reason) && reason.code === "database_unavailable"
    ? "database"
    : "unreachable";
}
