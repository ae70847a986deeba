"use client";

import { useWords } from "@/components/lib/i18n/provider";
import type { ObjectKind } from "@/components/lib/object-kinds";
import { Check } from "@/components/ui/field";
import { Segments } from "@/components/ui/segments";
import { columns } from "./list";
import type { List } from "./use-list";

type Props = { kind: ObjectKind; list: List };

/** Which columns the list has, and how high its lines are. */
export function ColumnPicker({ kind, list }: Props) {
  const { t } = useWords();
  return (
    <div className="grid justify-items-start gap-3 rounded-panel border border-line bg-sunken px-3 py-2.5">
      <fieldset className="flex flex-wrap gap-x-4 gap-y-1">
        <legend className="sr-only">{t("objects.layout")}</legend>
        {columns.map((column) => (
          <Check
            key={column}
            label={t(`objects.columns.${column}`, { kind })}
            isOn={list.columns.has(column)}
            disabled={list.columns.has(column) && list.columns.size === 1}
            onChange={(isOn) => {
              const next = new Set(list.columns);
              if (isOn) {
                next.add(column);
              } else {
                next.delete(column);
              }
              list.showColumns(next);
            }}
          />
        ))}
      </fieldset>
      <Segments
        label={t("objects.density.label")}
        value={list.isCompact ? "compact" : "roomy"}
        options={(["roomy", "compact"] as const).map((value) => ({
          value,
          label: t(`objects.density.${value}`),
        }))}
        onChange={(value) => {
          list.setCompact(value === "compact");
        }}
      />
    </div>
  );
}
