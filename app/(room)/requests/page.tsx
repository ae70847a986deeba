import { HydrationBoundary } from "@tanstack/react-query";
import { readFilter } from "@/components/calls/filter";
import { RequestsView } from "@/components/calls/requests-view";
import { PageTitle } from "@/components/shell/page-title";
import { prefetchRequests } from "../prefetch";

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function RequestsPage({ searchParams }: Props) {
  const { q } = await searchParams;
  const state = await prefetchRequests(readFilter(typeof q === "string" ? q : "").filter);
  return (
    <HydrationBoundary state={state}>
      <PageTitle page="requests" />
      <RequestsView />
    </HydrationBoundary>
  );
}
