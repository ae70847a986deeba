"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import type { CredentialView } from "@/lib/shared/provider-contract";
import type { CredentialDraft } from "./provider-draft";
import { Removable } from "./removable";
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
        <Removable
          key={index}
          dropLabel={t("providers.form.dropCredential", { id: one.id })}
          onDrop={() => {
            onCredentials(credentials.filter((_, place) => place !== index));
          }}
          head={
            <Field
              className="flex-1"
              label={t("providers.form.credentialId")}
              value={one.id}
              problem={problemOf(`credentials.${index}.id`)}
              disabled={there.some(({ id }) => id === one.id && one.secret.kind === "keep")}
              onValue={(id) => {
                change(index, { id });
              }}
            />
          }
        >
          <SecretField
            label={
              one.id.trim() === ""
                ? t("providers.form.key")
                : t("providers.form.keyOf", { id: one.id })
            }
            secret={one.secret}
            there={there.find(({ id }) => id === one.id)}
            problem={problemOf(`credentials.${index}.secret`)}
            isLocked={isLocked}
            onSecret={(secret) => {
              change(index, { secret });
            }}
          />
        </Removable>
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
