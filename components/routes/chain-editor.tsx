"use client";

import { useQuery } from "@tanstack/react-query";
import {
  type ComponentType,
  type RefObject,
  useCallback,
  useEffect,
  useRef,
  useState,
} from "react";
import { flushSync } from "react-dom";
import { useWords } from "@/components/lib/i18n/provider";
import { useRange } from "@/components/lib/live/views";
import { figuresQueries, routesQueries } from "@/components/lib/queries";
import { Key } from "@/components/ui/key";
import type { HealthView, RouteView } from "@/lib/shared/contract";
import { AddModel } from "./add-model";
import { ChainRow, type ChainRowProps, type RowMove } from "./chain-row";
import { DraftBar, RouteProof } from "./draft-bar";
import type { DragListProps } from "./drag-list";
import { LastResort } from "./last-resort";
import { reordered, withLast, withModel } from "./order";
import { reachOf } from "@/components/lib/targets/reach";
import { movedText, type RouteAnswers, shareOf } from "./shares";
import { useDraftKeys } from "./use-draft-keys";
import { type RouteDraft, useRouteDraft } from "./use-route-draft";

const settleMs = 1_500;

type Props = {
  route: RouteView;
  health: HealthView;
  /** On the route's own page: models come and go, with figures beside them. */
  isFull?: boolean;
};

/** The chain of one route. Every step edits a draft; saving makes one revision and shows that it is in effect. */
export function ChainEditor({ route, health, isFull = false }: Props) {
  const { t, f, say } = useWords();
  const draft = useRouteDraft(route, health, isFull);
  const { chain, live } = draft;
  const [announcement, setAnnouncement] = useState("");
  const [rootRef, keepFocus] = useFocusAfterMove(chain);
  const list = useDragList(rootRef);
  const { p95Of, answers } = useFigures(route.id, isFull);
  useDraftKeys(draft, (what) => {
    setAnnouncement(t(what === "undo" ? "routes.undone" : "routes.redone"));
  });

  const move = (from: number, to: number, handle: RowMove["handle"] | null): void => {
    const next = reordered(chain, from, to);
    const model = chain[from];
    if (next === chain || model === undefined) {
      return;
    }
    if (handle !== null) {
      keepFocus(`${handle} ${model}`);
    }
    draft.setChain(next);
    const canAnswer = (id: string): boolean => reachOf([id], health).trouble === null;
    setAnnouncement(say(movedText({ chain: next, model, answers, canAnswer }, f)));
  };
  const add = (model: string): void => {
    const next = withModel(chain, model);
    draft.setChain(next);
    const place = next.indexOf(model) + 1;
    setAnnouncement(t("routes.added", { model, place, of: next.length }));
  };
  const remove = (index: number): void => {
    const model = chain[index];
    if (model === undefined || chain.length < 2) {
      return;
    }
    const next = chain.filter((one) => one !== model);
    keepFocus(`grip ${next[Math.min(index, next.length - 1)] ?? ""}`);
    draft.setChain(next);
    setAnnouncement(t("routes.removed", { model, n: next.length }));
  };

  const rows = chain.map((model, index) => ({
    id: model,
    row: {
      model,
      index,
      wasIndex: live.indexOf(model),
      last: chain.length - 1,
      targets: health.targets.filter((target) => target.model === model),
      view: health.models.find(({ id }) => id === model)?.switch,
      onMove: ({ to, handle }: RowMove) => {
        move(index, to, handle);
      },
      ...(isFull && {
        full: {
          known: draft.policy?.models.find(({ id }) => id === model),
          callsInWeek: draft.policy?.week.calls ?? 0,
          share: shareOf(answers, [model]),
          p95Ms: p95Of(model),
          onRemove: () => {
            remove(index);
          },
        },
      }),
    } satisfies ChainRowProps,
  }));
  return (
    <div ref={rootRef}>
      {isFull && <Columns />}
      <ol className="-mx-4 border-t border-line" aria-label={t("routes.chainOf", { id: route.id })}>
        <Rows
          as={list}
          rows={rows}
          onMove={(from, to) => {
            move(from, to, null);
          }}
        />
      </ol>
      {isFull && (
        <Slots
          draft={draft}
          models={health.models.map(({ id }) => id)}
          onAdd={add}
          onLast={(model) => {
            draft.setChain(withLast(chain, model));
            setAnnouncement(t("routes.lastResortIs", { model }));
          }}
        />
      )}
      {draft.changes === 0 && <RouteProof route={route} draft={draft} />}
      {draft.changes > 0 && !isFull && <DraftBar route={route} draft={draft} isFull={false} />}
      <p role="status" className="sr-only">
        {announcement}
      </p>
    </div>
  );
}

