import type { ReactNode } from "react";

type Props = { title: string; children?: ReactNode; aside?: ReactNode };

/** The name of a page, and what it says today. */
export function PageHead({ title, children, aside }: Props) {
  return (
    <header className="mb-5 flex flex-wrap items-end gap-x-4 gap-y-3 phone:mb-4 phone:items-baseline">
      <div className="min-w-0 phone:grow">
        <h1 className="tight text-title font-strong">{title}</h1>
        {children !== undefined && <p className="run text-fg-2">{children}</p>}
      </div>
      {aside !== undefined && <div className="ml-auto max-w-full phone:ml-0">{aside}</div>}
    </header>
  );
}
