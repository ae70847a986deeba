"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { Cell, NameCell, StackedTable } from "@/components/ui/stacked-table";
import type { ModelView } from "@/lib/shared/provider-contract";
import { noValue } from "@/lib/shared/format";
import { abilities } from "./model-draft";
import { OwnerTag } from "@/components/lib/owner-tag";
import { RowActions } from "./row-actions";

type Props = {
  models: readonly ModelView[];
  onEdit: (model: ModelView) => void;
  onRemove: (model: ModelView) => void;
};

const columns = [
  ["model", false],
  ["places", false],
  ["input", true],
  ["output", true],
  ["cachedInput", true],
  ["context", true],
  ["abilities", false],
  ["routes", false],
] as const;

/** One line for each model: who answers for it, at what price, and what it can do. */
export function ModelsTable({ models, onEdit, onRemove }: Props) {
  const { t, f } = useWords();
  const price = (value: number | null | undefined): string =>
    value === null || value === undefined ? noValue : f.money(value * 1e9);
  return (
    <StackedTable
      label={t("providers.models.title")}
      columns={columns.map(([key, isNumber]) => ({ label: label(key), isNumber }))}
      actions={t("providers.columns.actions")}
    >
      {models.map((model) => (
        <tr key={model.id} role="row" data-testid={`model-${model.id}`}>
          <NameCell>
            <span className="flex items-center gap-1.5">
              <span className="truncate font-medium md:max-w-52" title={model.id}>
                {model.id}
              </span>
              <OwnerTag {...model} />
            </span>
          </NameCell>
          <Cell label={label("places")} className="md:max-w-56 md:truncate">
            {model.targets.map(({ provider }) => provider).join(", ")}
          </Cell>
          {(["input", "output", "cachedInput"] as const).map((part) => (
            <Cell key={part} label={label(part)} className="num">
              {price(model.price?.[part])}
            </Cell>
          ))}
          <Cell label={label("context")} className="num">
            {model.capabilities.context === null || model.capabilities.context === undefined
              ? noValue
              : f.compact(model.capabilities.context)}
          </Cell>
          <Cell label={label("abilities")} className="text-fg-2 md:max-w-56 md:truncate">
            {abilitiesText(model)}
          </Cell>
          <Cell label={label("routes")} className="md:max-w-40 md:truncate">
            {model.routes.length === 0 ? noValue : model.routes.join(", ")}
          </Cell>
          <RowActions
            row={model}
            onEdit={() => {
              onEdit(model);
            }}
            onRemove={() => {
              onRemove(model);
            }}
          />
        </tr>
      ))}
    </StackedTable>
  );

  function label(key: (typeof columns)[number][0]): string {
    return t(`providers.models.columns.${key}`);
  }

  function abilitiesText({ capabilities }: ModelView): string {
    const can = abilities.filter((ability) => capabilities[ability] === true);
    return can.length === 0
      ? noValue
      : can.map((ability) => t(`providers.ability.${ability}`)).join(", ");
  }
}
