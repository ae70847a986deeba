"use client";

import { X } from "lucide-react";
import { sendChange } from "@/components/lib/api";
import { useWords } from "@/components/lib/i18n/provider";
import { useHealth } from "@/components/lib/live/views";
import { useSave } from "@/components/lib/use-save";
import { useStoredDraft } from "@/components/lib/use-stored-draft";
import { DialogHead } from "@/components/shell/dialog-head";
import { DraftNote } from "@/components/shell/draft-note";
import { FormProblem } from "@/components/shell/form-problem";
import { useWeighed } from "@/components/shell/weighed";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Check, Choice, Field } from "@/components/ui/field";
import type { ModelView, ProvidersView } from "@/lib/shared/provider-contract";
import {
  abilities,
  emptyModel,
  isModelDraft,
  type Known,
  lostPlaces,
  type ModelDraft,
  modelDraftOf,
  type PlaceDraft,
  toModelRequest,
} from "./model-draft";

type Props = {
  view: ProvidersView;
  /** Null: a new one. */
  model: ModelView | null;
  onClose: () => void;
};

const ownFields =
  /^(?:id|price\.\w+|capabilities\.(?:context|output)|targets\.\d+\.(?:upstreamModel|regions))$/;
const knowns: readonly Known[] = ["unknown", "yes", "no"];

