"use client";

import { ArrowDown, ArrowUp, Ellipsis, GripVertical } from "lucide-react";
import { clsx } from "clsx";
import dynamic from "next/dynamic";
import {
  type ComponentProps,
  type CSSProperties,
  type HTMLAttributes,
  type KeyboardEvent,
  type Ref,
  useRef,
  useState,
} from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { areShortcutsOn } from "@/components/lib/shortcuts-preference";
import { useSwitch } from "@/components/lib/writes/use-switch";
import { leaderMs } from "@/components/shell/keymap";
import { Button } from "@/components/ui/button";
import { Glyph } from "@/components/ui/glyph";
import { LoadBoundary } from "@/components/ui/load-boundary";
import { Switch } from "@/components/ui/switch";
import { Tag } from "@/components/ui/tag";
import type { ChainModel, SwitchView, TargetView } from "@/lib/shared/contract";
import { noValue } from "@/lib/shared/format";
import { ChainChip } from "./chain-chip";
import { lacksTexts } from "./lacks";

/** Fetched when the first one opens. */
const RowMenu = dynamic(() => import("./row-menu").then((module) => module.RowMenu), {
  ssr: false,
});

export interface RowMove {
  /** The place that it goes to. */
  readonly to: number;
  /** Which control keeps the focus. */
  readonly handle: "up" | "down" | "grip" | "menu";
}

/** What a row of the route's own page has more. */
interface RowFull {
  readonly known: ChainModel | undefined;
  readonly callsInWeek: number;
  /** Of the route's answered calls in the range; null of too few. */
  readonly share: number | null;
  readonly p95Ms: number | null;
  readonly onRemove: () => void;
}

export type ChainRowProps = {
  model: string;
  index: number;
  /** −1: it was not in the chain. */
  wasIndex: number;
  last: number;
  targets: readonly TargetView[];
  view: SwitchView | undefined;
  onMove: (move: RowMove) => void;
  full?: RowFull;
  /** Set by the list that can be dragged. */
  drag?: {
    rootRef: Ref<HTMLLIElement>;
    style: CSSProperties;
    isDragging: boolean;
    handle: HTMLAttributes<HTMLButtonElement>;
  };
};

