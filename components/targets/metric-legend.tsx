import { useWords } from "@/components/lib/i18n/provider";
import { type MatrixMetric, metricFigure, type Scale, scaleSteps } from "./metric";
import { scaleColor } from "./scale-color";

type Props = { metric: MatrixMetric; scale: Scale | null };

/** From the least to the greatest value of the cells, in steps of one hue; every cell prints its own. */
export function MetricLegend({ metric, scale }: Props) {
  const { t, f } = useWords();
  const print = (value: number): string => {
    const { value: text, unit } = metricFigure(value, metric, f);
    return unit === "" ? text : `${text} ${unit}`;
  };
  return (
    <div
      className="flex flex-wrap items-center gap-x-2 gap-y-1 text-small text-fg-2"
      data-testid="metric-legend"
    >
      {scale !== null && (
        <>
          <span>{print(scale.least)}</span>
          <span
            className="flex overflow-hidden rounded-[3px] border border-line"
            aria-hidden="true"
          >
            {Array.from({ length: scaleSteps }, (_, step) => (
              <i key={step} className="h-3 w-6" style={{ background: scaleColor(step) }} />
            ))}
          </span>
          <span>{print(scale.most)}</span>
          <span className="text-fg-3">·</span>
        </>
      )}
      <span className="text-fg-3">{t(`matrix.explained.${metric}`)}</span>
    </div>
  );
}
