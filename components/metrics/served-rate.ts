import { shareSeries } from "@/components/charts/shares";
import type { MetricsView } from "@/lib/shared/contract";

/** Calls that were answered, and attempts at providers that worked, as shares of at least 20 in as many buckets as that takes. */
export function servedRate({
  series,
  partialFrom,
}: Pick<MetricsView, "series" | "partialFrom">): ReturnType<typeof shareSeries> {
  return shareSeries(series, partialFrom, {
    served: series.map(({ firstTry, rescued, failed }) => tally(firstTry + rescued, failed)),
    providers: series.map((one) => tally(one.attemptsSucceeded, one.attemptsFailed)),
  });
}

const tally = (succeeded: number, failed: number) => ({ n: succeeded + failed, succeeded });
