"use client";

import { useId } from "react";
import { useWords } from "@/components/lib/i18n/provider";

type Props = {
  chain: readonly string[];
  models: readonly string[];
  onChoose: (model: string) => void;
};

/** Who is asked when everybody above has failed: the last place of the chain, to be chosen by name. */
export function LastResort({ chain, models, onChoose }: Props) {
  const { t } = useWords();
  const id = useId();
  const last = chain.length < 2 ? "" : (chain.at(-1) ?? "");
  return (
    <div className="grid gap-x-4 gap-y-1.5 md:grid-cols-[auto_minmax(0,1fr)] md:items-center">
      <span className="flex items-center gap-2">
        <label htmlFor={id} className="text-small font-medium whitespace-nowrap">
          {t("routes.lastResort")}
        </label>
        <select
          id={id}
          value={last}
          onChange={(event) => {
            onChoose(event.target.value);
          }}
          className="h-7.5 max-w-60 min-w-0 rounded-control border border-line-control bg-surface px-2 touch:h-11"
        >
          {last === "" && <option value="">–</option>}
          {models.map((model) => (
            <option key={model} value={model} disabled={chain.length < 2 && chain.includes(model)}>
              {model}
            </option>
          ))}
        </select>
      </span>
      <p className="run text-small text-fg-2">
        {t(last === "" ? "routes.lastResortNone" : "routes.lastResortDoes")}
      </p>
    </div>
  );
}
