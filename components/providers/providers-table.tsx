"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { useNow } from "@/components/lib/live/provider";
import { useHealth } from "@/components/lib/live/views";
import { Button } from "@/components/ui/button";
import { Glyph } from "@/components/ui/glyph";
import { TableScroll } from "@/components/ui/table-scroll";
import { Tag } from "@/components/ui/tag";
import type { CredentialView, ProviderView } from "@/lib/shared/provider-contract";
import { OwnerTag } from "@/components/lib/owner-tag";
import { providerState } from "./provider-state";

type Props = {
  providers: readonly ProviderView[];
  onEdit: (provider: ProviderView) => void;
  onRemove: (provider: ProviderView) => void;
};

/** One line for each provider. */
export function ProvidersTable({ providers, onEdit, onRemove }: Props) {
  const { t } = useWords();
  return (
    <TableScroll label={t("providers.title")}>
      <table className="data-table">
        <thead>
          <tr>
            {(["provider", "state", "address", "keys", "regions", "models"] as const).map((key) => (
              <th key={key} scope="col">
                {t(`providers.columns.${key}`)}
              </th>
            ))}
            <th scope="col">
              <span className="sr-only">{t("providers.columns.actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
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
        </tbody>
      </table>
    </TableScroll>
  );
}

type RowProps = { provider: ProviderView; onEdit: () => void; onRemove: () => void };

/** What the targets of a provider without regions are called by: `globalRegion` of lib/config/targets. */
const noRegion = "global";

function ProviderRow({ provider, onEdit, onRemove }: RowProps) {
  const { t, f } = useWords();
  const { id, credentials, regions, models, owner } = provider;
  const isLocked = owner === "file";
  return (
    <tr data-testid={`provider-${id}`}>
      <th scope="row" className="py-1.5! text-body! font-regular! text-fg!">
        <span className="flex items-center gap-1.5">
          <span className="max-w-44 truncate font-medium" title={id}>
            {id}
          </span>
          {provider.mock && <Tag>{t("providers.mock")}</Tag>}
          <OwnerTag {...provider} />
        </span>
        <span className="block text-small text-fg-3">{t("providers.speaks")}</span>
      </th>
      <td>
        <ProviderState id={id} />
      </td>
      <td>
        <span className="mono block max-w-72 truncate" title={provider.baseUrl}>
          {provider.baseUrl}
        </span>
        {provider.allowPrivateNetwork && (
          <span className="block text-small text-fg-3">{t("providers.private")}</span>
        )}
      </td>
      <td>
        <ul className="grid gap-0.5 py-1">
          {credentials.map((credential) => (
            <li key={credential.id ?? ""}>
              <CredentialText credential={credential} isOneOf={credentials.length > 1} />
            </li>
          ))}
        </ul>
      </td>
      <td className="max-w-48 truncate" title={regions.map((one) => one.id).join(", ")}>
        {regions.length === 0 ? noRegion : regions.map((one) => one.id).join(", ")}
      </td>
      <td className="max-w-48 truncate" title={models.join(", ")}>
        {provider.anyModel ? t("providers.anyModel") : f.count(models.length)}
      </td>
      <td className="num">
        <Button
          tone="link"
          size="sm"
          aria-label={t(isLocked ? "providers.showOne" : "providers.editOne", { id })}
          onClick={onEdit}
        >
          {t(isLocked ? "providers.show" : "providers.edit")}
        </Button>
        {!isLocked && (
          <Button
            tone="link"
            size="sm"
            aria-label={t("providers.removeOne", { id })}
            onClick={onRemove}
          >
            {t("providers.remove")}
          </Button>
        )}
      </td>
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
