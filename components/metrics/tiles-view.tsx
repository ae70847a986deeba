"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { useHealth, useMetrics } from "@/components/lib/live/views";
import { InlineError } from "@/components/shell/inline-error";
import { RangeSwitch } from "@/components/shell/range-switch";
import { Skeleton } from "@/components/ui/skeleton";
import { Tag } from "@/components/ui/tag";
import { Sparkline } from "@/components/charts/sparkline";
import { tilesOf } from "./tiles";
import { Tile } from "./tile";

/** Six figures in one frame, each with its n. */
export function TilesView() {
  const { t, f, say } = useWords();
  const metrics = useMetrics();
  const isDemo = useHealth().data?.demo === "only";
  const view = metrics.data;
  return (
    <section aria-labelledby="figures-title" className="mb-5" id="figures">
      <h2 id="figures-title" className="sr-only">
        {t("tiles.title")}
      </h2>
      <div className="mb-3 lg:hidden">
        <RangeSwitch />
      </div>
      {metrics.isError && <InlineError error={metrics.error} onRetry={() => metrics.refetch()} />}
      <div className="relative grid grid-cols-2 overflow-hidden rounded-panel border border-line bg-line gap-px lg:grid-cols-3 xl:grid-cols-6">
        {view === undefined
          ? tileKeys.map((key) => (
              <div key={key} className="h-[123px] bg-surface p-4">
                <Skeleton className="h-full" />
              </div>
            ))
          : tilesOf(view, f).map((tile) => (
              <Tile key={tile.id} tile={tile} say={say}>
                {tile.spark && (
                  <Sparkline
                    values={tile.spark.values}
                    minSpan={tile.spark.minSpan}
                    tone={tile.id === "rescued" ? "accent" : "quiet"}
                  />
                )}
              </Tile>
            ))}
      </div>
      {isDemo && (
        <div className="mt-2 flex justify-end text-micro text-fg-3">
          <Tag>{t("demo.tag")}</Tag>
        </div>
      )}
    </section>
  );
}

const tileKeys = ["served", "rescued", "fallbacks", "latency", "cost", "costPerMTok"] as const;
