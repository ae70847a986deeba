"use client";

import { X } from "lucide-react";
import { useWords } from "@/components/lib/i18n/provider";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import type { CredentialView } from "@/lib/shared/provider-contract";
import type { CredentialDraft } from "./provider-draft";
import { SecretField } from "./secret-field";

type Props = {
  credentials: readonly CredentialDraft[];
  there: readonly CredentialView[];
  isLocked: boolean;
  problemOf: (field: string) => string | undefined;
  onCredentials: (credentials: readonly CredentialDraft[]) => void;
};

/** More accounts of the same provider: targets of their own, for limits that one account does not suffice for. */
export function CredentialFields({
  credentials,
  there,
  isLocked,
  problemOf,
  onCredentials,
}: Props) {
  const { t } = useWords();
  const change = (index: number, part: Partial<CredentialDraft>): void => {
    onCredentials(credentials.map((one, place) => (place === index ? { ...one, ...part } : one)));
  };
  return (
    <fieldset className="grid gap-3" disabled={isLocked}>
      <legend className="mb-1 font-strong">{t("providers.form.credentials")}</legend>
      <p className="run text-small text-fg-3">{t("providers.form.credentialsHint")}</p>
      {credentials.map((one, index) => (
        <div key={index} className="grid gap-2 rounded-control border border-line p-3">
          <div className="grid grid-cols-[1fr_auto] items-end gap-2">
            <Field
              label={t("providers.form.credentialId")}
              value={one.id}
              disabled={there.some(({ id }) => id === one.id && one.secret.kind === "keep")}
              onValue={(id) => {
                change(index, { id });
              }}
            />
            <Button
              size="icon"
              tone="ghost"
              aria-label={t("providers.form.dropCredential", { id: one.id })}
              onClick={() => {
                onCredentials(credentials.filter((_, place) => place !== index));
              }}
            >
              <X size={15} aria-hidden="true" />
            </Button>
          </div>
          <SecretField
            label={t("providers.form.keyOf", { id: one.id })}
            secret={one.secret}
            there={there.find(({ id }) => id === one.id)}
            problem={problemOf(`credentials.${index}.secret`)}
            isLocked={isLocked}
            onSecret={(secret) => {
              change(index, { secret });
            }}
          />
        </div>
      ))}
      {!isLocked && (
        <Button
          size="sm"
          className="justify-self-start"
          onClick={() => {
            onCredentials([...credentials, { id: "", secret: { kind: "key", text: "" } }]);
          }}
        >
          {t("providers.form.addCredential")}
        </Button>
      )}
    </fieldset>
  );
}
