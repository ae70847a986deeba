import type { HealthView, TargetView } from "@/lib/shared/contract";
import { byUrgency, isImpaired, laneName } from "@/components/lib/targets/state";

/** One line of the grid: a model, or one of several providers of it. */
export interface GridRow {
  readonly model: string;
  /** 0 for the line that carries the model's head. */
  readonly lane: number;
  readonly lanes: number;
  /** By column; null where the model does not live. */
  readonly cells: readonly (TargetView | null)[];
  /** The provider's name, where the model has several. */
  readonly laneNames: readonly (string | null)[];
}

export interface Grid {
  readonly regions: readonly string[];
  readonly rows: readonly GridRow[];
}

/** Rows are models in this order, columns are regions; a cell with several targets becomes several lines. */
export function gridOf(health: HealthView, models: readonly string[]): Grid {
  const regions = health.regions.map(({ id }) => id);
  const rows = models.flatMap((id) => modelRows(id, regions, health.targets));
  return { regions, rows };
}

/** Models in the operator's order. */
export function modelsInOrder({ models }: HealthView): string[] {
  return models.map(({ id }) => id);
}

/** Models with an impaired target first, the worst of them before all; the others in the operator's order. */
export function problemsFirst(health: HealthView): string[] {
  const worst = [...health.targets].filter(isImpaired).sort(byUrgency);
  const hurt = new Set(worst.map(({ model }) => model));
  return [...hurt, ...modelsInOrder(health).filter((id) => !hurt.has(id))];
}

function modelRows(
  model: string,
  regions: readonly string[],
  all: readonly TargetView[],
): GridRow[] {
  const targets = all.filter((target) => target.model === model);
  const byRegion = regions.map((region) => targets.filter((target) => target.region === region));
  const lanes = Math.max(1, ...byRegion.map((cell) => cell.length));
  const hasProviders = new Set(targets.map(({ provider }) => provider)).size > 1 || lanes > 1;
  return Array.from({ length: lanes }, (_, lane) => {
    const cells = byRegion.map((cell) => cell[lane] ?? null);
    return {
      model,
      lane,
      lanes,
      cells,
      laneNames: cells.map((cell, column) =>
        cell === null || !hasProviders ? null : laneName(cell, byRegion[column] ?? []),
      ),
    };
  });
}

/** A place in the grid: row and column 0 are the heads. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

/** Where a key leads, or null when it does not move. Heads are part of the grid; the corner is not. */
export function moved(
  { row, column }: Place,
  key: string,
  isFar: boolean,
  size: { readonly rows: number; readonly columns: number },
): Place | null {
  const clamp = (value: number, max: number): number => Math.min(Math.max(value, 0), max);
  const to = (nextRow: number, nextColumn: number): Place | null => {
    const place = { row: clamp(nextRow, size.rows), column: clamp(nextColumn, size.columns) };
    const isCorner = place.row === 0 && place.column === 0;
    const isSame = place.row === row && place.column === column;
    return isCorner || isSame ? null : place;
  };
  switch (key) {
    case "ArrowUp":
      return to(row - 1, column);
    case "ArrowDown":
      return to(row + 1, column);
    case "ArrowLeft":
      return to(row, column - 1);
    case "ArrowRight":
      return to(row, column + 1);
    case "Home":
      return isFar ? to(1, 1) : to(row, row === 0 ? 1 : 0);
    case "End":
      return isFar ? to(size.rows, size.columns) : to(row, size.columns);
    default:
      return null;
  }
}
