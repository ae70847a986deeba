type Props = { color: string; dash: string | undefined; width?: number };

/** How a line looks, in a legend. */
export function LineSwatch({ color, dash, width = 2 }: Props) {
  return (
    <svg width="18" height="10" aria-hidden="true" className="shrink-0">
      <path d="M0 5h18" stroke={color} strokeWidth={width} strokeDasharray={dash} />
    </svg>
  );
}
