"use client";

import { clsx } from "clsx";
import { useWords } from "@/components/lib/i18n/provider";
import { useDataAge, useLiveState, useTogglePause } from "@/components/lib/live/provider";
import { useTrouble } from "@/components/lib/live/trouble";
import { freshnessOf, type LiveState } from "@/components/lib/live/state";

/** How fresh the page is; pressing holds it still. */
export function LiveChip() {
  const { t, f } = useWords();
  const state = useLiveState();
  const togglePause = useTogglePause();
  const ageMs = useDataAge();
  const freshness = freshnessOf(ageMs);
  const word = chipWord(state, freshness === "frozen");
  const isCut = useTrouble() === "unreachable" && word === "polling";
  return (
    <button
      type="button"
      data-testid="live"
      data-link={word}
      aria-pressed={state.paused}
      title={t(state.paused ? "live.resume" : "live.pause")}
      onClick={togglePause}
      className="inline-flex h-7 items-center gap-1.5 rounded-control px-1.5 text-small whitespace-nowrap text-fg-2 hover:bg-hover touch:h-11"
    >
      <i
        className={clsx(
          "size-1.5 rounded-full",
          word === "live" &&
            freshness === "fresh" &&
            "bg-accent shadow-[0_0_0_3px_color-mix(in_oklch,var(--accent)_22%,transparent)]",
          word === "live" && freshness === "stale" && "bg-degraded",
          word !== "live" && "border border-fg-3",
        )}
      />
      {[
        t(`live.${isCut ? "retrying" : word}`),
        ...(ageMs === null ? [] : [f.duration(ageMs)]),
      ].join(" · ")}
    </button>
  );
}

function chipWord(
  { link, paused }: LiveState,
  isFrozen: boolean,
): "paused" | "frozen" | LiveState["link"] {
  if (paused) {
    return "paused";
  }
  return isFrozen ? "frozen" : link;
}