/** A model: who answers for it, what it costs, and what it can do. */
export function ModelForm({ view, model, onClose }: Props) {
  const { t } = useWords();
  const save = useSave();
  const routes = useHealth().data?.routes ?? [];
  const providers = view.providers.map(({ id }) => ({ value: id, label: id }));
  const typed = useStoredDraft<ModelDraft>({
    name: model === null ? "model" : `model:${model.id}`,
    initial: model === null ? emptyModel(providers[0]?.value ?? "") : modelDraftOf(model),
    revision: view.revision,
    isKind: isModelDraft,
  });
  const draft = typed.value;
  const isLocked = model?.owner === "file";
  const change = (part: Partial<ModelDraft>): void => {
    typed.set({ ...draft, ...part });
  };
  const drop = (): void => {
    typed.discard();
    onClose();
  };
  const changePlace = (index: number, part: Partial<PlaceDraft>): void => {
    const places = draft.places.map((one, at) => (at === index ? { ...one, ...part } : one));
    change({ places });
  };
  const weighed = useWeighed({
    request: model === null || isLocked ? null : lostPlaces(model, draft),
    name: draft.id,
    reason: draft.reason,
    onReason: (reason) => {
      change({ reason });
    },
  });
  const isNameTaken = model === null && view.models.some(({ id }) => id === draft.id.trim());
  const send = (ifMatch: number | null): void => {
    const id = draft.id.trim();
    save.run(
      id,
      () =>
        sendChange({
          method: "PUT",
          path: `/api/models/${encodeURIComponent(id)}`,
          body: toModelRequest(draft),
          ...(ifMatch !== null && { ifMatch }),
        }),
      () => {
        typed.forget();
        onClose();
      },
    );
  };
  const number = (
    key: "input" | "output" | "cachedInput" | "context" | "outputTokens",
    field: string,
  ) => (
    <Field
      label={t(`providers.modelForm.${key}`)}
      value={draft[key]}
      inputMode="decimal"
      problem={save.problemOf(field)}
      onValue={(value) => {
        change({ [key]: value });
      }}
    />
  );
  return (
    <Dialog labelledBy="model-form" shape="drawer" onClose={onClose}>
      <DialogHead
        id="model-form"
        title={model === null ? t("providers.models.add") : model.id}
        onClose={onClose}
      />
      <form
        className="grid gap-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (weighed.isEnough()) {
            send(typed.basedOn);
          }
        }}
      >
        <DraftNote draft={typed} />
        {isLocked && (
          <p className="run rounded-control bg-sunken px-3 py-2 text-small text-fg-2">
            {t("providers.form.locked", { path: model.ownerPath ?? "" })}
          </p>
        )}
        <fieldset className="grid gap-4" disabled={isLocked}>
          <legend className="sr-only">{t("providers.form.basics")}</legend>
          <Field
            label={t("providers.modelForm.id")}
            value={draft.id}
            disabled={model !== null}
            hint={t("providers.modelForm.idHint")}
            problem={
              isNameTaken
                ? t("providers.form.taken", { id: draft.id.trim() })
                : save.problemOf("id")
            }
            onValue={(id) => {
              change({ id });
            }}
          />
          <fieldset className="grid gap-2">
            <legend className="mb-1 font-strong">{t("providers.modelForm.places")}</legend>
            {draft.places.map((place, index) => (
              <div
                key={index}
                className="grid grid-cols-[1fr_1fr_1fr_auto] items-start gap-2 phone:grid-cols-[1fr_auto]"
              >
                <Choice
                  label={t("providers.columns.provider")}
                  value={place.provider}
                  options={providers}
                  onValue={(provider) => {
                    changePlace(index, { provider });
                  }}
                />
                <Field
                  className="phone:col-start-1"
                  label={t("providers.modelForm.upstream")}
                  value={place.upstreamModel}
                  placeholder={draft.id}
                  problem={save.problemOf(`targets.${index}.upstreamModel`)}
                  onValue={(upstreamModel) => {
                    changePlace(index, { upstreamModel });
                  }}
                />
                <Field
                  className="phone:col-start-1"
                  label={t("providers.modelForm.regions")}
                  value={place.regions}
                  placeholder={t("providers.modelForm.allRegions")}
                  problem={save.problemOf(`targets.${index}.regions`)}
                  onValue={(regions) => {
                    changePlace(index, { regions });
                  }}
                />
                <Button
                  size="icon"
                  tone="ghost"
                  className="mt-5.5 phone:col-start-2 phone:row-start-1"
                  disabled={draft.places.length === 1}
                  aria-label={t("providers.modelForm.dropPlace", { id: place.provider })}
                  onClick={() => {
                    change({ places: draft.places.filter((_, at) => at !== index) });
                  }}
                >
                  <X size={15} aria-hidden="true" />
                </Button>
              </div>
            ))}
            <Button
              size="sm"
              className="justify-self-start"
              onClick={() => {
                const provider = providers[0]?.value ?? "";
                const place = { provider, upstreamModel: "", regions: "" };
                change({ places: [...draft.places, place] });
              }}
            >
              {t("providers.modelForm.addPlace")}
            </Button>
          </fieldset>
          <fieldset>
            <legend className="mb-1 font-strong">{t("providers.modelForm.price")}</legend>
            <p className="run mb-2 text-small text-fg-3">{t("providers.modelForm.priceHint")}</p>
            <div className="grid grid-cols-3 gap-2 phone:grid-cols-1">
              {number("input", "price.input")}
              {number("output", "price.output")}
              {number("cachedInput", "price.cachedInput")}
            </div>
          </fieldset>
          <fieldset>
            <legend className="mb-1 font-strong">{t("providers.modelForm.abilities")}</legend>
            <p className="run mb-2 text-small text-fg-3">
              {t("providers.modelForm.abilitiesHint")}
            </p>
            <div className="grid grid-cols-3 gap-2 phone:grid-cols-2">
              {number("context", "capabilities.context")}
              {number("outputTokens", "capabilities.output")}
              {abilities.map((ability) => (
                <Choice
                  key={ability}
                  label={t(`providers.ability.${ability}`)}
                  value={draft.abilities[ability]}
                  options={knowns.map((value) => ({ value, label: t(`providers.known.${value}`) }))}
                  onValue={(value) => {
                    change({ abilities: { ...draft.abilities, [ability]: value } });
                  }}
                />
              ))}
            </div>
          </fieldset>
          {routes.length > 0 && (
            <fieldset className="grid gap-0.5">
              <legend className="mb-1 font-strong">{t("providers.modelForm.routes")}</legend>
              <p className="run text-small text-fg-3">{t("providers.modelForm.routesHint")}</p>
              {routes.map(({ id }) => (
                <Check
                  key={id}
                  label={id}
                  isOn={draft.routes.includes(id)}
                  disabled={model?.routes.includes(id) === true}
                  onChange={(isOn) => {
                    const others = draft.routes.filter((route) => route !== id);
                    change({ routes: isOn ? [...others, id] : others });
                  }}
                />
              ))}
            </fieldset>
          )}
          {!isLocked && weighed.fields}
        </fieldset>
        <FormProblem
          problem={save.problem}
          shownBy={(field) => ownFields.test(field)}
          onTheirs={drop}
          onMine={() => {
            send(null);
          }}
        />
        <div className="sticky bottom-0 -mx-5 -mb-5 flex flex-wrap justify-end gap-2 border-t border-line bg-raised px-5 py-3">
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
    </Dialog>
  );
}
