"use client";

import { clsx } from "clsx";
import { useWords } from "@/components/lib/i18n/provider";
import { Button } from "@/components/ui/button";
import { TableScroll } from "@/components/ui/table-scroll";
import type { ModelView } from "@/lib/shared/provider-contract";
import { noValue } from "@/lib/shared/format";
import { abilities } from "./model-draft";
import { OwnerTag } from "@/components/lib/owner-tag";

type Props = {
  models: readonly ModelView[];
  onEdit: (model: ModelView) => void;
  onRemove: (model: ModelView) => void;
};

const columns = [
  ["model", false],
  ["places", false],
  ["price", true],
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
    <TableScroll label={t("providers.models.title")}>
      <table className="data-table">
        <thead>
          <tr>
            {columns.map(([key, isNumber]) => (
              <th
                key={key}
                scope="col"
                className={clsx(isNumber && "num", key === "abilities" && "pl-4!")}
              >
                {t(`providers.models.columns.${key}`)}
              </th>
            ))}
            <th scope="col">
              <span className="sr-only">{t("providers.columns.actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <tr key={model.id} data-testid={`model-${model.id}`}>
              <th scope="row" className="align-middle! text-body! font-regular! text-fg!">
                <span className="flex items-center gap-1.5">
                  <span className="max-w-52 truncate font-medium" title={model.id}>
                    {model.id}
                  </span>
                  <OwnerTag {...model} />
                </span>
              </th>
              <td className="max-w-56 truncate">
                {model.targets.map(({ provider }) => provider).join(", ")}
              </td>
              <td className="num">
                {model.price === null
                  ? noValue
                  : `${price(model.price.input)} · ${price(model.price.output)} · ${price(model.price.cachedInput)}`}
              </td>
              <td className="num">
                {model.capabilities.context === null || model.capabilities.context === undefined
                  ? noValue
                  : f.compact(model.capabilities.context)}
              </td>
              <td className="max-w-56 truncate pl-4! text-fg-2">{abilitiesText(model)}</td>
              <td className="max-w-40 truncate">
                {model.routes.length === 0 ? noValue : model.routes.join(", ")}
              </td>
              <td className="num">
                <Button
                  tone="link"
                  size="sm"
                  aria-label={t(
                    model.owner === "file" ? "providers.showOne" : "providers.editOne",
                    { id: model.id },
                  )}
                  onClick={() => {
                    onEdit(model);
                  }}
                >
                  {t(model.owner === "file" ? "providers.show" : "providers.edit")}
                </Button>
                {model.owner !== "file" && (
                  <Button
                    tone="link"
                    size="sm"
                    aria-label={t("providers.removeOne", { id: model.id })}
                    onClick={() => {
                      onRemove(model);
                    }}
                  >
                    {t("providers.remove")}
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableScroll>
  );

  function abilitiesText({ capabilities }: ModelView): string {
    const can = abilities.filter((ability) => capabilities[ability] === true);
    return can.length === 0
      ? noValue
      : can.map((ability) => t(`providers.ability.${ability}`)).join(", ");
  }
}
