"use client";

import { clsx } from "clsx";
import { type KeyboardEvent, useCallback, useMemo, useRef, useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { useHeldOrder } from "@/components/lib/held-order";
import type { ObjectRef } from "@/components/lib/writes/model";
import { Key } from "@/components/ui/key";
import type { HealthView } from "@/lib/shared/contract";
import { CompactCell } from "./compact-cell";
import type { Past, PastTarget } from "./film";
import { gridOf, modelsInOrder, moved, type Place, problemsFirst } from "./grid";
import { HeadCell } from "./head-cell";
import { useKeptInView } from "./kept-in-view";
import { ObjectPopover } from "./lazy-popover";
import type { MatrixMetric, Scale } from "./metric";
import { EmptyCell, TargetCell } from "./target-cell";

type Props = {
  health: HealthView;
  /** One line a target, in the operator's order; else all that is known, problems first. */
  isCompact: boolean;
  metric: MatrixMetric;
  scale: Scale | null;
  past: Past | null;
};

interface Opened {
  readonly ref: ObjectRef;
  readonly anchor: HTMLElement;
}

/** Of more rows than these only those near the window are laid out and painted. */
const manyRows = 40;

/** A target that is newer than the film. */
const unfilmed: PastTarget = { state: "no_data", strip: [null] };

const placeOf = (element: Element | null): Place | null => {
  const cell = element?.closest<HTMLElement>("[data-row]");
  return cell === null || cell === undefined
    ? null
    : { row: Number(cell.dataset["row"]), column: Number(cell.dataset["column"]) };
};

/** The grid for a desk: one cell is in the tab order, arrows move, Enter explains, Space switches. */
export function MatrixGrid({ health, isCompact, metric, scale, past }: Props) {
  const { t } = useWords();
  const wanted = useMemo(
    () => (isCompact ? modelsInOrder(health) : problemsFirst(health)),
    [health, isCompact],
  );
  const { order, inside } = useHeldOrder(wanted);
  const { regions, rows } = gridOf(health, order);
  const [active, setActive] = useState<Place>({ row: 1, column: 1 });
  const [opened, setOpened] = useState<Opened | null>(null);
  const element = useRef<HTMLDivElement>(null);
  const keepInView = useKeptInView(element);
  const isActive = (row: number, column: number): boolean =>
    active.row === row && active.column === column;
  const open = useCallback(
    (ref: ObjectRef, anchor: HTMLElement) => {
      setOpened({ ref, anchor });
    },
    [setOpened],
  );

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const place = placeOf(event.target as Element);
    if (place === null || event.altKey || event.metaKey) {
      return;
    }
    const size = { rows: rows.length, columns: regions.length };
    const next = moved(place, event.key, event.ctrlKey, size);
    if (next === null) {
      return;
    }
    event.preventDefault();
    const cell = headOf(element.current, next) ?? cellOf(element.current, next);
    cell?.focus();
    keepInView();
  };

  return (
    <div className="max-md:hidden">
      <div
        ref={element}
        role="grid"
        aria-label={t("matrix.title")}
        aria-rowcount={rows.length + 1}
        aria-colcount={regions.length + 1}
        data-many={rows.length > manyRows || undefined}
        tabIndex={-1}
        onKeyDown={onKeyDown}
        {...inside}
        onFocus={(event) => {
          const place = placeOf(event.target);
          if (place !== null) {
            setActive(place);
          }
          inside.onFocus();
        }}
        className={clsx(
          "-mx-4 grid scroll-x",
          isCompact ? "[--cell-height:34px]" : "[--cell-height:94px]",
        )}
        style={{
          gridTemplateColumns: `minmax(184px, 216px) repeat(${regions.length}, minmax(222px, 1fr))`,
        }}
      >
        <div role="row" aria-rowindex={1} className="contents">
          <div role="columnheader" aria-colindex={1}>
            <span className="sr-only">{t("matrix.model")}</span>
          </div>
          {regions.map((id, index) => (
            <HeadCell
              key={id}
              kind="region"
              id={id}
              health={health}
              row={0}
              column={index + 1}
              isActive={isActive(0, index + 1)}
              onOpen={open}
              metric={metric}
              isCompact={isCompact}
              past={past}
            />
          ))}
        </div>
        {rows.map((row, rowIndex) => (
          <div
            role="row"
            aria-rowindex={rowIndex + 2}
            key={`${row.model} ${row.lane}`}
            className="contents"
          >
            {row.lane === 0 ? (
              <HeadCell
                kind="model"
                id={row.model}
                health={health}
                row={rowIndex + 1}
                column={0}
                isActive={isActive(rowIndex + 1, 0)}
                onOpen={open}
                metric={metric}
                isCompact={isCompact}
                past={past}
              />
            ) : (
              <div role="rowheader" aria-colindex={1}>
                <span className="sr-only">{row.model}</span>
              </div>
            )}
            {row.cells.map((target, index) => {
              const place = { row: rowIndex + 1, column: index + 1 };
              const shared = {
                ...place,
                lane: row.lane,
                isActive: isActive(place.row, place.column),
              };
              const key = regions[index];
              if (target === null) {
                return <EmptyCell key={key} {...shared} isCompact={isCompact} />;
              }
              const own = {
                target,
                laneName: row.laneNames[index] ?? null,
                onOpen: open,
                ...shared,
              };
              return isCompact ? (
                <CompactCell key={key} {...own} />
              ) : (
                <TargetCell
                  key={key}
                  {...own}
                  metric={metric}
                  scale={scale}
                  past={past === null ? null : (past.targets.get(target.id) ?? unfilmed)}
                />
              );
            })}
          </div>
        ))}
      </div>
      <p className="flex justify-end gap-3.5 border-t border-line pt-2.5 text-small text-fg-3">
        <span>
          <Key>←↑↓→</Key> {t("matrix.keys.move")}
        </span>
        <span>
          <Key>⏎</Key> {t("matrix.keys.why")}
        </span>
        <span>
          <Key>Space</Key> {t("matrix.keys.switch")}
        </span>
        <span>
          <Key>f</Key> {t("matrix.keys.worst")}
        </span>
        <span>
          <Key>b</Key> {t("matrix.keys.probe")}
        </span>
      </p>
      {opened !== null && (
        <ObjectPopover
          key={`${opened.ref.type} ${opened.ref.id}`}
          health={health}
          objectRef={opened.ref}
          anchor={opened.anchor}
          onClose={() => {
            setOpened(null);
          }}
        />
      )}
    </div>
  );
}

function cellOf(grid: HTMLElement | null, { row, column }: Place): HTMLElement | null {
  return grid?.querySelector(`[data-row="${row}"][data-column="${column}"]`) ?? null;
}

/** A model's later lines have no head of their own: the head above stands for them. */
function headOf(grid: HTMLElement | null, { row, column }: Place): HTMLElement | null {
  for (let above = row; column === 0 && above > 0; above -= 1) {
    const head = cellOf(grid, { row: above, column });
    if (head !== null) {
      return head;
    }
  }
  return null;
}
