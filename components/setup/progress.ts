import type { CallView } from "@/lib/shared/contract";

/** The calls of the new key that the setup waits for. */
export type Progress = {
  /** The first that was served. */
  readonly first: CallView | null;
  /** The first that was served although its first target was broken. */
  readonly rescued: CallView | null;
};

/** Where the setup stands, by the calls of its key; `brokenAt`: when the drill began (epoch ms), null before it. */
export function progressOf(calls: readonly CallView[], brokenAt: number | null): Progress {
  const served = calls
    .filter(({ outcome }) => outcome === "served")
    .toSorted((one, other) => one.startedAt - other.startedAt);
  const rescued = served.find(
    ({ startedAt, rescuedBy }) =>
      brokenAt !== null && startedAt >= brokenAt && rescuedBy !== null && rescuedBy !== "avoidance",
  );
  return { first: served[0] ?? null, rescued: rescued ?? null };
}

/** `m:ss`. */
export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const fixes = [
  "invalid_api_key",
  "gateway_unreachable",
  "model_not_found",
  "upstream_auth",
  "upstream_unreachable",
  "no_healthy_target",
  "targets_exhausted",
] as const;
export type Fix = (typeof fixes)[number] | "other";

/** What is to be set right after an error with this code. */
export function fixOf(code: string | null): Fix {
  return fixes.find((known) => known === code) ?? "other";
}
