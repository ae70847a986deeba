"use client";

import { useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { sendChange, sendJson } from "@/components/lib/api";
import { type FieldTexts, failureText, fieldText, fieldTexts } from "@/components/lib/refusal-text";
import { useWords } from "@/components/lib/i18n/provider";
import { isSame } from "@/components/lib/stored-draft";
import { useSave } from "@/components/lib/use-save";
import { type Typed, useStoredDraft } from "@/components/lib/use-stored-draft";
import { DialogHead } from "@/components/shell/dialog-head";
import { DraftNote } from "@/components/shell/draft-note";
import { FormProblem } from "@/components/shell/form-problem";
import { useWeighed } from "@/components/shell/weighed";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Check, Field } from "@/components/ui/field";
import { intoView } from "@/components/ui/into-view";
import type { ConnectionResult, ProvidersView, ProviderView } from "@/lib/shared/provider-contract";
import { CredentialFields } from "./credential-fields";
import { KnownProviders } from "./known-providers";
import {
  draftOf,
  emptyDraft,
  emptySecrets,
  isProviderDraft,
  lostRegions,
  type ProviderDraft,
  toRequest,
  toTestRequest,
  withListed,
  withoutTypedSecrets,
} from "./provider-draft";
import { RegionFields } from "./region-fields";
import { SecretField } from "./secret-field";
import { TestResult } from "./test-result";

type Props = {
  view: ProvidersView;
  /** Null: a new one. */
  provider: ProviderView | null;
  onClose: () => void;
};

type Testing =
  | { readonly state: "idle" | "running" }
  | { readonly state: "done"; readonly result: ConnectionResult }
  | { readonly state: "failed"; readonly fields: FieldTexts; readonly text: string };

const mostShown = 40;
const ownFields = /^(?:id|baseUrl|secret|regions\.\d+|credentials\.\d+)(?:\.|$)/;

/** Whether what is wrong with `field` is said beside it. */
function isOwnField(field: string): boolean {
  return ownFields.test(field);
}

/** A provider, tried before it is saved. */
export function ProviderForm({ view, provider, onClose }: Props) {
  const { t } = useWords();
  const typed = useStoredDraft<ProviderDraft | null>({
    name: provider === null ? "provider" : `provider:${provider.id}`,
    initial: provider === null ? null : draftOf(provider),
    revision: view.revision,
    isKind: isProviderDraft,
    withoutSecrets: withoutTypedSecrets,
  });
  const [isChosen, setChosen] = useState(false);
  const draft = typed.value;
  const title =
    provider === null ? t("providers.add") : t("providers.form.title", { id: provider.id });
  return (
    <Dialog labelledBy="provider-form" shape="drawer" onClose={onClose}>
      <DialogHead id="provider-form" title={title} onClose={onClose} />
      {draft === null ? (
        <KnownProviders
          known={view.known}
          onChoose={(chosen) => {
            setChosen(true);
            typed.set(chosen ?? emptyDraft);
          }}
        />
      ) : (
        <DraftForm
          view={view}
          provider={provider}
          draft={draft}
          typed={typed}
          hasFocus={isChosen}
          onClose={onClose}
        />
      )}
    </Dialog>
  );
}

type DraftProps = Props & {
  draft: ProviderDraft;
  typed: Typed<ProviderDraft | null>;
  /** It takes the place of the choice that had the focus. */
  hasFocus: boolean;
};

