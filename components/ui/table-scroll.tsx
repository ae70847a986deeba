import type { ReactNode } from "react";

type Props = { label: string; children: ReactNode };

/** A table that may be wider than its panel: it scrolls by itself, by keyboard too. */
export function TableScroll({ label, children }: Props) {
  return (
    <div role="group" aria-label={label} tabIndex={0} className="scroll-x relative -mx-4 px-4">
      {children}
    </div>
  );
}
