"use client";

import { useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from "react";
import { createStore, type Store } from "../store";
import type { HealthView } from "@/lib/shared/contract";
import { deliver, type Delivery, deliveryOf, pingOf } from "./apply";
import { createMailbox } from "./mailbox";
import { isPolled } from "./polling";
import { heard, type LiveState, lost, type Message, openedLive, watched } from "./state";
import { followStream } from "./stream";

type Props = { renderedAtMs: number; children: ReactNode };

interface Live {
  state: Store<LiveState>;
  /** The server's clock, once a second. */
  clock: Store<number>;
  renderedAtMs: number;
}

const LiveContext = createContext<Live | null>(null);

/** Keeps the query cache fed by the stream and the clock running. */
export function LiveProvider({ renderedAtMs, children }: Props) {
  const [live] = useState<Live>(() => ({
    state: createStore(openedLive(renderedAtMs)),
    clock: createStore(renderedAtMs),
    renderedAtMs,
  }));
  useClock(live);
  useStream(live);
  usePolling(live);
  return <LiveContext value={live}>{children}</LiveContext>;
}

/** The server's clock. Renders on the server and while hydrating with the time of the server's render. */
export function useNow(): number {
  const { clock, renderedAtMs } = useLiveContext();
  return useSyncExternalStore(clock.subscribe, clock.get, () => renderedAtMs);
}

/** The same clock, once a minute: for what changes with the day. */
export function useMinute(): number {
  const { clock, renderedAtMs } = useLiveContext();
  return useSyncExternalStore(
    clock.subscribe,
    () => wholeMinute(clock.get()),
    () => wholeMinute(renderedAtMs),
  );
}

function wholeMinute(atMs: number): number {
  return atMs - (atMs % 60_000);
}

/** The same clock without a render every second. */
export function useLiveClock(): Store<number> {
  return useLiveContext().clock;
}

export function useLiveState(): LiveState {
  const { state } = useLiveContext();
  return useSyncExternalStore(state.subscribe, state.get, state.get);
}

/** How old the views are; null until the server was heard. */
export function useDataAge(): number | null {
  const { freshAtMs, offsetMs } = useLiveState();
  const nowMs = useNow();
  return freshAtMs === null ? null : Math.max(0, nowMs - (offsetMs ?? 0) - freshAtMs);
}

export function useTogglePause(): () => void {
  const client = useQueryClient();
  const { state } = useLiveContext();
  return useCallback(() => {
    state.update((current) => ({ ...current, paused: !current.paused }));
    if (!state.get().paused) {
      client.invalidateQueries().catch(() => undefined);
    }
  }, [client, state]);
}

function useLiveContext(): Live {
  const live = useContext(LiveContext);
  if (live === null) {
    throw new Error("LiveProvider is missing above this component.");
  }
  return live;
}

/** Ticks on the server's clock: a phone whose own clock is wrong still counts down correctly. */
function useClock({ state, clock }: Live): void {
  useEffect(() => {
    state.update((current) => ({ ...current, openedAtMs: Date.now() }));
    const tick = (): void => {
      const nowMs = Date.now();
      state.update((current) => watched(current, nowMs));
      clock.update(() => nowMs + (state.get().offsetMs ?? 0));
    };
    // After the page was taken over, not while: every countdown on it is drawn anew.
    const first = setTimeout(tick, 0);
    const timer = setInterval(tick, 1000);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
    };
  }, [state, clock]);
}

/** Network stream → cache. */
function useStream({ state }: Live): void {
  const client = useQueryClient();
  useEffect(() => {
    const mailbox = createMailbox((delivery) => {
      deliver(client, delivery);
    });
    const unfollow = followStream({
      onLost: () => {
        state.update(lost);
      },
      onEvent: (type, json) => {
        const delivery = deliveryOf(type, json);
        state.update((current) => heard(current, messageOf(delivery, json), Date.now()));
        if (delivery !== null && !state.get().paused) {
          mailbox.put(type, delivery);
        }
      },
    });
    return () => {
      unfollow();
      mailbox.close();
    };
  }, [client, state]);
}

/** A view is news from the database; a ping says whether the views are still current. */
function messageOf(delivery: Delivery | null, json: string): Message {
  if (delivery !== null) {
    return { via: "stream", generatedAt: delivery.view.generatedAt, hasDatabase: true };
  }
  const ping = pingOf(json);
  return { via: "stream", generatedAt: ping?.generatedAt, hasDatabase: ping?.database ?? true };
}

/** Clock → queries, where the stream does not carry them. A finished poll counts as having heard the server. */
function usePolling({ state }: Live): void {
  const client = useQueryClient();
  useEffect(() => {
    let ticks = 0;
    const poll = (tick: number): void => {
      client
        .refetchQueries({
          type: "active",
          predicate: ({ queryKey }) => isPolled(queryKey, state.get(), tick, document.hidden),
        })
        .catch(() => undefined);
    };
    const timer = setInterval(() => {
      ticks += 1;
      poll(ticks);
    }, 1000);
    // What may have been due while nobody looked is due now.
    const onSeen = (): void => {
      if (!document.hidden) {
        poll(0);
      }
    };
    document.addEventListener("visibilitychange", onSeen);
    const unsubscribe = client.getQueryCache().subscribe((event) => {
      if (event.type !== "updated" || event.action.type !== "success" || event.action.manual) {
        return;
      }
      const view = event.query.state.data as Pick<HealthView, "generatedAt">;
      const message = { via: "poll", generatedAt: view.generatedAt, hasDatabase: true } as const;
      state.update((current) => heard(current, message, Date.now()));
    });
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", onSeen);
      unsubscribe();
    };
  }, [client, state]);
}
