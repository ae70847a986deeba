/** How fresh the page is. Instants are this browser's clock unless they say otherwise. */
export interface LiveState {
  readonly link: "connecting" | "live" | "polling";
  /** A person holds the page still. */
  readonly paused: boolean;
  readonly openedAtMs: number;
  /** When the server was last heard, by stream or by poll. */
  readonly heardAtMs: number | null;
  /** When it was last known that the views are current. */
  readonly freshAtMs: number | null;
  /** The server reaches its database. */
  readonly hasDatabase: boolean;
  /** Server's clock minus ours, by the fastest message so far. */
  readonly offsetMs: number | null;
}

const pingMs = 10_000;
const missedPings = 2.5;
const connectMs = 5_000;

export const staleAfterMs = 15_000;
export const frozenAfterMs = 60_000;

export function openedLive(nowMs: number): LiveState {
  return {
    link: "connecting",
    paused: false,
    openedAtMs: nowMs,
    heardAtMs: null,
    freshAtMs: null,
    hasDatabase: true,
    offsetMs: null,
  };
}

export interface Message {
  readonly via: "stream" | "poll";
  /** The server's clock when it made the message. */
  readonly generatedAt?: number | undefined;
  readonly hasDatabase: boolean;
}

/** After a message of the server. */
export function heard(state: LiveState, message: Message, nowMs: number): LiveState {
  const { via, generatedAt, hasDatabase } = message;
  const sample = generatedAt === undefined ? null : generatedAt - nowMs;
  return {
    ...state,
    link: via === "stream" ? "live" : state.link,
    heardAtMs: nowMs,
    freshAtMs: hasDatabase ? nowMs : state.freshAtMs,
    hasDatabase,
    offsetMs: sample === null ? state.offsetMs : Math.max(sample, state.offsetMs ?? sample),
  };
}

/** After time has passed: two missed pings, or no stream within five seconds, mean polling. */
export function watched(state: LiveState, nowMs: number): LiveState {
  const waitedMs = nowMs - (state.heardAtMs ?? state.openedAtMs);
  const isLost =
    (state.link === "live" && waitedMs > pingMs * missedPings) ||
    (state.link === "connecting" && nowMs - state.openedAtMs > connectMs);
  return isLost ? { ...state, link: "polling" } : state;
}

/** The stream broke or could not be opened. */
export function lost(state: LiveState): LiveState {
  return state.link === "polling" ? state : { ...state, link: "polling" };
}

export type Freshness = "fresh" | "stale" | "frozen";

export function freshnessOf(ageMs: number | null): Freshness {
  if (ageMs === null || ageMs <= staleAfterMs) {
    return "fresh";
  }
  return ageMs <= frozenAfterMs ? "stale" : "frozen";
}
