"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import { type ChangeEvent, useState } from "react";
import { sendChange, sendJson } from "@/components/lib/api";
import { lineText } from "@/components/lib/line-text";
import { useWords } from "@/components/lib/i18n/provider";
import { useNow } from "@/components/lib/live/provider";
import { failureText, refusalWords } from "@/components/lib/refusal-text";
import { isLike } from "@/components/lib/stored-draft";
import { useSave } from "@/components/lib/use-save";
import { useStoredDraft } from "@/components/lib/use-stored-draft";
import { DraftNote } from "@/components/shell/draft-note";
import { FormProblem } from "@/components/shell/form-problem";
import { ImpactList } from "@/components/shell/impact-list";
import { QueryState } from "@/components/shell/query-state";
import { useSaid } from "@/components/shell/said-fields";
import { Button } from "@/components/ui/button";
import { TextArea } from "@/components/ui/field";
import { Glyph } from "@/components/ui/glyph";
import { Panel } from "@/components/ui/panel";
import type { ImportPreview, SettingsView } from "@/lib/shared/settings-contract";
import { mayHoldSecret } from "./import-text";

type Props = { query: UseQueryResult<SettingsView> };

type Looking =
  | { readonly state: "idle" | "running" }
  | { readonly state: "seen"; readonly text: string; readonly preview: ImportPreview }
  | { readonly state: "failed"; readonly problem: string };

/** The whole configuration as a file, out and in again; nothing is applied before it was looked at. */
export function FilePanel({ query }: Props) {
  const { t } = useWords();
  const view = query.data;
  return (
    <Panel
      id="file"
      title={t("settings.file.title")}
      subtitle={t("settings.file.note")}
      aside={
        <a
          href="/api/config"
          download="bellwether.yaml"
          className="inline-flex h-7.5 items-center rounded-control border border-line-strong bg-surface px-3 font-medium text-fg hover:bg-hover hover:no-underline touch:h-11"
        >
          {t("settings.file.export")}
        </a>
      }
    >
      <QueryState query={query} skeleton="h-[232px]" />
      {view?.file === null && <ImportForm />}
      {typeof view?.file === "string" && (
        <p className="run rounded-control bg-sunken px-3 py-2 text-fg-2">
          {t("settings.file.owned", { path: view.file })}
        </p>
      )}
    </Panel>
  );
}

const isText = isLike<string>("");
const withoutKeys = (text: string): string => (mayHoldSecret(text) ? "" : text);

function ImportForm() {
  const { t } = useWords();
  const save = useSave();
  const typed = useStoredDraft({
    name: "import",
    initial: "",
    isKind: isText,
    withoutSecrets: withoutKeys,
  });
  const text = typed.value;
  const why = useStoredDraft({ name: "import:reason", initial: "", isKind: isText });
  const [looking, setLooking] = useState<Looking>({ state: "idle" });
  const seen = looking.state === "seen" && looking.text === text ? looking.preview : null;
  const impact = seen?.impact ?? null;
  const said = useSaid({
    name: t("settings.file.word"),
    isGrave: impact?.tier === "T2",
    reason: why.value,
    onReason: why.set,
  });
  const change = (next: string): void => {
    typed.set(next);
    setLooking({ state: "idle" });
  };
  const look = (): void => {
    setLooking({ state: "running" });
    sendJson<ImportPreview>({ method: "POST", path: "/api/config/preview", body: { text } })
      .then((preview) => {
        setLooking({ state: "seen", text, preview });
      })
      .catch((error: unknown) => {
        setLooking({ state: "failed", problem: failureText(error, t) });
      });
  };
  const apply = (ifMatch: number): void => {
    const { reason } = said;
    save.run(
      t("settings.file.imported"),
      () =>
        sendChange({
          method: "PUT",
          path: "/api/config",
          body: { text, ...(reason !== null && { reason }) },
          ifMatch,
        }),
      () => {
        typed.discard();
        why.discard();
        setLooking({ state: "idle" });
      },
    );
  };
  return (
    <div className="grid gap-3">
      <DraftNote draft={typed} />
      <TextArea
        label={t("settings.file.text")}
        hint={
          mayHoldSecret(text)
            ? `${t("settings.file.hint")} ${t("typed.unkept")}`
            : t("settings.file.hint")
        }
        rows={8}
        value={text}
        placeholder={
          "providers:\n  - id: acme\n    base_url: https://api.acme.example/v1\n    api_key: env:ACME_KEY"
        }
        onValue={change}
      />
      <div className="flex flex-wrap items-center gap-2">
        <label className="inline-flex h-7.5 cursor-pointer items-center rounded-control border border-line-strong bg-surface px-3 font-medium focus-within:outline-2 hover:bg-hover touch:h-11">
          {t("settings.file.choose")}
          <input
            type="file"
            accept=".yaml,.yml,.json"
            className="sr-only"
            onChange={(event) => {
              read(event, change, () => {
                setLooking({ state: "failed", problem: t("settings.file.unreadable") });
              });
            }}
          />
        </label>
        <Button disabled={text.trim() === "" || looking.state === "running"} onClick={look}>
          {t(looking.state === "running" ? "settings.file.looking" : "settings.file.preview")}
        </Button>
      </div>
      {looking.state === "failed" && (
        <p role="alert" className="run whitespace-pre-line">
          {looking.problem}
        </p>
      )}
      {seen !== null && <Preview preview={seen} />}
      {seen !== null && impact !== null && (
        <form
          className="grid max-w-140 gap-3"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (said.isEnough()) {
              apply(seen.revision);
            }
          }}
        >
          {said.fields}
          <Button
            type="submit"
            tone="primary"
            className="justify-self-start"
            disabled={save.isBusy}
          >
            {t(seen.removed.length === 0 ? "settings.file.apply" : "settings.file.applyRemoving", {
              n: seen.removed.length,
            })}
          </Button>
        </form>
      )}
      <FormProblem
        problem={save.problem}
        shownBy={() => false}
        onTheirs={look}
        onMine={() => {
          look();
        }}
      />
    </div>
  );
}

