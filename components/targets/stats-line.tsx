import { useWords } from "@/components/lib/i18n/provider";
import { type TargetView } from "@/lib/shared/contract";
import { noValue } from "@/lib/shared/format";

type Props = { target: TargetView };

/** n, the whole answer's p50 and the first token. */
export function StatsLine({ target }: Props) {
  const { t, f } = useWords();
  const { n, source } = target.availability;
  const latency = t("matrix.latency", {
    p50: target.p50Ms === null ? noValue : f.count(target.p50Ms),
    ttft: f.ms(target.ttftMs),
  });
  return (
    <p
      aria-hidden="true"
      className="mt-1.5 flex gap-3 overflow-hidden text-small whitespace-nowrap text-fg-3"
    >
      <span>{t(source === "probe" ? "matrix.probes" : "matrix.n", { n: f.count(n) })}</span>
      <span className="truncate" title={latency}>
        {latency}
      </span>
    </p>
  );
}
