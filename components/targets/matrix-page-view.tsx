"use client";

import { useSearchParams } from "next/navigation";
import { useWords } from "@/components/lib/i18n/provider";
import { useHealth } from "@/components/lib/live/views";
import { impairedTargets, isHeard, targetsOn } from "@/components/lib/targets/state";
import { useWindowKey } from "@/components/lib/use-window-key";
import { PageHead } from "@/components/shell/page-head";
import { Segments } from "@/components/ui/segments";
import { FilmStrip } from "./film-strip";
import { MatrixView } from "./matrix-view";
import { matrixMetrics, metricIn } from "./metric";
import { usePast } from "./use-past";

/** Every target now, and the day that led here. */
export function MatrixPageView() {
  const { t } = useWords();
  const search = useSearchParams();
  const health = useHealth().data;
  const metric = metricIn(search.get("metric"));
  const on = health === undefined ? 0 : targetsOn(health).length;
  const [past, setPast] = usePast();
  useWindowKey((event) => {
    if (event.key === "Escape" && document.querySelector("dialog[open]") === null) {
      setPast(null);
    }
  });
  return (
    <>
      <PageHead
        title={t("nav.matrix")}
        aside={
          <Segments
            label={t("matrix.metric.label")}
            value={metric}
            onChange={(next) => {
              const params = new URLSearchParams(search);
              params.set("metric", next);
              window.history.replaceState(null, "", `?${params.toString()}`);
            }}
            options={matrixMetrics.map((value) => ({
              value,
              label: t(`matrix.metric.${value}`),
            }))}
          />
        }
      >
        {health !== undefined &&
          t("matrix.lead", {
            on,
            off: health.targets.length - on,
            hurt: impairedTargets(health).length,
            heard: isHeard(health) ? "yes" : "no",
          })}
      </PageHead>
      <MatrixView
        metric={metric}
        past={past}
        onNow={() => {
          setPast(null);
          document.querySelector<HTMLElement>('[role="grid"] [tabindex="0"]')?.focus();
        }}
      />
      {health !== undefined && health.targets.length > 0 && (
        <FilmStrip health={health} past={past} onPast={setPast} />
      )}
    </>
  );
}