function read(
  { target }: ChangeEvent<HTMLInputElement>,
  then: (text: string) => void,
  onFailure: () => void,
): void {
  const file = target.files?.[0];
  file?.text().then(then, onFailure);
  // The same file again, after it was put right, is a choice too.
  target.value = "";
}

function Preview({ preview }: { preview: ImportPreview }) {
  const { t, f, say } = useWords();
  const nowMs = useNow();
  const { problems, lines, lineCount, sealed, silencedRoutes, removed, impact } = preview;
  if (problems.length > 0) {
    return (
      <div role="alert" data-testid="import-problems">
        <p className="mb-1 flex items-center gap-2 font-medium">
          <Glyph state="down" />
          {t("settings.file.problems", { n: problems.length })}
        </p>
        <ul className="grid gap-1">
          {problems.map(({ line, column, message, place = null, ...refusal }, index) => {
            const words = refusalWords(refusal, t);
            return (
              <li key={index} className="grid grid-cols-[72px_minmax(0,1fr)] gap-2">
                <span className="mono text-fg-3">
                  {line}:{column}
                </span>
                <span className="break-words">
                  {words === null ? (
                    message
                  ) : (
                    <>
                      {place !== null && place !== "" && <code className="mono">{place}: </code>}
                      {words.text}
                      {words.detail !== null && <code className="mono"> {words.detail}</code>}
                    </>
                  )}
                </span>
              </li>
            );
          })}
        </ul>
      </div>
    );
  }
  return (
    <div role="status" data-testid="import-preview">
      <p className="mb-1 font-medium">
        {lineCount === 0
          ? t("settings.file.same")
          : t("settings.file.changes", { n: lineCount, revision: preview.revision })}
      </p>
      {sealed > 0 && <p className="run text-fg-2">{t("settings.file.sealed", { n: sealed })}</p>}
      {removed.length > 0 && (
        <p className="run flex items-start gap-2">
          <Glyph state="down" className="mt-1 shrink-0" />
          <span className="min-w-0 break-words">
            {t("settings.file.removes", { names: removed.join(", ") })}
          </span>
        </p>
      )}
      {silencedRoutes.length > 0 && (
        <p className="run flex items-center gap-2">
          <Glyph state="degraded" />
          {t("settings.file.silenced", { routes: silencedRoutes.join(", ") })}
        </p>
      )}
      {impact !== null && (
        <div className="max-w-140">
          <ImpactList impact={impact} />
        </div>
      )}
      {lines.length > 0 && (
        <ul
          tabIndex={0}
          aria-label={t("settings.file.diff")}
          className="mono mt-2 max-h-80 overflow-auto rounded-control bg-sunken px-3 py-2 text-small"
        >
          {lines.map((line, index) => (
            <li key={index} className="break-words">
              {lineText(line, say, f, nowMs)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
