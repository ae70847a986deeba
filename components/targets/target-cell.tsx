"use client";

import { clsx } from "clsx";
import { memo, useCallback } from "react";
import { Strip } from "@/components/charts/strip";
import { useWords } from "@/components/lib/i18n/provider";
import { shownState } from "@/components/lib/targets/state";
import type { ObjectRef } from "@/components/lib/writes/model";
import { useSwitch } from "@/components/lib/writes/use-switch";
import type { TargetView } from "@/lib/shared/contract";
import { CellFrame } from "./cell-frame";
import type { PastTarget } from "./film";
import { type MatrixMetric, metricValue, type Scale, scaleStep } from "./metric";
import { PastState } from "./past-state";
import { scaleColor } from "./scale-color";
import { StateLine } from "./state-line";
import { StatsLine } from "./stats-line";
import { useTargetReading } from "./target-reading";
import { WhyLine } from "./why-line";

export type CellProps = {
  target: TargetView;
  laneName: string | null;
  lane: number;
  row: number;
  column: number;
  isActive: boolean;
  onOpen: (ref: ObjectRef, anchor: HTMLElement) => void;
};

type Props = CellProps & {
  metric: MatrixMetric;
  scale: Scale | null;
  /** Another moment is looked at: what it was then is shown, and nothing can be switched. */
  past: PastTarget | null;
};

const washes: Partial<Record<TargetView["state"], string>> = {
  down: "bg-down-wash",
  degraded: "bg-degraded-wash",
};

/** One target: its state, sixty minutes of it, what it costs in time, and why it is so. */
export const TargetCell = memo(function TargetCell(props: Props) {
  const { target, laneName, lane, row, column, isActive, onOpen, metric, scale, past } = props;
  const { id, model, region } = target;
  const control = useSwitch({ type: "target", id }, target.switch);
  const reading = useTargetReading(target, metric);
  const step = scaleStep(metricValue(target, metric), scale);
  const name = [model, region, ...(laneName === null ? [] : [laneName])].join(", ");
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
      {...(past === null && { onToggle: control.toggle, onOpen: open })}
      className={clsx(
        "border-l border-line py-3",
        lane === 0 && "border-t",
        past === null && "hover:bg-hover",
        past === null && metric === "availability" && washes[shownState(target)],
        // The palest ink is too pale on the darker steps.
        step !== null && "[&_.text-fg-3]:text-fg-2!",
      )}
      {...(step !== null && { color: scaleColor(step) })}
    >
      {past !== null && <PastState past={past} name={name} />}
      <div className={past === null ? undefined : "invisible"}>
        <StateLine
          target={target}
          control={control}
          label={name}
          note={laneName}
          tabIndex={-1}
          metric={metric}
        />
        <span className="sr-only">{reading}</span>
        <div className="mt-1.5">
          <Strip strip={target.strip} />
        </div>
        <StatsLine target={target} metric={metric} />
        <WhyLine target={target} write={control.write} />
      </div>
    </CellFrame>
  );
});

type EmptyProps = {
  row: number;
  column: number;
  isActive: boolean;
  lane: number;
  isCompact: boolean;
};

/** A model that does not live in a region. */
export function EmptyCell({ row, column, isActive, lane, isCompact }: EmptyProps) {
  const { t } = useWords();
  return (
    <CellFrame
      role="gridcell"
      row={row}
      column={column}
      isActive={isActive}
      className={clsx(
        "border-line text-small text-fg-3",
        isCompact ? "py-1.5" : "border-l py-3",
        lane === 0 && "border-t",
      )}
    >
      <span className={lane === 0 ? undefined : "sr-only"}>{t("matrix.notOffered")}</span>
    </CellFrame>
  );
}
