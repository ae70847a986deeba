import type { ReactNode } from "react";

type Props = { title?: string; children: ReactNode };

export function Tag({ title, children }: Props) {
  return (
    <span
      title={title}
      className="inline-flex h-4.5 items-center gap-1 rounded-[4px] border border-line-strong px-1.5 text-micro whitespace-nowrap text-fg-2"
    >
      {children}
    </span>
  );
}
