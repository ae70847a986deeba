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
import { useLiveClock, useLiveState } from "../live/provider";
import { callsQueries, healthQueries } from "../queries";
import { createStore, type Store } from "../store";
import { ask, type AskOptions, undo, type WriteDeps } from "./actions";
import {
  noWrites,
  type ObjectRef,
  observed,
  refKey,
  undoMs,
  type Wanted,
  type Write,
  type WritesState,
} from "./model";

type Props = {
  onStored: (write: Write) => void;
  onFailed: (write: Write, error: unknown) => void;
  children: ReactNode;
};

interface Writes {
  store: Store<WritesState>;
  ask: (ref: ObjectRef, wanted: Wanted, options?: AskOptions) => Promise<boolean>;
  undo: (write: Write) => Promise<void>;
  /** Takes back the newest change if it is younger than ten seconds. */
  undoLatest: () => boolean;
  settleConflict: () => void;
  settleConfirm: () => void;
}

const WritesContext = createContext<Writes | null>(null);

/** Carries changes from a click to the nodes, and keeps what proves that they obey. */
export function WritesProvider({ onStored, onFailed, children }: Props) {
  const client = useQueryClient();
  const clock = useLiveClock();
  const [store] = useState(() => createStore(noWrites));
  const writes = useMemo<Writes>(() => {
    const deps: WriteDeps = { client, store, nowMs: clock.get, onStored, onFailed };
    return {
      store,
      ask: (ref, wanted, options) => ask(deps, ref, wanted, options),
      undo: (write) => undo(deps, write),
      undoLatest: () => {
        const latest = undoable(store.get(), clock.get());
        if (latest === undefined) {
          return false;
        }
        undo(deps, latest).catch(() => undefined);
        return true;
      },
      settleConflict: () => {
        store.update((state) => ({ ...state, conflict: null }));
      },
      settleConfirm: () => {
        store.update((state) => ({ ...state, confirming: null }));
      },
    };
  }, [client, store, clock, onStored, onFailed]);
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
  const key = refKey(ref);
  return useWritesState().writes.find((write) => refKey(write.ref) === key);
}

function undoable({ writes }: WritesState, nowMs: number): Write | undefined {
  return writes
    .filter(({ sent, isUndo }) => sent !== null && !isUndo && nowMs - sent.createdAt < undoMs)
    .sort((a, b) => b.seq - a.seq)[0];
}

/** Query cache → proofs. Without the stream the nodes are asked every second while a change is under way. */
function useObservation(store: Store<WritesState>): void {
  const client = useQueryClient();
  const clock = useLiveClock();
  const { link } = useLiveState();
  useEffect(() => {
    const observe = (): void => {
      const health = client.getQueryData(healthQueries.view().queryKey);
      if (health !== undefined && store.get().writes.length > 0) {
        store.update((state) => observed(state, health.nodes, clock.get()));
      }
    };
    const unsubscribe = client.getQueryCache().subscribe(observe);
    const timer = setInterval(() => {
      observe();
      const isWaiting = store.get().writes.some(({ doneAtMs }) => doneAtMs === null);
      if (isWaiting && link !== "live") {
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
