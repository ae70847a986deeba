"use client";

import { ArrowDown, ArrowUp, X } from "lucide-react";
import { useId, useState } from "react";
import { sendChange } from "@/components/lib/api";
import { useWords } from "@/components/lib/i18n/provider";
import { useSave } from "@/components/lib/use-save";
import { useStoredDraft } from "@/components/lib/use-stored-draft";
import { DialogHead } from "@/components/shell/dialog-head";
import { DraftNote } from "@/components/shell/draft-note";
import { FormProblem } from "@/components/shell/form-problem";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Choice, Field } from "@/components/ui/field";
import { Tag } from "@/components/ui/tag";
import type { HealthView, RouteRequest } from "@/lib/shared/contract";
import { emptyRoute, isNewRoute, type NewRoute, newRouteProblems } from "./new-route";
import { reordered } from "./order";

type Props = { health: HealthView; onClose: () => void };

/** A new route: what applications ask for, and who answers, in order. */
export function NewRouteForm({ health, onClose }: Props) {
  const { t, say } = useWords();
  const save = useSave();
  const typed = useStoredDraft<NewRoute>({
    name: "route",
    initial: emptyRoute,
    isKind: isNewRoute,
  });
  const [isChecked, setChecked] = useState(false);
  const draft = typed.value;
  const problems = newRouteProblems(draft, health, isChecked);
  const change = (part: Partial<NewRoute>): void => {
    typed.set({ ...draft, ...part });
  };
  const send = (): void => {
    setChecked(true);
    const { id, chain } = newRouteProblems(draft, health, true);
    if (id !== null || chain !== null) {
      return;
    }
    const name = draft.id.trim();
    const reason = draft.reason.trim();
    const body: RouteRequest = { chain: [...draft.chain], ...(reason !== "" && { reason }) };
    const path = `/api/routes/${encodeURIComponent(name)}`;
    save.run(
      name,
      () => sendChange({ method: "PUT", path, body, ifMatch: "new" }),
      () => {
        typed.forget();
        onClose();
      },
    );
  };
  return (
    <Dialog labelledBy="new-route" shape="drawer" onClose={onClose}>
      <DialogHead id="new-route" title={t("routes.create")} onClose={onClose} />
      <form
        className="grid gap-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <DraftNote draft={typed} />
        <Field
          label={t("routes.form.name")}
          hint={t("routes.form.nameHint")}
          value={draft.id}
          isMono
          autoCapitalize="off"
          data-autofocus=""
          problem={problems.id === null ? save.problemOf("id") : say(problems.id)}
          onValue={(id) => {
            change({ id });
          }}
        />
        <ChainField
          chain={draft.chain}
          models={health.models.map(({ id }) => id)}
          problem={problems.chain === null ? undefined : say(problems.chain)}
          onChain={(chain) => {
            change({ chain });
          }}
        />
        <Field
          label={t("form.reason")}
          value={draft.reason}
          onValue={(reason) => {
            change({ reason });
          }}
        />
        <FormProblem problem={save.problem} shownBy={(field) => field === "id"} />
        <div className="flex flex-wrap justify-end gap-2">
          <Button
            onClick={() => {
              typed.discard();
              onClose();
            }}
          >
            {t("confirm.cancel")}
          </Button>
          <Button type="submit" tone="primary" disabled={save.isBusy}>
            {t("routes.create")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

type ChainProps = {
  chain: readonly string[];
  models: readonly string[];
  problem: string | undefined;
  onChain: (chain: readonly string[]) => void;
};

function ChainField({ chain, models, problem, onChain }: ChainProps) {
  const { t } = useWords();
  const noteId = useId();
  const rest = models.filter((model) => !chain.includes(model));
  const choices = [
    { value: "", label: t("routes.form.choose") },
    ...rest.map((model) => ({ value: model, label: model })),
  ];
  return (
    <fieldset className="grid gap-2" aria-describedby={noteId}>
      <legend className="text-small text-fg-2">{t("routes.form.chain")}</legend>
      <p id={noteId} className="run text-small text-fg-3">
        {t(models.length === 0 ? "routes.form.noModels" : "routes.form.chainHint")}
      </p>
      {chain.length > 0 && (
        <ol className="grid gap-1" data-testid="new-chain">
          {chain.map((model, index) => (
            <li
              key={model}
              className="flex items-center gap-1 rounded-control border border-line py-0.5 pr-1 pl-2.5"
            >
              <span className="w-5 text-fg-3">{index + 1}</span>
              <span className="min-w-0 truncate" title={model}>
                {model}
              </span>
              {index > 0 && index === chain.length - 1 && <Tag>{t("routes.lastResort")}</Tag>}
              <span className="ml-auto flex">
                <Button
                  size="icon"
                  tone="ghost"
                  aria-label={t("routes.up", { model })}
                  disabled={index === 0}
                  onClick={() => {
                    onChain(reordered(chain, index, index - 1));
                  }}
                >
                  <ArrowUp size={14} aria-hidden="true" />
                </Button>
                <Button
                  size="icon"
                  tone="ghost"
                  aria-label={t("routes.down", { model })}
                  disabled={index === chain.length - 1}
                  onClick={() => {
                    onChain(reordered(chain, index, index + 1));
                  }}
                >
                  <ArrowDown size={14} aria-hidden="true" />
                </Button>
                <Button
                  size="icon"
                  tone="ghost"
                  aria-label={t("routes.remove", { model })}
                  onClick={() => {
                    onChain(chain.filter((one) => one !== model));
                  }}
                >
                  <X size={14} aria-hidden="true" />
                </Button>
              </span>
            </li>
          ))}
        </ol>
      )}
      {rest.length > 0 && (
        <Choice
          label={t("routes.form.add")}
          value=""
          options={choices}
          problem={problem}
          onValue={(model) => {
            onChain([...chain, model]);
          }}
        />
      )}
    </fieldset>
  );
}
