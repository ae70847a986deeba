"use client";

import { ArrowDown, ArrowUp, GripVertical } from "lucide-react";
import { clsx } from "clsx";
import { type CSSProperties, type HTMLAttributes, type KeyboardEvent, type Ref } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { Button } from "@/components/ui/button";
import { type SwitchView, type TargetView } from "@/lib/shared/contract";
import { ChainChip } from "./chain-chip";

export interface RowMove {
  readonly by: 1 | -1;
  /** Which control keeps the focus. */
  readonly handle: "up" | "down" | "grip";
}

export type ChainRowProps = {
  model: string;
  index: number;
  wasIndex: number;
  last: number;
  targets: readonly TargetView[];
  view: SwitchView | undefined;
  onMove: (move: RowMove) => void;
  /** Set by the list that can be dragged. */
  drag?: {
    rootRef: Ref<HTMLLIElement>;
    style: CSSProperties;
    isDragging: boolean;
    handle: HTMLAttributes<HTMLButtonElement>;
  };
};

/** One place of a chain: what it is, how it is, and how to move it. */
export function ChainRow({
  model,
  index,
  wasIndex,
  last,
  targets,
  view,
  onMove,
  drag,
}: ChainRowProps) {
  const { t, f } = useWords();
  const isMoved = wasIndex !== index;
  const fastest = fastestP50(targets);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey && (event.code === "ArrowUp" || event.code === "ArrowDown")) {
      event.preventDefault();
      onMove({ by: event.code === "ArrowUp" ? -1 : 1, handle: "grip" });
    }
  };
  return (
    <li
      ref={drag?.rootRef}
      style={drag?.style}
      onKeyDown={onKeyDown}
      data-testid={`chain-${model}`}
      className={clsx(
        "relative grid min-h-13 grid-cols-[24px_20px_minmax(0,1fr)_auto] items-center gap-x-2 border-b border-line bg-surface py-2 pr-4 pl-2 last:border-b-0 touch:grid-cols-[44px_20px_minmax(0,1fr)_auto] touch:pl-0",
        isMoved && "shadow-[inset_3px_0_0_var(--accent)]",
        drag?.isDragging === true && "z-10 bg-raised shadow-pop",
      )}
    >
      <button
        type="button"
        aria-label={t("routes.grip", { model })}
        data-focus={`grip ${model}`}
        {...drag?.handle}
        className="grid h-7 w-6 cursor-grab touch-none place-items-center rounded-[4px] text-fg-3 hover:bg-hover touch:size-11"
      >
        <GripVertical size={14} aria-hidden="true" />
      </button>
      <span className="text-center text-lead font-medium text-fg-2">{index + 1}</span>
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-2.5 gap-y-0.5">
          <span className="truncate text-[14px] leading-5 font-strong" title={model}>
            {model}
          </span>
          {isMoved && (
            <span className="text-micro font-medium text-accent-text">
              {t("routes.was", { place: wasIndex + 1 })}
            </span>
          )}
          <ChainChip targets={targets} isOff={view !== undefined && view.intent !== "enabled"} />
          {fastest !== null && (
            <span className="text-small text-fg-3">{t("matrix.p50", { ms: f.ms(fastest) })}</span>
          )}
        </div>
      </div>
      <span className="flex gap-0.5">
        <Button
          size="icon"
          aria-label={t("routes.up", { model })}
          data-focus={`up ${model}`}
          disabled={index === 0}
          onClick={() => {
            onMove({ by: -1, handle: index === 1 ? "down" : "up" });
          }}
        >
          <ArrowUp size={14} aria-hidden="true" />
        </Button>
        <Button
          size="icon"
          aria-label={t("routes.down", { model })}
          data-focus={`down ${model}`}
          disabled={index === last}
          onClick={() => {
            onMove({ by: 1, handle: index === last - 1 ? "up" : "down" });
          }}
        >
          <ArrowDown size={14} aria-hidden="true" />
        </Button>
      </span>
    </li>
  );
}

function fastestP50(targets: readonly TargetView[]): number | null {
  const known = targets.flatMap(({ p50Ms }) => (p50Ms === null ? [] : [p50Ms]));
  return known.length === 0 ? null : Math.min(...known);
}
