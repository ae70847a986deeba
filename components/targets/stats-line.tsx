import { clsx } from "clsx";
import { useWords } from "@/components/lib/i18n/provider";
import { useHealth } from "@/components/lib/live/views";
import type { TargetView } from "@/lib/shared/contract";
import { type MatrixMetric, metricNote } from "./metric";

type Props = { target: TargetView; metric?: MatrixMetric };

const usualWindowMs = 900_000;

/** What the figure above rests on: n with the usual latencies, or what belongs to another metric. */
export function StatsLine({ target, metric = "availability" }: Props) {
  const { t, f, say } = useWords();
  const windowMs = useHealth().data?.windowMs ?? usualWindowMs;
  const { n, source } = target.availability;
  const note = say(metricNote(target, metric, windowMs, f));
  const title =
    metric === "availability"
      ? t("matrix.latencyOf", { latency: note, window: f.duration(windowMs) })
      : note;
  return (
    <p
      aria-hidden="true"
      className={clsx(
        "mt-1.5 flex gap-3 overflow-hidden text-small whitespace-nowrap",
        metric === "availability" ? "text-fg-3" : "text-fg-2",
      )}
    >
      {metric === "availability" && (
        <span>{t(source === "probe" ? "matrix.probes" : "matrix.n", { n: f.count(n) })}</span>
      )}
      <span className="truncate" title={title}>
        {note}
      </span>
    </p>
  );
}
