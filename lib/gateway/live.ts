/** The configuration in force on this node: a snapshot that is replaced whole and never changed, and the keys. */
import type { Limits, Snapshot } from "../core/types";
import type { KeyLimits } from "./limits/key-limits";

/** An application's key as a call meets it. Null sets allow everything. */
export type AppKey = {
  readonly id: string;
  readonly demo: boolean;
  readonly allowedModels: ReadonlySet<string> | null;
  readonly allowedRegions: ReadonlySet<string> | null;
  readonly defaultRouteOnModelName: boolean | null;
  /** Null: what the route says. */
  readonly midstream: Limits["midstream"] | null;
  /** Null for a key that may use what it wants. */
  readonly limits: KeyLimits | null;
  /** A target that answers none of its calls until then, by the wall clock: somebody asked for this. */
  readonly drill: { readonly target: string; readonly until: number } | null;
  /** When this secret of the key stops being one, by the wall clock; null for one that stays. */
  readonly endsAtMs: number | null;
};

export type Live = {
  snapshot: () => Snapshot;
  /** By SHA-256 of the secret, in hex. */
  keys: () => ReadonlyMap<string, AppKey>;
  /** False while the database has not been heard of: an unknown key may just be new. */
  isCurrent: () => boolean;
  /** Hears every swap, after it. */
  onSwap: (listener: (snapshot: Snapshot) => void) => void;
  /** Hears of each target whose failures a person has forgotten. */
  onReset: (listener: (target: string) => void) => void;
};
