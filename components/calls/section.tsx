import type { ReactNode } from "react";

type Props = { title: string; note?: string; children: ReactNode };

export function Section({ title, note, children }: Props) {
  return (
    <section className="mt-6">
      <h3 className="mb-2 flex flex-wrap items-baseline gap-x-2 text-small font-strong">
        {title}
        {note !== undefined && <span className="font-regular text-fg-3">{note}</span>}
      </h3>
      {children}
    </section>
  );
}
