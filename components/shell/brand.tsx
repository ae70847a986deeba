type Props = { size?: number };

export function BrandMark({ size = 20 }: Props) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" className="shrink-0">
      <path
        d="M4.2 13.6V9.2a5.8 5.8 0 0 1 11.6 0v4.4M2.6 13.8h14.8"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.7"
        strokeLinecap="round"
      />
      <circle cx="10" cy="16.9" r="1.7" fill="var(--accent)" />
    </svg>
  );
}
