"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { providersQueries } from "@/components/lib/queries";
import { QueryState } from "@/components/shell/query-state";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import type { ModelView, ProviderView } from "@/lib/shared/provider-contract";
import { ModelForm } from "./model-form";
import { ModelsTable } from "./models-table";
import { ProviderForm } from "./provider-form";
import { ProvidersTable } from "./providers-table";
import { RemoveSheet, type Removed } from "./remove-sheet";

/** What is open beside the tables. `null` in `provider` or `model`: a new one. */
type Open =
  | { readonly kind: "provider"; readonly provider: ProviderView | null }
  | { readonly kind: "model"; readonly model: ModelView | null }
  | { readonly kind: "remove"; readonly removed: Removed };

/** Who answers calls and for which models: everything that the configuration says of them, and no secret. */
export function ProvidersView() {
  const { t } = useWords();
  const query = useQuery(providersQueries.view());
  const [open, setOpen] = useState<Open | null>(null);
  const view = query.data;
  const close = (): void => {
    setOpen(null);
  };
  return (
    <div className="grid gap-5">
      <Panel
        id="providers"
        title={t("providers.title")}
        subtitle={t("providers.subtitle")}
        aside={
          <Button
            disabled={view === undefined}
            onClick={() => {
              setOpen({ kind: "provider", provider: null });
            }}
          >
            {t("providers.add")}
          </Button>
        }
      >
        <QueryState query={query} skeleton="h-40" />
        {view?.providers.length === 0 && (
          <p className="run py-6 text-fg-2">
            {t(view.known.some(({ mock }) => mock) ? "providers.empty" : "providers.emptyAlone")}
          </p>
        )}
        {view !== undefined && view.providers.length > 0 && (
          <ProvidersTable
            providers={view.providers}
            onEdit={(provider) => {
              setOpen({ kind: "provider", provider });
            }}
            onRemove={(provider) => {
              setOpen({
                kind: "remove",
                removed: {
                  type: "provider",
                  id: provider.id,
                  revision: view.revision,
                  usedBy: provider.models,
                },
              });
            }}
          />
        )}
      </Panel>
      <Panel
        id="provider-models"
        title={t("providers.models.title")}
        subtitle={t("providers.models.subtitle")}
        aside={
          <Button
            disabled={view === undefined || view.providers.length === 0}
            onClick={() => {
              setOpen({ kind: "model", model: null });
            }}
          >
            {t("providers.models.add")}
          </Button>
        }
      >
        {view === undefined && <QueryState query={query} skeleton="h-40" />}
        {view?.models.length === 0 && (
          <p className="run py-6 text-fg-2">{t("providers.models.empty")}</p>
        )}
        {view !== undefined && view.models.length > 0 && (
          <ModelsTable
            models={view.models}
            onEdit={(model) => {
              setOpen({ kind: "model", model });
            }}
            onRemove={(model) => {
              setOpen({
                kind: "remove",
                removed: {
                  type: "model",
                  id: model.id,
                  revision: view.revision,
                  usedBy: model.routes,
                },
              });
            }}
          />
        )}
      </Panel>
      {open?.kind === "provider" && view !== undefined && (
        <ProviderForm view={view} provider={open.provider} onClose={close} />
      )}
      {open?.kind === "model" && view !== undefined && (
        <ModelForm view={view} model={open.model} onClose={close} />
      )}
      {open?.kind === "remove" && <RemoveSheet removed={open.removed} onClose={close} />}
    </div>
  );
}
