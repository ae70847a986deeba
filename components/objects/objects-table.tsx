import { ArrowDown, ArrowUp } from "lucide-react";
import { clsx } from "clsx";
import type { ReactNode } from "react";
import type { useHeldOrder } from "@/components/lib/held-order";
import { useWords } from "@/components/lib/i18n/provider";
import type { ObjectKind } from "@/components/lib/object-kinds";
import { TableScroll } from "@/components/ui/table-scroll";
import { columns, type ListedObject, nextSort, type Sort, type SortKey } from "./list";
import { ObjectRow } from "./object-row";
import { RowCheck } from "./row-check";
import { type Chosen, type List, sayInAddress } from "./use-list";

type Props = {
  kind: ObjectKind;
  list: List;
  objects: readonly ListedObject[];
  chosen: Chosen;
  /** Keeps the lines where they are while somebody is among them. */
  inside: ReturnType<typeof useHeldOrder>["inside"];
};

/** One line for each, its name in sight however far the rest is scrolled. */
export function ObjectsTable({ kind, list, objects, chosen, inside }: Props) {
  const { t } = useWords();
  const shown = columns.filter((column) => list.columns.has(column));
  const ids = objects.map(({ id }) => id);
  return (
    <TableScroll label={t(`objects.title.${kind}`)}>
      <table className="data-table list-table" data-compact={list.isCompact || undefined}>
        <thead>
          <tr>
            <SortHead column="name" sort={list.sort} label={t(`objects.${kind}`)}>
              <RowCheck
                label={t("objects.chooseAll")}
                isOn={chosen.ids.length === ids.length}
                isPart={chosen.ids.length > 0}
                onChange={(isOn) => {
                  chosen.choose(ids, isOn);
                }}
              />
            </SortHead>
            <SortHead column="state" sort={list.sort} label={t("objects.columns.state")} />
            {shown.map((column) => (
              <SortHead
                key={column}
                column={column}
                sort={list.sort}
                label={t(`objects.columns.${column}`, { kind })}
              />
            ))}
          </tr>
        </thead>
        <tbody {...inside}>
          {objects.map((object) => (
            <ObjectRow
              key={object.id}
              kind={kind}
              object={object}
              shown={shown}
              isChosen={chosen.ids.includes(object.id)}
              onChoose={(isChosen) => {
                chosen.choose([object.id], isChosen);
              }}
            />
          ))}
        </tbody>
      </table>
    </TableScroll>
  );
}

const words: ReadonlySet<SortKey> = new Set(["name", "state", "hour", "errors", "error"]);

type HeadProps = { column: SortKey; sort: Sort; label: string; children?: ReactNode };

/** A column's name, which sorts by it. */
function SortHead({ column, sort, label, children }: HeadProps) {
  const isNumber = !words.has(column);
  const isSorted = sort.key === column;
  const Arrow = sort.isDescending ? ArrowDown : ArrowUp;
  const direction = sort.isDescending ? "descending" : "ascending";
  return (
    <th
      scope="col"
      className={clsx(isNumber && "num", isSorted && "text-fg!", column === "ttft" && "min-w-20")}
      aria-sort={isSorted ? direction : undefined}
    >
      <span className="inline-flex items-center gap-1">
        {children}
        <button
          type="button"
          className={clsx(
            "inline-flex min-h-6 items-center gap-1 hover:text-fg touch:min-h-11",
            isNumber ? "text-right" : "text-left",
          )}
          onClick={() => {
            sayInAddress("sort", nextSort(sort, column));
          }}
        >
          {label}
          {isSorted && <Arrow size={12} aria-hidden="true" />}
        </button>
      </span>
    </th>
  );
}
