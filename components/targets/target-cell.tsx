"use client";

import { clsx } from "clsx";
import { memo } from "react";
import { Strip } from "@/components/charts/strip";
import { useWords } from "@/components/lib/i18n/provider";
import { useNow } from "@/components/lib/live/provider";
import { shownState } from "@/components/lib/targets/state";
import { sayLine, whyTexts } from "@/components/lib/targets/why";
import { useSwitch } from "@/components/lib/writes/use-switch";
import { type TargetView } from "@/lib/shared/contract";
import { CellFrame } from "./cell-frame";
import { type Place } from "./grid";
import { StateLine } from "./state-line";
import { StatsLine } from "./stats-line";
import { useTargetReading } from "./target-reading";

type Props = {
  target: TargetView;
  laneName: string | null;
  lane: number;
  place: Place;
  isActive: boolean;
  onOpen: (anchor: HTMLElement) => void;
};

const washes: Partial<Record<TargetView["state"], string>> = {
  down: "bg-down-wash",
  degraded: "bg-degraded-wash",
};

/** One target: its state, sixty minutes of it, what it costs in time, and why it is so. */
export const TargetCell = memo(function TargetCell(props: Props) {
  const { target, laneName, lane, place, isActive, onOpen } = props;
  const { t, f } = useWords();
  const nowMs = useNow();
  const control = useSwitch({ type: "target", id: target.id }, target.switch);
  const reading = useTargetReading(target);
  const why = sayLine(t, whyTexts(target, f, nowMs));
  const line = control.proofLine ?? why;
  const state = shownState(target);
  return (
    <CellFrame
      role="gridcell"
      place={place}
      isActive={isActive}
      testId={`target-${target.id}`}
      onToggle={control.toggle}
      onOpen={onOpen}
      className={clsx(
        "border-l border-line py-3 hover:bg-hover",
        lane === 0 && "border-t",
        washes[state],
      )}
    >
      <StateLine
        target={target}
        control={control}
        label={[target.model, target.region, ...(laneName === null ? [] : [laneName])].join(", ")}
        note={laneName}
        tabIndex={-1}
      />
      <span className="sr-only">{reading}</span>
      <div className="mt-1.5">
        <Strip strip={target.strip} />
      </div>
      <StatsLine target={target} />
      <p
        title={line}
        data-testid="why"
        aria-hidden="true"
        className={clsx(
          "line-clamp-2 min-h-8 text-small text-pretty",
          control.proofLine !== null || state !== "healthy" ? "text-fg-2" : "text-fg-3",
        )}
      >
        {line}
      </p>
    </CellFrame>
  );
});

type EmptyProps = { place: Place; isActive: boolean; lane: number };

/** A model that does not live in a region. */
export function EmptyCell({ place, isActive, lane }: EmptyProps) {
  const { t } = useWords();
  return (
    <CellFrame
      role="gridcell"
      place={place}
      isActive={isActive}
      className={clsx("border-l border-line py-3 text-small text-fg-3", lane === 0 && "border-t")}
    >
      <span className={lane === 0 ? undefined : "sr-only"}>{t("matrix.notOffered")}</span>
    </CellFrame>
  );
}
