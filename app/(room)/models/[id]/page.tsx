import { HydrationBoundary } from "@tanstack/react-query";
import { ChangeDrawer } from "@/components/changes/change-drawer";
import { rangeIn } from "@/components/lib/range";
import { ObjectCharts } from "@/components/objects/object-charts";
import { ObjectNow } from "@/components/targets/object-now";
import { decoded } from "@/lib/shared/decoded";
import { prefetchObject } from "../../prefetch";

type Props = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export default async function ModelPage({ params, searchParams }: Props) {
  const [{ id: part }, asked] = await Promise.all([params, searchParams]);
  const id = decoded(part);
  const state = await prefetchObject("model", id, rangeIn({ get: (name) => asked[name] }));
  return (
    <HydrationBoundary state={state}>
      <ObjectNow kind="model" id={id} />
      <ObjectCharts kind="model" id={id} />
      <ChangeDrawer />
    </HydrationBoundary>
  );
}
