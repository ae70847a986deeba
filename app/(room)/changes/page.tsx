import { HydrationBoundary } from "@tanstack/react-query";
import { FeedView } from "@/components/changes/feed-view";
import { PageTitle } from "@/components/shell/page-title";
import { prefetchChanges } from "../prefetch";

export default async function ChangesPage() {
  return (
    <HydrationBoundary state={await prefetchChanges()}>
      <PageTitle page="changes" />
      <FeedView />
    </HydrationBoundary>
  );
}
