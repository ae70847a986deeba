"use client";

import { lazy, type RefObject, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { useDraft } from "@/components/lib/writes/draft";
import { type ObjectRef, shownWanted, type Wanted } from "@/components/lib/writes/model";
import { useWrite, useWrites } from "@/components/lib/writes/provider";
import { type HealthView, type RouteView } from "@/lib/shared/contract";
import { ChainRow, type RowMove } from "./chain-row";
import { DraftBar } from "./draft-bar";
import { isSameOrder, movedCount, reordered } from "./order";

const DragList = lazy(() => import("./drag-list").then((module) => ({ default: module.DragList })));

const settleMs = 1_500;

type Props = { route: RouteView; health: HealthView };

/** The chain of one route. Moving edits a draft; saving makes one revision and shows that it is in effect. */
export function ChainEditor({ route, health }: Props) {
  const { t } = useWords();
  const writes = useWrites();
  const ref: ObjectRef = { type: "route", id: route.id };
  const write = useWrite(ref);
  const served: Wanted = { kind: "order", chain: route.chain };
  const live = orderOf(shownWanted(write, served, route.revision), route.chain);
  const [draft, setDraft] = useDraft(route.id);
  const chain = draft !== null && isSameModels(draft.chain, live) ? draft.chain : live;
  const [announcement, setAnnouncement] = useState("");
  const [rootRef, keepFocus] = useFocusAfterMove(chain);
  const isIdle = useIdle();

  const move = (from: number, to: number, handle: RowMove["handle"] | null): void => {
    const next = reordered(chain, from, to);
    const model = chain[from];
    if (next === chain || model === undefined) {
      return;
    }
    if (handle !== null) {
      keepFocus(`${handle} ${model}`);
    }
    const basedOn = draft?.basedOn ?? route.revision;
    setDraft(isSameOrder(next, live) ? null : { chain: [...next], basedOn });
    setAnnouncement(t("routes.announce.moved", { model, place: to + 1, of: chain.length }));
  };
  const save = (): void => {
    writes
      .ask(ref, { kind: "order", chain }, { basedOn: draft?.basedOn })
      .then((isStored) => {
        if (isStored) {
          setDraft(null);
        }
      })
      .catch(() => undefined);
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
      onMove: ({ by, handle }: RowMove) => {
        move(index, index + by, handle);
      },
    },
  }));
  const plainRows = rows.map(({ id, row }) => <ChainRow key={id} {...row} />);
  return (
    <div ref={rootRef}>
      <ol className="-mx-4 border-t border-line" aria-label={t("routes.chainOf", { id: route.id })}>
        {isIdle ? (
          <Suspense fallback={plainRows}>
            <DragList
              rows={rows}
              onMove={(from, to) => {
                move(from, to, null);
              }}
            />
          </Suspense>
        ) : (
          plainRows
        )}
      </ol>
      <DraftBar
        route={route}
        changes={movedCount(live, chain)}
        isOutdated={draft !== null && draft.basedOn !== route.revision && write === undefined}
        write={write}
        onSave={save}
        onDiscard={() => {
          setDraft(null);
        }}
      />
      <p role="status" className="sr-only">
        {announcement}
      </p>
    </div>
  );
}

function orderOf(wanted: Wanted, fallback: readonly string[]): readonly string[] {
  return wanted.kind === "order" ? wanted.chain : fallback;
}

function isSameModels(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((model) => b.includes(model));
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

/** Dragging is a convenience beside keys and buttons: its library comes when the page has settled. */
function useIdle(): boolean {
  const [isIdle, setIdle] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      setIdle(true);
    }, settleMs);
    return () => {
      clearTimeout(timer);
    };
  }, []);
  return isIdle;
}
