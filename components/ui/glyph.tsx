import type { ReactNode } from "react";

export type GlyphState =
  "healthy" | "degraded" | "down" | "recovering" | "draining" | "off" | "no_data";

type Props = {
  state: GlyphState;
  size?: number;
  className?: string;
  /** Known from probes only, not from calls. */
  isHollow?: boolean;
};

const colors: Readonly<Record<GlyphState, string>> = {
  healthy: "var(--st-healthy)",
  degraded: "var(--st-degraded)",
  down: "var(--st-down)",
  recovering: "var(--st-recovering)",
  draining: "var(--st-off)",
  off: "var(--st-off)",
  no_data: "var(--st-none)",
};

/** A state by its shape; the word stands beside it. */
export function Glyph({ state, size = 12, className, isHollow = false }: Props) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 12 12"
      aria-hidden="true"
      data-state={state}
      className={className ?? "shrink-0"}
      style={{ color: colors[state] }}
    >
      {isHollow && state === "healthy" ? ring : shapes[state]}
    </svg>
  );
}

const outline = { fill: "none", stroke: "currentColor", strokeWidth: 1.3 } as const;

const ring = <circle cx="6" cy="6" r="4" {...outline} strokeWidth={1.8} />;

const shapes: Readonly<Record<GlyphState, ReactNode>> = {
  healthy: <circle cx="6" cy="6" r="4.25" fill="currentColor" />,
  degraded: <path d="M6 1.2 11.2 10.6H.8Z" fill="currentColor" />,
  down: (
    <>
      <rect x="1" y="1" width="10" height="10" rx="1.2" fill="currentColor" />
      <path
        d="M3.9 3.9 8.1 8.1M8.1 3.9 3.9 8.1"
        stroke="var(--surface)"
        strokeWidth="1.5"
        strokeLinecap="round"
      />
    </>
  ),
  recovering: (
    <>
      <circle cx="6" cy="6" r="4.1" {...outline} />
      <path d="M6 1.9A4.1 4.1 0 0 0 6 10.1Z" fill="currentColor" />
    </>
  ),
  draining: (
    <>
      <rect x="1.2" y="3" width="6.4" height="6" rx="1.2" {...outline} />
      <path d="M5 6h6M9 4l2 2-2 2" {...outline} strokeLinecap="round" strokeLinejoin="round" />
    </>
  ),
  off: (
    <>
      <rect x="1.2" y="5" width="9.6" height="6" rx="1.2" {...outline} />
      <path d="M3.6 5V3.6a2.4 2.4 0 0 1 4.8 0V5" {...outline} />
    </>
  ),
  no_data: <circle cx="6" cy="6" r="4.4" {...outline} strokeDasharray="1.4 1.9" />,
};
