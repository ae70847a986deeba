"use client";

import { clsx } from "clsx";
import { Check, Trash2 } from "lucide-react";
import { usePathname, useSearchParams } from "next/navigation";
import { type SubmitEvent, useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { preference, setPreference, usePreference } from "@/components/lib/preference";
import { showSearch } from "@/components/lib/range";
import {
  longestName,
  mostViews,
  parsedViews,
  queryText,
  type SavedView,
  suggestedName,
  viewQuery,
  withView,
} from "@/components/lib/saved-views";
import { hideToast, showToast } from "@/components/lib/toast";
import { undoMs } from "@/components/lib/writes/model";
import { AnchoredPopover } from "@/components/ui/anchored-popover";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";

type Props = { anchor: HTMLElement; onClose: () => void };

/** The saved views of this page, to go to and to delete, and a name for the one that is shown. */
export function ViewsMenu({ anchor, onClose }: Props) {
  const { t } = useWords();
  const remembered = `bellwether_views_${usePathname().slice(1)}`;
  const views = parsedViews(usePreference(remembered));
  return (
    <AnchoredPopover
      anchor={anchor}
      onClose={onClose}
      aria-label={t("views.title")}
      onCloseAutoFocus={(event) => {
        event.preventDefault();
        if (document.activeElement === document.body) {
          anchor.focus();
        }
      }}
      onInteractOutside={(event) => {
        // Its own press closes it.
        if (event.target instanceof Node && anchor.contains(event.target)) {
          event.preventDefault();
        }
      }}
    >
      <Views remembered={remembered} views={views} onClose={onClose} />
    </AnchoredPopover>
  );
}

type ViewsProps = {
  /** Under what name the browser keeps them. */
  remembered: string;
  views: readonly SavedView[];
  onClose: () => void;
};

/** What the popover holds. */
export function Views({ remembered, views, onClose }: ViewsProps) {
  const { t } = useWords();
  const query = viewQuery(new URLSearchParams(useSearchParams().toString()));
  const [name, setName] = useState(
    () => views.find((view) => view.query === query)?.name ?? suggestedName(query),
  );
  const [problem, setProblem] = useState<string>();
  const own = views.find((view) => view.name === name.trim());
  const keep = (next: readonly SavedView[]): void => {
    setPreference(remembered, JSON.stringify(next));
  };
  const tell = (text: string, former: SavedView | undefined, at?: number): void => {
    const undo =
      former &&
      ((): void => {
        keep(withView(parsedViews(preference(remembered)), former, at));
      });
    showToast(() => <ViewToast text={text} undo={undo} />, { id: toastId, duration: undoMs });
  };
  const save = (event: SubmitEvent): void => {
    event.preventDefault();
    const view = { name: name.trim(), query };
    if (view.name === "" || (own === undefined && views.length >= mostViews)) {
      setProblem(t(view.name === "" ? "views.needsName" : "views.full", { n: mostViews }));
      return;
    }
    keep(withView(views, view));
    tell(t("views.saved", { name: view.name }), own);
    onClose();
  };
  return (
    <>
      {views.length === 0 ? (
        <p className="run text-small text-fg-2">{t("views.none")}</p>
      ) : (
        <ul className="-mx-2 flex max-h-[45dvh] flex-col overflow-y-auto">
          {views.map((view, index) => (
            <li key={view.name} className="flex items-center gap-1">
              <button
                type="button"
                aria-current={view.query === query || undefined}
                title={view.name}
                className="flex min-w-0 flex-1 items-center gap-2 rounded-control px-2 py-1 text-left -outline-offset-2 hover:bg-hover touch:min-h-11"
                onClick={() => {
                  showSearch(new URLSearchParams(view.query));
                  onClose();
                }}
              >
                <Check
                  size={14}
                  aria-hidden="true"
                  className={clsx("shrink-0", view.query !== query && "invisible")}
                />
                <span className="min-w-0">
                  <span className="block truncate font-medium">{view.name}</span>
                  <span className="mono block truncate text-small text-fg-3">
                    {queryText(view.query) || t("views.all")}
                  </span>
                </span>
              </button>
              <Button
                tone="ghost"
                size="icon"
                aria-label={t("views.delete", { name: view.name })}
                title={t("views.delete", { name: view.name })}
                onClick={() => {
                  keep(views.filter((other) => other !== view));
                  tell(t("views.deleted", { name: view.name }), view, index);
                  onClose();
                }}
              >
                <Trash2 size={14} aria-hidden="true" />
              </Button>
            </li>
          ))}
        </ul>
      )}
      <form
        noValidate
        onSubmit={save}
        className="mt-3 flex items-start gap-2 border-t border-line pt-3"
      >
        <Field
          label={t("views.name")}
          value={name}
          maxLength={longestName}
          problem={problem}
          className="min-w-0 flex-1"
          onValue={(next) => {
            setName(next);
            setProblem(undefined);
          }}
        />
        <Button type="submit" tone="primary" className="mt-5">
          {t(own === undefined ? "confirm.save" : "views.replace")}
        </Button>
      </form>
    </>
  );
}

const toastId = "view";

function ViewToast({ text, undo }: { text: string; undo: (() => void) | undefined }) {
  const { t } = useWords();
  return (
    <div
      role="status"
      data-testid="view-toast"
      className="flex w-92 max-w-[calc(100vw-32px)] items-center gap-3 rounded-[10px] bg-raised py-2.5 pr-2.5 pl-4 shadow-pop"
    >
      <p className="min-w-0 flex-1 font-medium break-words">{text}</p>
      {undo !== undefined && (
        <Button
          size="sm"
          onClick={() => {
            undo();
            hideToast(toastId);
          }}
        >
          {t("toast.undo")}
        </Button>
      )}
    </div>
  );
}
