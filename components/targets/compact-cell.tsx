"use client";

import { clsx } from "clsx";
import { memo, useCallback } from "react";
import { Strip } from "@/components/charts/strip";
import { useWords } from "@/components/lib/i18n/provider";
import { shownRatio } from "@/components/lib/targets/availability";
import { shownState, stateKey } from "@/components/lib/targets/state";
import { ProofLine } from "@/components/lib/writes/proof-line";
import { useSwitch } from "@/components/lib/writes/use-switch";
import { Glyph } from "@/components/ui/glyph";
import { noValue } from "@/lib/shared/format";
import { CellFrame } from "./cell-frame";
import type { CellProps } from "./target-cell";
import { useTargetReading } from "./target-reading";

/** One target in one line: its state, how often it answered, and sixty minutes of it. */
export const CompactCell = memo(function CompactCell(props: CellProps) {
  const { target, laneName, lane, row, column, isActive, onOpen } = props;
  const { t, f } = useWords();
  const { id, model, region, availability } = target;
  const control = useSwitch({ type: "target", id }, target.switch);
  const reading = useTargetReading(target, "availability");
  const state = shownState(target);
  const ratio = shownRatio(availability);
  const isQuiet = state === "healthy";
  const open = useCallback(
    (anchor: HTMLElement) => {
      onOpen({ type: "target", id }, anchor);
    },
    [onOpen, id],
  );
  return (
    <CellFrame
      role="gridcell"
      row={row}
      column={column}
      isActive={isActive}
      testId={`target-${id}`}
      targetId={id}
      onToggle={control.toggle}
      onOpen={open}
      className={clsx(
        "grid grid-cols-[12px_74px_minmax(0,1fr)] items-center gap-x-2 py-1.5 hover:bg-hover",
        lane === 0 && "border-t border-line",
      )}
    >
      <span className="sr-only">
        {[model, region, ...(laneName === null ? [] : [laneName]), reading].join(", ")}
      </span>
      <Glyph
        state={state}
        isHollow={availability.source === "probe"}
        className="mt-1 shrink-0 self-start"
      />
      <span className="min-w-0" aria-hidden="true">
        <span className="block font-medium whitespace-nowrap">
          {ratio === null ? noValue : f.percent(ratio)}
        </span>
        <span className="block truncate text-small text-fg-3" title={laneName ?? undefined}>
          {control.write === undefined ? (
            <>
              <span data-testid="state" className={isQuiet ? "sr-only" : "text-fg-2"}>
                {t(stateKey(state))}
              </span>
              {isQuiet && (
                <span>
                  {t(availability.source === "probe" ? "matrix.probes" : "matrix.n", {
                    n: f.count(availability.n),
                  })}
                </span>
              )}
            </>
          ) : (
            <span className="text-fg-2">
              <ProofLine write={control.write} isShort />
            </span>
          )}
        </span>
      </span>
      <Strip strip={target.strip} />
    </CellFrame>
  );
});
