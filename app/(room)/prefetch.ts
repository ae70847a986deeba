import "server-only";
import { dehydrate, type DehydratedState, QueryClient } from "@tanstack/react-query";
import { headers } from "next/headers";
import {
  callsQueries,
  callsShown,
  changesQueries,
  changesShown,
  healthQueries,
  metricsQueries,
} from "@/components/lib/queries";
import { type Range, streamedRange } from "@/components/lib/range";
import { type Trouble } from "@/components/lib/verdict";
import { authorizePage, callsPage, changesPage, healthView, metricsView } from "@/lib/control";
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
    client.fetchQuery({ ...healthQueries.view(), queryFn: read.health, retry: false }),
    client.fetchQuery({
      ...metricsQueries.view(streamedRange),
      queryFn: read.metrics(streamedRange),
      retry: false,
    }),
  ]);
  const [trouble] = reads.flatMap((each) =>
    each.status === "rejected" ? [troubleOf(each.reason)] : [],
  );
  return { state: dehydrate(client), trouble: trouble ?? null, renderedAtMs: Date.now() };
}

/** What the overview adds. What cannot be read is left to the browser, which says so in its place. */
export async function prefetchOverview(range: Range): Promise<DehydratedState> {
  const read = await reader();
  const client = new QueryClient();
  await Promise.all([
    client.prefetchQuery({
      ...metricsQueries.view(range),
      queryFn: read.metrics(range),
      retry: false,
    }),
    client.prefetchQuery({ ...callsQueries.latest(), queryFn: read.calls, retry: false }),
    client.prefetchQuery({ ...changesQueries.latest(), queryFn: read.changes, retry: false }),
  ]);
  return dehydrate(client);
}

/** Where applications send their calls. */
export function gatewayUrl(): string {
  return parseEnv().gatewayUrl;
}

/** Reads as whoever asked for the page; a page that may not be read fails like one that cannot. */
async function reader() {
  const sent = await headers();
  return {
    health: () => {
      const { actor, runtime } = authorizePage(sent);
      return healthView(actor, runtime.deps, null);
    },
    metrics: (range: Range) => () => {
      const { actor, runtime } = authorizePage(sent);
      return metricsView(actor, runtime.deps, { range, app: null });
    },
    calls: () => {
      const { actor, runtime } = authorizePage(sent);
      return callsPage(actor, runtime.deps, { limit: callsShown });
    },
    changes: () => {
      const { actor, runtime } = authorizePage(sent);
      return changesPage(actor, runtime.deps, { limit: changesShown });
    },
  };
}

function troubleOf(reason: unknown): Trouble {
  return isGatewayError(reason) && reason.code === "database_unavailable"
    ? "database"
    : "unreachable";
}