function DraftForm({ view, provider, draft, typed, hasFocus, onClose }: DraftProps) {
  const { t } = useWords();
  const save = useSave();
  const [testing, setTesting] = useState<Testing>({ state: "idle" });
  const form = useRef<HTMLFormElement>(null);
  const [isChecked, setChecked] = useState(false);
  const missing = emptySecrets(draft);
  // A try takes seconds, in which somebody types on.
  const latest = useRef(draft);
  useEffect(() => {
    latest.current = draft;
  }, [draft]);
  const isLocked = provider?.owner === "file";
  const change = (part: Partial<ProviderDraft>): void => {
    const next = { ...draft, ...part };
    typed.set(next);
    // What was tried is not what stands there now.
    if (!isSame(toTestRequest(draft), toTestRequest(next))) {
      setTesting({ state: "idle" });
    }
  };
  const drop = (): void => {
    typed.discard();
    onClose();
  };
  const problemOf = (field: string): string | undefined => {
    if (isChecked && missing.includes(field)) {
      return t("providers.form.keyNeeded");
    }
    const told = testing.state === "failed" ? fieldText(testing.fields, field) : undefined;
    return save.problemOf(field) ?? told;
  };
  const lacks = (fields: readonly string[]): boolean => {
    if (fields.length === 0) {
      return false;
    }
    // What is missing may be far above the button.
    flushSync(() => {
      setChecked(true);
    });
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    return true;
  };
  const test = (): void => {
    if (lacks(missing.filter((field) => field === "secret"))) {
      return;
    }
    setTesting({ state: "running" });
    save.clear();
    const order = { method: "POST", path: "/api/connection-tests" } as const;
    sendJson<ConnectionResult>({ ...order, body: toTestRequest(draft) })
      .then((result) => {
        setTesting({ state: "done", result });
        if (provider === null) {
          typed.set(withListed(latest.current, result.models));
        }
      })
      .catch((error: unknown) => {
        setTesting({
          state: "failed",
          fields: fieldTexts(error, t),
          text: failureText(error, t),
        });
      });
  };
  const send = (ifMatch: number | null): void => {
    const id = draft.id.trim();
    save.run(
      id,
      () =>
        sendChange({
          method: "PUT",
          path: `/api/providers/${encodeURIComponent(id)}`,
          body: toRequest(draft),
          ...(ifMatch !== null && { ifMatch }),
        }),
      () => {
        typed.forget();
        onClose();
      },
    );
  };
  const weighed = useWeighed({
    request: provider === null || isLocked ? null : lostRegions(provider, draft),
    name: draft.id,
    reason: draft.reason,
    onReason: (reason) => {
      change({ reason });
    },
  });
  const isNameTaken = provider === null && view.providers.some(({ id }) => id === draft.id.trim());
  return (
    <form
      ref={form}
      className="grid gap-4"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!lacks(missing) && weighed.isEnough()) {
          send(typed.basedOn);
        }
      }}
    >
      <DraftNote draft={typed} lacksSecrets={missing.length > 0} />
      {isLocked && (
        <p className="run rounded-control bg-sunken px-3 py-2 text-small text-fg-2">
          {t("providers.form.locked", { path: provider.ownerPath ?? "" })}
        </p>
      )}
      <fieldset className="grid gap-3" disabled={isLocked}>
        <legend className="sr-only">{t("providers.form.basics")}</legend>
        <Field
          label={t("providers.form.id")}
          value={draft.id}
          disabled={provider !== null}
          autoFocus={hasFocus}
          hint={t("providers.form.idHint")}
          problem={
            isNameTaken ? t("providers.form.taken", { id: draft.id.trim() }) : problemOf("id")
          }
          onValue={(id) => {
            change({ id });
          }}
        />
        <Field
          label={t("providers.form.baseUrl")}
          value={draft.baseUrl}
          isMono
          hint={t("providers.form.baseUrlHint")}
          problem={problemOf("baseUrl")}
          onValue={(baseUrl) => {
            change({ baseUrl });
          }}
        />
        <SecretField
          label={t("providers.form.key")}
          secret={draft.secret}
          there={provider?.credentials.find(({ id }) => id === null)}
          problem={problemOf("secret")}
          isLocked={isLocked}
          onSecret={(secret) => {
            change({ secret });
          }}
        />
        <Check
          label={t("providers.form.private")}
          hint={t("providers.form.privateHint")}
          isOn={draft.allowPrivateNetwork}
          onChange={(allowPrivateNetwork) => {
            change({ allowPrivateNetwork });
          }}
        />
        <Check
          label={t("providers.form.anyModel")}
          hint={t("providers.form.anyModelHint", { id: draft.id || "acme" })}
          isOn={draft.anyModel}
          onChange={(anyModel) => {
            change({ anyModel });
          }}
        />
      </fieldset>
      {testing.state === "done" && <TestResult result={testing.result} />}
      {testing.state === "failed" && ![...testing.fields.texts.keys()].some(isOwnField) && (
        <p role="alert" ref={intoView} className="run text-small">
          {testing.text}
        </p>
      )}
      {draft.models.length > 0 && <BroughtModels draft={draft} onDraft={typed.set} />}
      <RegionFields
        regions={draft.regions}
        isLocked={isLocked}
        problemOf={problemOf}
        onRegions={(regions) => {
          change({ regions });
        }}
      />
      <CredentialFields
        credentials={draft.credentials}
        there={provider?.credentials ?? []}
        isLocked={isLocked}
        problemOf={problemOf}
        onCredentials={(credentials) => {
          change({ credentials });
        }}
      />
      {!isLocked && weighed.fields}
      <FormProblem
        problem={save.problem}
        shownBy={isOwnField}
        onTheirs={drop}
        onMine={() => {
          send(null);
        }}
      />
      <div className="sticky bottom-0 -mx-5 -mb-5 flex flex-wrap justify-end gap-2 border-t border-line bg-raised px-5 py-3">
        <Button className="mr-auto" disabled={testing.state === "running"} onClick={test}>
          {t(testing.state === "running" ? "providers.test.running" : "providers.test.run")}
        </Button>
        <Button onClick={drop}>{t(isLocked ? "popover.close" : "confirm.cancel")}</Button>
        {!isLocked && (
          <Button
            type="submit"
            tone="primary"
            disabled={save.isBusy || weighed.isAsking || isNameTaken || draft.id.trim() === ""}
          >
            {t("providers.form.save")}
          </Button>
        )}
      </div>
    </form>
  );
}

type BroughtProps = { draft: ProviderDraft; onDraft: (draft: ProviderDraft) => void };

/** The models that are added with a new provider, in the same revision. */
function BroughtModels({ draft, onDraft }: BroughtProps) {
  const { t } = useWords();
  const [isAll, setAll] = useState(false);
  const shown = isAll ? draft.models : draft.models.slice(0, mostShown);
  return (
    <fieldset className="grid gap-1">
      <legend className="mb-1 font-strong">{t("providers.form.brought")}</legend>
      <p className="run text-small text-fg-3">{t("providers.form.broughtHint")}</p>
      <div className="grid grid-cols-2 gap-x-4 phone:grid-cols-1">
        {shown.map((model) => (
          <Check
            key={model.upstreamModel}
            label={<span className="break-all">{model.upstreamModel}</span>}
            isOn={model.isWanted}
            onChange={(isWanted) => {
              onDraft({
                ...draft,
                models: draft.models.map((one) =>
                  one.upstreamModel === model.upstreamModel ? { ...one, isWanted } : one,
                ),
              });
            }}
          />
        ))}
      </div>
      {shown.length < draft.models.length && (
        <Button
          size="sm"
          tone="link"
          className="justify-self-start"
          onClick={() => {
            setAll(true);
          }}
        >
          {t("providers.form.allModels", { n: draft.models.length })}
        </Button>
      )}
    </fieldset>
  );
}
