"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Segments } from "@/components/ui/segments";
import type { CredentialView } from "@/lib/shared/provider-contract";
import type { SecretDraft } from "./provider-draft";
import { CredentialText } from "./providers-table";

type Props = {
  label: string;
  secret: SecretDraft;
  /** What is there; undefined for a new one. */
  there: CredentialView | undefined;
  problem: string | undefined;
  isLocked?: boolean;
  onSecret: (secret: SecretDraft) => void;
};

const kinds = ["key", "reference"] as const;

/** A key is typed blind and never shown again; a variable of the gateway is named. */
export function SecretField({ label, secret, there, problem, isLocked = false, onSecret }: Props) {
  const { t } = useWords();
  if (secret.kind === "keep" && there !== undefined) {
    return (
      <div>
        <p className="mb-1 text-small text-fg-2">{label}</p>
        <p className="flex min-h-7.5 flex-wrap items-center gap-x-3 gap-y-1">
          <CredentialText credential={there} isOneOf={false} />
          {!isLocked && (
            <Button
              size="sm"
              aria-label={t("providers.form.replaceOne", { label })}
              onClick={() => {
                onSecret({ kind: "key", text: "" });
              }}
            >
              {t("providers.form.replace")}
            </Button>
          )}
        </p>
        {problem !== undefined && (
          <p role="alert" className="run text-small">
            {problem}
          </p>
        )}
      </div>
    );
  }
  const isReference = secret.kind === "reference";
  return (
    <div>
      <Field
        label={label}
        type={isReference ? "text" : "password"}
        isMono={isReference}
        value={secret.kind === "keep" ? "" : secret.text}
        placeholder={isReference ? "env:ACME_KEY" : undefined}
        hint={t(isReference ? "providers.form.referenceHint" : "providers.form.keyHint")}
        problem={problem}
        onValue={(text) => {
          onSecret({ kind: isReference ? "reference" : "key", text });
        }}
      />
      <div className="mt-1.5 flex flex-wrap items-center gap-2">
        <Segments
          label={t("providers.form.secretKind")}
          options={kinds.map((kind) => ({ value: kind, label: t(`providers.form.kind.${kind}`) }))}
          value={isReference ? "reference" : "key"}
          onChange={(kind) => {
            onSecret({ kind, text: "" });
          }}
        />
        {there !== undefined && (
          <Button
            size="sm"
            tone="link"
            onClick={() => {
              onSecret({ kind: "keep" });
            }}
          >
            {t("providers.form.keep")}
          </Button>
        )}
      </div>
    </div>
  );
}
