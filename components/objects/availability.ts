import type { SeriesRow } from "@/components/charts/series";
import type { SeriesData } from "@/components/charts/series-texts";
import { shareSeries } from "@/components/charts/shares";
import type { ObjectBucket } from "@/lib/shared/contract";

/** The availability of places, each line of one or of several of them, with how probes went where there is no share. */
export function availabilityOf(
  series: readonly ObjectBucket[],
  partialFrom: number,
  places: Readonly<Record<string, readonly string[]>>,
): Omit<SeriesData, "lines"> {
  const sums = Object.fromEntries(
    Object.entries(places).map(([key, names]) => [
      key,
      series.map(({ parts }) => ({
        n: sumOf(names, (name) => parts[name]?.n),
        succeeded: sumOf(names, (name) => parts[name]?.succeeded),
        probes: sumOf(names, (name) => parts[name]?.probes),
        passed: sumOf(names, (name) => parts[name]?.probesPassed),
      })),
    ]),
  );
  const shares = shareSeries(series, partialFrom, sums);
  const hollow = series.map(({ t }, at): SeriesRow => ({
    ...Object.fromEntries(
      Object.entries(sums).map(([key, of]) => {
        const { probes, passed } = of[at] ?? { probes: 0, passed: 0 };
        const isTold = probes > 0 && shares.rows[at]?.[key] === null;
        return [key, isTold ? passed / probes : null];
      }),
    ),
    t,
  }));
  return { ...shares, hollow };
}

function sumOf(names: readonly string[], valueOf: (name: string) => number | undefined): number {
  return names.reduce((sum, name) => sum + (valueOf(name) ?? 0), 0);
}
