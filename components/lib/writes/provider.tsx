"use client";

import { useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import type { WriteResult } from "@/lib/shared/contract";
import { useLiveClock, useLiveState } from "../live/provider";
import { callsQueries, healthQueries } from "../queries";
import { createStore, type Store } from "../store";
import { ask, type AskOptions, follow, undo, undoSaved, type WriteDeps } from "./actions";
import {
  isAwaited,
  noWrites,
  type ObjectRef,
  observed,
  type Saved,
  type TakeBack,
  undoable,
  type Wanted,
  withSaved,
  type Write,
  writeOf,
  type WritesState,
} from "./model";

type Props = {
  onStored: (write: Write) => void;
  onFailed: (write: Write, error: unknown) => void;
  onSaved: (saved: Saved) => void;
  children: ReactNode;
};

interface Writes {
  store: Store<WritesState>;
  ask: (ref: ObjectRef, wanted: Wanted, options?: AskOptions) => Promise<boolean>;
  /** `overruled`: over what others changed since, up to that revision. */
  undo: (write: Write, overruled?: number) => Promise<void>;
  /** Follows to the nodes what a form saved under `name`; without `takeBack` it is taken back by its revision. */
  follow: (name: string, result: WriteResult, takeBack?: TakeBack | null) => void;
  undoSaved: (saved: Saved) => Promise<void>;
  /** Nobody is told of it any more. */
  dropSaved: (saved: Saved) => void;
  /** Takes back the newest change of any kind if it is younger than ten seconds. */
  undoLatest: () => boolean;
  settleConflict: () => void;
  settleConfirm: () => void;
}

const WritesContext = createContext<Writes | null>(null);

/** Carries changes from a click to the nodes, and keeps what proves that they obey. */
export function WritesProvider({ onStored, onFailed, onSaved, children }: Props) {
  const client = useQueryClient();
  const clock = useLiveClock();
  const [store] = useState(() => createStore(noWrites));
  const writes = useMemo<Writes>(() => {
    const deps: WriteDeps = { client, store, nowMs: clock.get, onStored, onFailed, onSaved };
    return {
      store,
      ask: (ref, wanted, options) => ask(deps, ref, wanted, options),
      undo: (write, overruled) => undo(deps, write, overruled),
      follow: (name, result, takeBack) => {
        follow(deps, name, result, takeBack);
      },
      undoSaved: (saved) => undoSaved(deps, saved),
      dropSaved: ({ seq }) => {
        store.update((state) => withSaved(state, seq, null));
      },
      undoLatest: () => {
        const latest = undoable(store.get(), clock.get());
        if (latest === undefined) {
          return false;
        }
        const undoing = "outcome" in latest ? undoSaved(deps, latest) : undo(deps, latest);
        undoing.catch(() => undefined);
        return true;
      },
      settleConflict: () => {
        store.update((state) => ({ ...state, conflict: null }));
      },
      settleConfirm: () => {
        store.update((state) => ({ ...state, confirming: null }));
      },
    };
  }, [client, store, clock, onStored, onFailed, onSaved]);
  useObservation(store);
  return <WritesContext value={writes}>{children}</WritesContext>;
}

export function useWrites(): Writes {
  const writes = useContext(WritesContext);
  if (writes === null) {
    throw new Error("WritesProvider is missing above this component.");
  }
  return writes;
}

export function useWritesState(): WritesState {
  const { store } = useWrites();
  return useSyncExternalStore(store.subscribe, store.get, () => noWrites);
}

/** The change of an object that is under way or was just proved. */
export function useWrite(ref: ObjectRef): Write | undefined {
  return writeOf(useWritesState().writes, ref);
}

/** Query cache → proofs. Without the stream the nodes are asked every second while a change is under way. */
function useObservation(store: Store<WritesState>): void {
  const client = useQueryClient();
  const clock = useLiveClock();
  const { link } = useLiveState();
  useEffect(() => {
    const observe = (): void => {
      const health = client.getQueryData(healthQueries.view().queryKey);
      const { writes, saves } = store.get();
      if (health !== undefined && writes.length + saves.length > 0) {
        store.update((state) => observed(state, health.nodes, clock.get()));
      }
    };
    const unsubscribe = client.getQueryCache().subscribe(observe);
    const timer = setInterval(() => {
      observe();
      if (link !== "live" && isAwaited(store.get(), clock.get())) {
        const queryKeys = [healthQueries.all(), callsQueries.latest().queryKey];
        for (const queryKey of queryKeys) {
          client.refetchQueries({ queryKey }).catch(() => undefined);
        }
      }
    }, 1000);
    return () => {
      unsubscribe();
      clearInterval(timer);
    };
  }, [client, clock, store, link]);
}
