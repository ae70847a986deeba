import type { MetricsView } from "@/lib/shared/contract";

/** One point of the series: what became of the calls that began in it. */
export type MetricsBucket = MetricsView["series"][number];
