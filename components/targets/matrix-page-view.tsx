"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { useHealth } from "@/components/lib/live/views";
import { impairedTargets } from "@/components/lib/targets/state";
import { PageHead } from "@/components/shell/page-head";
import { FilmStrip } from "./film-strip";
import { MatrixView } from "./matrix-view";

/** Every target now, and the day that led here. */
export function MatrixPageView() {
  const { t } = useWords();
  const health = useHealth().data;
  return (
    <>
      <PageHead title={t("nav.matrix")}>
        {health !== undefined &&
          t("matrix.lead", { n: health.targets.length, hurt: impairedTargets(health).length })}
      </PageHead>
      <MatrixView />
      {health !== undefined && health.targets.length > 0 && <FilmStrip health={health} />}
    </>
  );
}
