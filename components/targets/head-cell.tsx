"use client";

import { clsx } from "clsx";
import { useWords } from "@/components/lib/i18n/provider";
import { shownRatio } from "@/components/lib/targets/availability";
import { isOnBut, placesOn } from "@/components/lib/targets/state";
import type { ObjectRef } from "@/components/lib/writes/model";
import { ProofLine } from "@/components/lib/writes/proof-line";
import { useSwitch } from "@/components/lib/writes/use-switch";
import { Switch } from "@/components/ui/switch";
import type { HealthView } from "@/lib/shared/contract";
import { CellFrame } from "./cell-frame";
import type { Past } from "./film";
import { type MatrixMetric, metricFigure, metricTotal } from "./metric";

type Props = {
  kind: "model" | "region";
  id: string;
  health: HealthView;
  row: number;
  column: number;
  isActive: boolean;
  onOpen: (ref: ObjectRef, anchor: HTMLElement) => void;
  metric: MatrixMetric;
  isCompact: boolean;
  past: Past | null;
};

/** A model everywhere, or a region for all models: roll-up and switch. */
export function HeadCell(props: Props) {
  const { kind, id, health, row, column, isActive, onOpen, metric, isCompact, past } = props;
  const { t, f } = useWords();
  const object = health[kind === "model" ? "models" : "regions"].find((each) => each.id === id);
  const control = useSwitch({ type: kind, id }, object?.switch ?? unknownSwitch);
  const targets = health.targets.filter((target) => target[kind] === id);
  const { on, of } = placesOn(targets, kind, id);
  const value =
    metric === "availability" && object !== undefined
      ? shownRatio(object.availability)
      : metricTotal(targets, metric);
  const total = metricFigure(value, metric, f);
  const totalText =
    metric === "p95" || past !== null
      ? ""
      : `${total.value}${total.unit === "" ? "" : ` ${total.unit}`}`;
  const rollUp = t(kind === "model" ? "matrix.regionsOn" : "matrix.modelsOn", {
    on: control.isOn ? on : 0,
    of,
  });
  const rollUpNow = kind === "model" && totalText !== "" ? `${totalText} · ${rollUp}` : rollUp;
  const downThen = targets.filter((target) => past?.targets.get(target.id)?.state === "down");
  const rollUpLine = past === null ? rollUpNow : t("film.down", { n: downThen.length });
  return (
    <CellFrame
      role={kind === "model" ? "rowheader" : "columnheader"}
      row={row}
      column={column}
      isActive={isActive}
      testId={`${kind}-${id}`}
      {...(past === null && {
        onToggle: control.toggle,
        onOpen: (anchor: HTMLElement) => {
          onOpen({ type: kind, id }, anchor);
        },
      })}
      className={clsx(
        "flex items-center gap-3",
        past === null && "hover:bg-hover",
        kind === "model" && "border-t border-line",
        kind === "region" && (isCompact ? "py-1.5" : "border-l border-line py-2.5"),
      )}
    >
      <Switch
        label={t(kind === "model" ? "matrix.switchModel" : "matrix.switchRegion", { id })}
        isOn={control.isOn}
        isMixed={targets.some((target) => !isOnBut(target, kind, id))}
        isPending={control.isPending}
        isDisabled={past !== null}
        tabIndex={-1}
        onToggle={control.toggle}
      />
      <div className="min-w-0 flex-1">
        <div className="flex items-baseline gap-2">
          <span className="overflow-hidden font-medium text-ellipsis whitespace-nowrap" title={id}>
            {id}
          </span>
          {kind === "region" && (
            <span className="ml-auto text-small whitespace-nowrap text-fg-2">{totalText}</span>
          )}
        </div>
        <div
          className={clsx(
            "truncate text-small",
            control.write === undefined ? "text-fg-3" : "text-fg-2",
          )}
        >
          {control.write === undefined || past !== null ? (
            rollUpLine
          ) : (
            <ProofLine write={control.write} isShort />
          )}
        </div>
      </div>
    </CellFrame>
  );
}

const unknownSwitch = {
  intent: "enabled",
  until: null,
  reason: null,
  actor: null,
  changedAt: null,
  revision: 0,
} as const;
