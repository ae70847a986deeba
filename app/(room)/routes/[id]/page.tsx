import { HydrationBoundary } from "@tanstack/react-query";
import { RoutePageView } from "@/components/routes/route-page-view";
import { prefetchPolicy } from "../../prefetch";

type Props = { params: Promise<{ id: string }> };

export default async function RoutePage({ params }: Props) {
  const id = decodeURIComponent((await params).id);
  return (
    <HydrationBoundary state={await prefetchPolicy(id)}>
      <RoutePageView id={id} />
    </HydrationBoundary>
  );
}
