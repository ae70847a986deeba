"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { useHealth } from "@/components/lib/live/views";
import { useFormFactor } from "@/components/lib/use-form-factor";
import { QueryState } from "@/components/shell/query-state";
import { Panel } from "@/components/ui/panel";
import { Tag } from "@/components/ui/tag";
import { MatrixGrid } from "./matrix-grid";
import { PhoneTargets } from "./phone-targets";
import { StateLegend } from "./state-legend";

/** Which targets can answer? Models by regions, with the switches of both. */
export function MatrixView() {
  const { t, f } = useWords();
  const formFactor = useFormFactor();
  const query = useHealth();
  const health = query.data;
  const subtitle = health && t("matrix.subtitle", { window: f.duration(health.windowMs) });
  return (
    <Panel
      id="targets"
      title={t("matrix.title")}
      subtitle={subtitle}
      className="mb-5"
      aside={
        <div className="flex flex-wrap items-center justify-end gap-x-4 gap-y-1">
          {health?.demo === "only" && <Tag>{t("demo.tag")}</Tag>}
          {health !== undefined && <StateLegend />}
        </div>
      }
    >
      <QueryState query={query} skeleton="h-[496px]" />
      {health?.targets.length === 0 && <p className="run py-8 text-fg-2">{t("matrix.empty")}</p>}
      {health !== undefined && health.targets.length > 0 && (
        <>
          {formFactor !== "phone" && <MatrixGrid health={health} />}
          {formFactor !== "desk" && <PhoneTargets health={health} />}
        </>
      )}
    </Panel>
  );
}
