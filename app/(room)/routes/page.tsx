import { HydrationBoundary } from "@tanstack/react-query";
import { rangeIn } from "@/components/lib/range";
import { RouteCards } from "@/components/routes/route-cards";
import { prefetchRoutes } from "../prefetch";

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function RoutesPage({ searchParams }: Props) {
  const asked = await searchParams;
  return (
    <HydrationBoundary state={await prefetchRoutes(rangeIn({ get: (name) => asked[name] }))}>
      <RouteCards />
    </HydrationBoundary>
  );
}
