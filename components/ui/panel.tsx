import { clsx } from "clsx";
import type { ReactNode } from "react";

type Props = {
  /** Anchor of the page, and root of the heading's id. */
  id: string;
  title: string;
  subtitle?: ReactNode;
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
};

/** A quiet frame: the title is a question, the subtitle says what is counted; on a phone only the title pushes the buttons down. */
export function Panel({ id, title, subtitle, aside, className, children }: Props) {
  return (
    <section
      id={id}
      aria-labelledby={`${id}-title`}
      className={clsx(
        "min-w-0 rounded-panel border border-line bg-surface phone:-mx-4 phone:rounded-none phone:border-x-0",
        className,
      )}
    >
      <header className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 pt-3.5">
        <div className="min-w-0 phone:grow">
          <h2 id={`${id}-title`} className="text-body font-strong phone:text-lead">
            {title}
          </h2>
          {subtitle !== undefined && (
            <p className="text-small text-fg-3 phone:w-0 phone:min-w-full phone:text-body">
              {subtitle}
            </p>
          )}
        </div>
        {aside !== undefined && <div className="ml-auto">{aside}</div>}
      </header>
      <div className="px-4 pt-3 pb-3.5">{children}</div>
    </section>
  );
}
