import { clsx } from "clsx";
import type { ReactNode } from "react";
import { hiddenAfter } from "./legend";

interface Entry {
  readonly key: string;
  readonly label: string;
  readonly swatch: ReactNode;
  /** Its total, or its last value. */
  readonly value: string;
}

type Props = {
  entries: readonly Entry[];
  hidden: ReadonlySet<string>;
  onHidden: (hidden: ReadonlySet<string>) => void;
  /** What is always shown. */
  children?: ReactNode;
};

/** Every series by name; a press shows it alone, and another one all of them again. */
export function ChartLegend({ entries, hidden, onHidden, children }: Props) {
  const keys = entries.map(({ key }) => key);
  return (
    <div data-legend className="-mt-0.5 mb-2 flex flex-wrap gap-x-3.5 text-small text-fg-2">
      {entries.map(({ key, label, swatch, value }) => (
        <button
          key={key}
          type="button"
          aria-pressed={!hidden.has(key)}
          disabled={entries.length === 1}
          onClick={() => {
            onHidden(hiddenAfter(hidden, key, keys));
          }}
          className={clsx(
            "inline-flex min-h-6 max-w-full items-center gap-1.5 whitespace-nowrap touch:min-h-11",
            hidden.has(key) && "text-fg-3 line-through",
          )}
        >
          {swatch}
          <span className="truncate">{label}</span>
          <b className="font-medium text-fg">{value}</b>
        </button>
      ))}
      {children}
    </div>
  );
}
