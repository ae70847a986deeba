"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { useMetrics } from "@/components/lib/live/views";
import { QueryState } from "@/components/shell/query-state";
import { RangeRow } from "@/components/shell/range-row";
import { Sparkline } from "@/components/charts/sparkline";
import { againstText, tilesOf } from "./tiles";
import { Tile } from "./tile";

/** Six figures in one frame, each with its n. */
export function TilesView() {
  const { t, f, say } = useWords();
  const metrics = useMetrics();
  const view = metrics.data;
  return (
    <section aria-labelledby="figures-title" className="mb-5" id="figures">
      <h2 id="figures-title" className="sr-only">
        {t("tiles.title")}
      </h2>
      <RangeRow />
      <QueryState query={metrics} skeleton="h-[162px]" />
      {view !== undefined && (
        <div className="grid grid-cols-2 gap-px overflow-hidden rounded-panel border border-line bg-line lg:grid-cols-3 xl:grid-cols-6">
          {tilesOf(view, f).map((tile) => (
            <Tile key={tile.id} tile={tile} say={say}>
              <Sparkline
                values={tile.spark.values}
                minSpan={tile.spark.minSpan}
                tone={tile.id === "rescued" ? "accent" : "quiet"}
              />
            </Tile>
          ))}
        </div>
      )}
      {view !== undefined && (
        <p className="mt-1.5 text-right text-micro text-fg-3 phone:text-left">
          {say(againstText(view, f))}
        </p>
      )}
    </section>
  );
}
