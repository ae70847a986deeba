import type { ReactNode } from "react";

type Props = { children: ReactNode };

export function Key({ children }: Props) {
  return (
    <kbd className="inline-block rounded-[4px] border border-line-strong bg-surface px-1 font-mono text-micro text-fg-3">
      {children}
    </kbd>
  );
}
