import { HydrationBoundary } from "@tanstack/react-query";
import { ChangeDrawer } from "@/components/changes/change-drawer";
import { HealerView } from "@/components/changes/healer-view";
import { PeopleBelow } from "@/components/changes/people-below";
import { rangeIn } from "@/components/lib/range";
import { MoversBelow, ServedRateBelow } from "@/components/metrics/below-fold";
import { OutcomeView } from "@/components/metrics/outcome-view";
import { TilesView } from "@/components/metrics/tiles-view";
import { VerdictView } from "@/components/metrics/verdict-view";
import { TwoColumns } from "@/components/shell/two-columns";
import { MatrixView } from "@/components/targets/matrix-view";
import { gatewayUrl, prefetchOverview } from "../prefetch";

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function OverviewPage({ searchParams }: Props) {
  const asked = await searchParams;
  const app = asked["app"];
  const state = await prefetchOverview(
    rangeIn({ get: (name) => asked[name] }),
    typeof app === "string" && app !== "" ? app : null,
  );
  return (
    <HydrationBoundary state={state}>
      <VerdictView gatewayUrl={gatewayUrl()} />
      <TilesView />
      <MatrixView isCompact />
      <TwoColumns
        main={
          <div className="grid gap-5">
            <OutcomeView />
            <ServedRateBelow />
          </div>
        }
        side={<HealerView />}
      />
      <TwoColumns main={<MoversBelow />} side={<PeopleBelow />} />
      <ChangeDrawer />
    </HydrationBoundary>
  );
}