/** One place of a chain: what it is, how it is, and how to move it. */
export function ChainRow(props: ChainRowProps) {
  const isPromotion = usePromotionKey();
  const { model, index, wasIndex, last, targets, view, onMove, full, drag } = props;
  const { t, f } = useWords();
  const isMoved = wasIndex !== index;
  const fastest = fastestP50(targets);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey && (event.code === "ArrowUp" || event.code === "ArrowDown")) {
      event.preventDefault();
      onMove({ to: index + (event.code === "ArrowUp" ? -1 : 1), handle: "grip" });
    } else if (event.key === "Delete" && full !== undefined) {
      event.preventDefault();
      full.onRemove();
    } else if (full !== undefined && isPromotion(event)) {
      event.preventDefault();
      onMove({ to: 0, handle: "grip" });
    }
  };
  return (
    <li
      ref={drag?.rootRef}
      style={drag?.style}
      onKeyDown={onKeyDown}
      data-testid={`chain-${model}`}
      className={clsx(
        "relative min-h-13 items-center gap-x-2 border-b border-line bg-surface py-2 pr-4 pl-2 last:border-b-0 touch:pl-0",
        full === undefined
          ? "grid grid-cols-[24px_20px_minmax(0,1fr)_auto] touch:grid-cols-[44px_20px_minmax(0,1fr)_auto]"
          : "chain-columns",
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
      {full !== undefined && view !== undefined && <ModelSwitch model={model} view={view} />}
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-2.5 gap-y-0.5">
          <span className="truncate text-[14px] leading-5 font-strong" title={model}>
            {model}
          </span>
          {isMoved && (
            <span className="text-micro font-medium text-accent-text">
              {wasIndex === -1 ? t("routes.new") : t("routes.was", { place: wasIndex + 1 })}
            </span>
          )}
          {index === last && last > 0 && full !== undefined && <Tag>{t("routes.lastResort")}</Tag>}
          <ChainChip targets={targets} isOff={view !== undefined && view.intent !== "enabled"} />
          {fastest !== null && (
            <span className="text-small text-fg-3">{t("matrix.p50", { ms: f.ms(fastest) })}</span>
          )}
        </div>
        {full?.known !== undefined && <Lacks known={full.known} callsInWeek={full.callsInWeek} />}
      </div>
      {full !== undefined && <Figures full={full} />}
      <RowButtons model={model} index={index} last={last} onMove={onMove} full={full} />
    </li>
  );
}

function ModelSwitch({ model, view }: { model: string; view: SwitchView }) {
  const { t } = useWords();
  const control = useSwitch({ type: "model", id: model }, view);
  return (
    <Switch
      label={t("routes.switch", { model })}
      isOn={control.isOn}
      isPending={control.isPending}
      onToggle={control.toggle}
    />
  );
}

function Lacks({ known, callsInWeek }: { known: ChainModel; callsInWeek: number }) {
  const { f, say } = useWords();
  return lacksTexts(known, callsInWeek, f).map((line) => (
    <p key={line.key} className="run mt-0.5 flex gap-1.5 text-small text-fg-2">
      <Glyph state="degraded" size={10} className="mt-1 shrink-0" />
      <span>{say(line)}</span>
    </p>
  ));
}

function Figures({ full }: { full: RowFull }) {
  const { t, f } = useWords();
  const { known, share, p95Ms } = full;
  const price = known?.priceUsdPerMTok ?? null;
  const figures = [
    ["served", f.percent(share)],
    ["p95", f.ms(p95Ms)],
    [
      "price",
      price === null ? noValue : `${f.money(price.input * 1e9)} · ${f.money(price.output * 1e9)}`,
    ],
  ] as const;
  return (
    <span className="chain-figures">
      {figures.map(([name, value]) => (
        <span key={name} className="text-small whitespace-nowrap md:text-right">
          <span className="text-micro text-fg-3 md:sr-only">{t(`routes.columns.${name}`)} </span>
          {value}
        </span>
      ))}
    </span>
  );
}

type ButtonsProps = Pick<ChainRowProps, "model" | "index" | "last" | "onMove"> & {
  full: RowFull | undefined;
};

function RowButtons({ model, index, last, onMove, full }: ButtonsProps) {
  const { t } = useWords();
  return (
    <span className="chain-buttons flex gap-0.5">
      <Button
        size="icon"
        aria-label={t("routes.up", { model })}
        data-focus={`up ${model}`}
        disabled={index === 0}
        onClick={() => {
          onMove({ to: index - 1, handle: index === 1 ? "down" : "up" });
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
          onMove({ to: index + 1, handle: index === last - 1 ? "up" : "down" });
        }}
      >
        <ArrowDown size={14} aria-hidden="true" />
      </Button>
      {full !== undefined && (
        <More model={model} index={index} last={last} onMove={onMove} onRemove={full.onRemove} />
      )}
    </span>
  );
}

function More(props: Omit<ComponentProps<typeof RowMenu>, "opener" | "onClose">) {
  const { t } = useWords();
  const { model } = props;
  /** The button, while its menu is open. */
  const [opener, setOpener] = useState<HTMLElement | null>(null);
  return (
    <span className="relative">
      <Button
        tone="ghost"
        size="icon"
        aria-label={t("routes.menu.open", { model })}
        aria-haspopup="menu"
        aria-expanded={opener !== null}
        data-focus={`menu ${model}`}
        onClick={({ currentTarget }) => {
          setOpener(opener === null ? currentTarget : null);
        }}
      >
        <Ellipsis size={14} aria-hidden="true" />
      </Button>
      {opener !== null && (
        <LoadBoundary fallback={null}>
          <RowMenu
            {...props}
            opener={opener}
            onClose={() => {
              setOpener(null);
            }}
          />
        </LoadBoundary>
      )}
    </span>
  );
}

/** Whether `p` was pressed by itself: after `g` it leads to another page. */
function usePromotionKey(): (event: KeyboardEvent) => boolean {
  const leaderAt = useRef(Number.NEGATIVE_INFINITY);
  return ({ code, timeStamp, shiftKey, ctrlKey, metaKey, altKey, nativeEvent }) => {
    if (code === "KeyG") {
      leaderAt.current = timeStamp;
    }
    return (
      code === "KeyP" &&
      !(shiftKey || ctrlKey || metaKey || altKey || nativeEvent.isComposing) &&
      timeStamp - leaderAt.current > leaderMs &&
      areShortcutsOn()
    );
  };
}

function fastestP50(targets: readonly TargetView[]): number | null {
  const known = targets.flatMap(({ p50Ms }) => (p50Ms === null ? [] : [p50Ms]));
  return known.length === 0 ? null : Math.min(...known);
}
