import { HydrationBoundary } from "@tanstack/react-query";
import { readFilter } from "@/components/calls/filter";
import { RequestsView } from "@/components/calls/requests-view";
import { namedRange } from "@/components/lib/range";
import { PageTitle } from "@/components/shell/page-title";
import { gatewayUrl, prefetchRequests } from "../prefetch";

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function RequestsPage({ searchParams }: Props) {
  const search = await searchParams;
  const { q } = search;
  const range = namedRange({ get: (name) => search[name] });
  const { filter } = readFilter(typeof q === "string" ? q : "");
  const state = await prefetchRequests(filter, range);
  return (
    <HydrationBoundary state={state}>
      <PageTitle page="requests" />
      <RequestsView gatewayUrl={gatewayUrl()} />
    </HydrationBoundary>
  );
}
