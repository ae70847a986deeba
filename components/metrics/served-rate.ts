import type { SeriesRow } from "@/components/charts/series";
import { minSamples } from "@/components/lib/targets/availability";
import type { MetricsView } from "@/lib/shared/contract";

/** Shares of each bucket: calls that were answered, and attempts at providers that worked; null under 20 of them. */
export function servedRateRows({ series }: MetricsView): SeriesRow[] {
  return series.map(({ t, firstTry, rescued, failed, attemptsSucceeded, attemptsFailed }) => ({
    t,
    served: share(firstTry + rescued, failed),
    providers: share(attemptsSucceeded, attemptsFailed),
  }));
}

/** The calls, and the attempts, that the shares are of. */
export function servedRateCounts({ series }: MetricsView): SeriesRow[] {
  return series.map(({ t, firstTry, rescued, failed, attemptsSucceeded, attemptsFailed }) => ({
    t,
    served: firstTry + rescued + failed,
    providers: attemptsSucceeded + attemptsFailed,
  }));
}

function share(good: number, bad: number): number | null {
  return good + bad < minSamples ? null : good / (good + bad);
}
