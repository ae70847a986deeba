import { HydrationBoundary } from "@tanstack/react-query";
import { CallsView } from "@/components/calls/calls-view";
import { HealerView } from "@/components/changes/healer-view";
import { PeopleView } from "@/components/changes/people-view";
import { parseRange } from "@/components/lib/range";
import { OutcomeView } from "@/components/metrics/outcome-view";
import { TilesView } from "@/components/metrics/tiles-view";
import { VerdictView } from "@/components/metrics/verdict-view";
import { RoutesView } from "@/components/routes/routes-view";
import { TwoColumns } from "@/components/shell/two-columns";
import { MatrixView } from "@/components/targets/matrix-view";
import { gatewayUrl, prefetchOverview } from "../prefetch";

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function OverviewPage({ searchParams }: Props) {
  const state = await prefetchOverview(parseRange((await searchParams)["r"]));
  return (
    <HydrationBoundary state={state}>
      <VerdictView gatewayUrl={gatewayUrl()} />
      <TilesView />
      <MatrixView />
      <TwoColumns main={<OutcomeView />} side={<HealerView />} />
      <TwoColumns main={<RoutesView />} side={<PeopleView />} />
      <CallsView />
    </HydrationBoundary>
  );
}
