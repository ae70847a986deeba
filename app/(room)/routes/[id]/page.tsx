import { HydrationBoundary } from "@tanstack/react-query";
import { rangeIn } from "@/components/lib/range";
import { RoutePageView } from "@/components/routes/route-page-view";
import { decoded } from "@/lib/shared/decoded";
import { prefetchRoutes } from "../../prefetch";

type Props = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export default async function RoutePage({ params, searchParams }: Props) {
  const [{ id: part }, asked] = await Promise.all([params, searchParams]);
  const id = decoded(part);
  return (
    <HydrationBoundary state={await prefetchRoutes(rangeIn({ get: (name) => asked[name] }), id)}>
      <RoutePageView id={id} />
    </HydrationBoundary>
  );
}
