"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { useNow } from "@/components/lib/live/provider";
import { useHealth } from "@/components/lib/live/views";
import { Glyph } from "@/components/ui/glyph";
import { Cell, NameCell, StackedTable } from "@/components/ui/stacked-table";
import { Tag } from "@/components/ui/tag";
import type { CredentialView, ProviderView } from "@/lib/shared/provider-contract";
import { OwnerTag } from "@/components/lib/owner-tag";
import { providerState } from "./provider-state";
import { RowActions } from "./row-actions";

type Props = {
  providers: readonly ProviderView[];
  onEdit: (provider: ProviderView) => void;
  onRemove: (provider: ProviderView) => void;
};

const columns = ["provider", "state", "address", "keys", "regions", "models"] as const;

/** One line for each provider. */
export function ProvidersTable({ providers, onEdit, onRemove }: Props) {
  const { t } = useWords();
  return (
    <StackedTable
      label={t("providers.title")}
      columns={columns.map((key) => ({
        label: t(`providers.columns.${key}`),
        isNumber: key === "models",
      }))}
      actions={t("providers.columns.actions")}
    >
      {providers.map((provider) => (
        <ProviderRow
          key={provider.id}
          provider={provider}
          onEdit={() => {
            onEdit(provider);
          }}
          onRemove={() => {
            onRemove(provider);
          }}
        />
      ))}
    </StackedTable>
  );
}

type RowProps = { provider: ProviderView; onEdit: () => void; onRemove: () => void };

/** What the targets of a provider without regions are called by: `globalRegion` of lib/config/targets. */
const noRegion = "global";

function ProviderRow({ provider, onEdit, onRemove }: RowProps) {
  const { t, f } = useWords();
  const { id, credentials, regions, models } = provider;
  return (
    <tr role="row" data-testid={`provider-${id}`}>
      <NameCell>
        <span className="flex items-center gap-1.5">
          <span className="truncate md:max-w-44 font-medium" title={id}>
            {id}
          </span>
          {provider.mock && <Tag>{t("providers.mock")}</Tag>}
          <OwnerTag {...provider} />
        </span>
        <span className="block text-small text-fg-3">{t("providers.speaks")}</span>
      </NameCell>
      <Cell>
        <ProviderState id={id} />
      </Cell>
      <Cell label={t("providers.columns.address")}>
        <span className="mono block md:max-w-72 md:truncate" title={provider.baseUrl}>
          {provider.baseUrl}
        </span>
        {provider.allowPrivateNetwork && (
          <span className="block text-small text-fg-3">{t("providers.private")}</span>
        )}
      </Cell>
      <Cell label={t("providers.columns.keys")}>
        <ul className="grid gap-0.5 md:py-1">
          {credentials.map((credential) => (
            <li key={credential.id ?? ""}>
              <CredentialText credential={credential} isOneOf={credentials.length > 1} />
            </li>
          ))}
        </ul>
      </Cell>
      <Cell
        label={t("providers.columns.regions")}
        className="md:max-w-48 md:truncate"
        title={regions.map((one) => one.id).join(", ")}
      >
        {regions.length === 0 ? noRegion : regions.map((one) => one.id).join(", ")}
      </Cell>
      <Cell label={t("providers.columns.models")} className="num" title={models.join(", ")}>
        {provider.anyModel ? t("providers.anyModel") : f.count(models.length)}
      </Cell>
      <RowActions row={provider} onEdit={onEdit} onRemove={onRemove} />
    </tr>
  );
}

function ProviderState({ id }: { id: string }) {
  const { t } = useWords();
  const targets = useHealth().data?.targets.filter(({ provider }) => provider === id) ?? [];
  if (targets.length === 0) {
    return <span className="text-fg-3">{t("providers.noTarget")}</span>;
  }
  const { state, impaired } = providerState(targets);
  return (
    <span className="inline-flex items-center gap-1.5">
      <Glyph state={state} size={12} />
      {t(`state.${state}`)}
      {impaired > 0 && (
        <span className="text-small text-fg-3">
          {t("providers.ofTargets", { n: impaired, of: targets.length })}
        </span>
      )}
    </span>
  );
}

type CredentialProps = { credential: CredentialView; isOneOf: boolean };

/** What may be said of a secret: where it is, how it ends, and since when. */
export function CredentialText({ credential, isOneOf }: CredentialProps) {
  const { t, f } = useWords();
  const nowMs = useNow();
  const { id, kind, name, last4, setAt, readable } = credential;
  const isNamed = kind === "env" || kind === "file";
  return (
    <span className="inline-flex items-center gap-1.5">
      {isOneOf && <span className="text-fg-3">{id ?? t("providers.firstKey")}</span>}
      <span className="mono">{isNamed ? `${kind}:${name ?? ""}` : `••••${last4 ?? ""}`}</span>
      {setAt !== null && (
        <span className="text-small text-fg-3">
          {t("providers.setAgo", { ago: f.duration(Math.max(0, nowMs - setAt)) })}
        </span>
      )}
      {kind === "literal" && <span className="text-small text-fg-3">{t("providers.literal")}</span>}
      {!readable && (
        <span className="inline-flex items-center gap-1 text-small">
          <Glyph state="degraded" size={10} />
          {t("providers.unreadable")}
        </span>
      )}
    </span>
  );
}
