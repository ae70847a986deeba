import type { ReactNode } from "react";

type Props = { time: string; children: ReactNode };

/** What a chart says of one place of its time. Polite: it never talks over the page. */
export function TooltipFrame({ time, children }: Props) {
  return (
    <div
      role="status"
      aria-live="polite"
      className="min-w-36 rounded-control bg-raised px-3 py-2 text-small shadow-pop"
    >
      <p className="mono mb-1 text-fg-3">{time}</p>
      {children}
    </div>
  );
}
