"use client";

import { Link } from "@/components/ui/link";
import { useSearchParams } from "next/navigation";
import { useWords } from "@/components/lib/i18n/provider";
import { useHealth } from "@/components/lib/live/views";
import { useFormFactor } from "@/components/lib/use-form-factor";
import { linkTo } from "@/components/shell/nav-links";
import { NoModels } from "@/components/shell/no-models";
import { QueryState } from "@/components/shell/query-state";
import { Panel } from "@/components/ui/panel";
import { Tag } from "@/components/ui/tag";
import type { Past } from "./film";
import { MatrixGrid } from "./matrix-grid";
import { type MatrixMetric, metricValue, scaleOf } from "./metric";
import { MetricLegend } from "./metric-legend";
import { PastBanner } from "./past-banner";
import { PhoneTargets } from "./phone-targets";
import { StateLegend } from "./state-legend";

type Props = {
  /** A line a target, beside other panels; else the page of its own. */
  isCompact?: boolean;
  metric?: MatrixMetric;
  /** The moment of the film that is looked at instead of now. */
  past?: Past | null;
  onNow?: () => void;
};

const subtitles = {
  availability: "matrix.subtitle",
  p95: "matrix.subtitleOther",
  fallbacks: "matrix.subtitleOther",
  cost: "matrix.subtitleOther",
  load: "matrix.subtitleNow",
} as const;

/** Which targets can answer? Models by regions, with the switches of both. */
export function MatrixView(props: Props) {
  const { isCompact = false, metric = "availability", past = null, onNow } = props;
  const { t, f } = useWords();
  const formFactor = useFormFactor();
  const search = useSearchParams();
  const query = useHealth();
  const health = query.data;
  const isStates = metric === "availability";
  const scale = isStates
    ? null
    : scaleOf((health?.targets ?? []).map((target) => metricValue(target, metric)));
  const subtitle =
    health &&
    t(subtitles[metric], {
      metric: t(`matrix.metric.${metric}`),
      window: f.duration(health.windowMs),
    });
  return (
    <Panel
      id="targets"
      title={t("matrix.title")}
      subtitle={
        past === null || formFactor === "phone" ? (
          subtitle
        ) : (
          <PastBanner past={past} onNow={onNow} />
        )
      }
      className="mb-5"
      aside={
        <div className="flex flex-wrap items-center justify-end gap-x-4 gap-y-1">
          {health?.demo === "only" && <Tag>{t("demo.tag")}</Tag>}
          {health !== undefined && isStates && <StateLegend />}
          {isCompact && (
            <Link href={linkTo("/matrix", search)} className="text-small">
              {t("matrix.open")}
            </Link>
          )}
        </div>
      }
    >
      <QueryState query={query} skeleton={isCompact ? "h-64" : "h-[496px]"} />
      {health?.targets.length === 0 && <NoModels />}
      {health !== undefined && health.targets.length > 0 && (
        <>
          {!isStates && (
            <div className="mb-2">
              <MetricLegend metric={metric} scale={scale} />
            </div>
          )}
          {formFactor !== "phone" && (
            <MatrixGrid
              health={health}
              isCompact={isCompact}
              metric={metric}
              scale={scale}
              past={past}
            />
          )}
          {formFactor !== "desk" && <PhoneTargets health={health} metric={metric} />}
        </>
      )}
    </Panel>
  );
}
