import { clsx } from "clsx";
import { useWords } from "@/components/lib/i18n/provider";
import { useHealth } from "@/components/lib/live/views";
import type { TargetView } from "@/lib/shared/contract";
import { type MatrixMetric, metricNote } from "./metric";

type Props = { target: TargetView; metric?: MatrixMetric };

const usualWindowMs = 900_000;

/** A narrow cell has room for one unit, beside a number of probes sooner than beside an n. */
const forms = {
  calls: { wide: "@max-[208px]:hidden", narrow: "@min-[208px]:hidden" },
  probes: { wide: "@max-[236px]:hidden", narrow: "@min-[236px]:hidden" },
} as const;

/** What the figure above rests on: n with the usual latencies, or what belongs to another metric. */
export function StatsLine({ target, metric = "availability" }: Props) {
  const { t, f, say } = useWords();
  const windowMs = useHealth().data?.windowMs ?? usualWindowMs;
  const { n, source } = target.availability;
  const note = say(metricNote(target, metric, windowMs, f));
  const { p50Ms, ttftMs } = target;
  const isProbed = source === "probe";
  const form = isProbed ? forms.probes : forms.calls;
  const title =
    metric === "availability"
      ? t("matrix.latencyOf", { latency: note, window: f.duration(windowMs) })
      : note;
  return (
    <p
      aria-hidden="true"
      className={clsx(
        "@container mt-1.5 flex gap-2 overflow-hidden text-small whitespace-nowrap",
        metric === "availability" ? "text-fg-3" : "text-fg-2",
      )}
    >
      {metric === "availability" && (
        <span>{t(isProbed ? "matrix.probes" : "matrix.n", { n: f.count(n) })}</span>
      )}
      <span className="truncate" title={title}>
        {metric !== "availability" || p50Ms === null ? (
          note
        ) : (
          <>
            <span className={form.wide}>{note}</span>
            <span className={form.narrow}>
              {t("matrix.latency", { p50: f.count(p50Ms), ttft: f.ms(ttftMs) })}
            </span>
          </>
        )}
      </span>
    </p>
  );
}