function Rows({ as: List, ...props }: DragListProps & { as: ComponentType<DragListProps> }) {
  return <List {...props} />;
}

function PlainList({ rows }: DragListProps) {
  return rows.map(({ id, row }) => <ChainRow key={id} {...row} />);
}

function Columns() {
  const { t } = useWords();
  return (
    <div
      aria-hidden="true"
      className="chain-columns -mx-4 gap-x-2 py-1.5 pr-4 text-micro text-fg-3 phone:hidden"
    >
      <span className="col-span-4" />
      <span className="text-right">{t("routes.columns.served")}</span>
      <span className="text-right">{t("routes.columns.p95")}</span>
      <span className="text-right">{t("routes.columns.price")}</span>
    </div>
  );
}

type SlotsProps = {
  draft: RouteDraft;
  models: readonly string[];
  onAdd: (model: string) => void;
  onLast: (model: string) => void;
};

/** Below the chain: who is the last of it, and who else could join. */
function Slots({ draft, models, onAdd, onLast }: SlotsProps) {
  const { t } = useWords();
  const { chain, policy } = draft;
  return (
    <div
      className={`-mx-4 grid gap-3 border-t border-line bg-sunken px-4 py-3 ${draft.changes > 0 ? "-mb-3.5 rounded-b-panel" : ""}`}
    >
      <LastResort chain={chain} models={models} onChoose={onLast} />
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <AddModel
          models={models.filter((model) => !chain.includes(model))}
          known={policy?.models ?? []}
          callsInWeek={policy?.week.calls ?? 0}
          onAdd={onAdd}
        />
        <span className="flex gap-3 text-small text-fg-3 phone:hidden">
          <span>
            <Key>Alt ↑↓</Key> {t("matrix.keys.move")}
          </span>
          <span>
            <Key>p</Key> {t("routes.keys.top")}
          </span>
          <span>
            <Key>Del</Key> {t("routes.keys.remove")}
          </span>
          <span>
            <Key>⌘Z</Key> {t("routes.keys.undo")}
          </span>
          <span>
            <Key>⇧⌘Z</Key> {t("routes.keys.redo")}
          </span>
        </span>
      </div>
    </div>
  );
}

/** In the range: the time of each model's attempts over all routes, and who answered for this one. */
function useFigures(
  id: string,
  isAsked: boolean,
): { p95Of: (model: string) => number | null; answers: RouteAnswers | undefined } {
  const range = useRange();
  const times = useQuery({ ...figuresQueries.list("model", range), enabled: isAsked }).data?.rows;
  const routes = useQuery({ ...routesQueries.view(range), enabled: isAsked }).data?.routes;
  return {
    p95Of: (model) => times?.find((row) => row.id === model)?.p95Ms ?? null,
    answers: routes?.find((one) => one.id === id),
  };
}

/** Moving a row moves its DOM node, and a moved node loses the focus: give it back. */
function useFocusAfterMove(
  chain: readonly string[],
): [RefObject<HTMLDivElement | null>, (name: string) => void] {
  const rootRef = useRef<HTMLDivElement>(null);
  const wantedRef = useRef<string | null>(null);
  useEffect(() => {
    if (wantedRef.current !== null) {
      const selector = `[data-focus="${CSS.escape(wantedRef.current)}"]`;
      rootRef.current?.querySelector<HTMLElement>(selector)?.focus();
      wantedRef.current = null;
    }
  }, [chain]);
  const keepFocus = useCallback((name: string) => {
    wantedRef.current = name;
  }, []);
  return [rootRef, keepFocus];
}

/**
 * Dragging is a convenience beside keys and buttons: its library comes when the page has settled, or not at all.
 * It brings new nodes for the same rows. Who stands on one goes on standing there, and a menu that is open is not taken away.
 */
function useDragList(rootRef: RefObject<HTMLDivElement | null>): ComponentType<DragListProps> {
  const [list, setList] = useState<ComponentType<DragListProps>>(() => PlainList);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const take = (next: ComponentType<DragListProps>): void => {
      const root = rootRef.current;
      if (root === null) {
        return;
      }
      if (root.querySelector("ol [aria-expanded=true]") !== null) {
        timer = setTimeout(take, settleMs, next);
        return;
      }
      const nodes = (): HTMLElement[] => [...root.querySelectorAll<HTMLElement>("ol *")];
      const place = nodes().findIndex((node) => node === document.activeElement);
      flushSync(() => {
        setList(() => next);
      });
      nodes()[place]?.focus({ preventScroll: true });
    };
    timer = setTimeout(() => {
      import("./drag-list").then(
        ({ DragList }) => {
          take(DragList);
        },
        () => undefined,
      );
    }, settleMs);
    return () => {
      clearTimeout(timer);
    };
  }, [rootRef]);
  return list;
}
