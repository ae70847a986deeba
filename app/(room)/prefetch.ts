import "server-only";
import { dehydrate, type DehydratedState, QueryClient } from "@tanstack/react-query";
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
import { callsPage, changesPage, healthView, metricsView } from "@/lib/control";
import { isGatewayError } from "@/lib/shared/errors";
import { parseEnv } from "@/lib/shared/env";

/** What every page needs: the targets and the last hour; and why they could not be read, when they could not. */
export async function prefetchShell(): Promise<{
  state: DehydratedState;
  trouble: Trouble | null;
  renderedAtMs: number;
}> {
  const client = new QueryClient();
  const reads = await Promise.allSettled([
    client.fetchQuery({ ...healthQueries.view(), queryFn: healthView, retry: false }),
    client.fetchQuery({
      ...metricsQueries.view(streamedRange),
      queryFn: () => metricsView({ range: streamedRange }),
      retry: false,
    }),
  ]);
  const [failure] = reads.flatMap((read) => (read.status === "rejected" ? [troubleOf(read)] : []));
  return { state: dehydrate(client), trouble: failure ?? null, renderedAtMs: Date.now() };
}

/** What the overview adds. What cannot be read is left to the browser, which says so in its place. */
export async function prefetchOverview(range: Range): Promise<DehydratedState> {
  const client = new QueryClient();
  await Promise.all([
    range === streamedRange
      ? null
      : client.prefetchQuery({
          ...metricsQueries.view(range),
          queryFn: () => metricsView({ range }),
          retry: false,
        }),
    client.prefetchQuery({
      ...callsQueries.latest(),
      queryFn: () => callsPage({ limit: callsShown }),
      retry: false,
    }),
    client.prefetchQuery({
      ...changesQueries.latest(),
      queryFn: () => changesPage({ limit: changesShown }),
      retry: false,
    }),
  ]);
  return dehydrate(client);
}

/** Where applications send their calls. */
export function gatewayUrl(): string {
  return parseEnv().gatewayUrl;
}

function troubleOf({ reason }: PromiseRejectedResult): Trouble {
  return isGatewayError(reason) && reason.code === "database_unavailable"
    ? "database"
    : "unreachable";
}
