"use client";

import type { ReactNode } from "react";
import { useWords } from "@/components/lib/i18n/provider";

type Props = { atMs: number; time: string; children: ReactNode };

/** What a chart says of one place of its time. Polite: it never talks over the page. */
export function TooltipFrame({ atMs, time, children }: Props) {
  const { f } = useWords();
  return (
    <div
      role="status"
      aria-live="polite"
      className="min-w-36 rounded-control bg-raised px-3 py-2 text-small shadow-pop"
    >
      <p className="mono mb-1 text-fg-3">
        {time} {f.zone(atMs)}
        {f.timeZone !== "UTC" && (
          <span className="block">
            {new Date(atMs).toISOString().slice(5, 16).replace("T", " ")} UTC
          </span>
        )}
      </p>
      {children}
    </div>
  );
}
