import { clsx } from "clsx";
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { useWords } from "@/components/lib/i18n/provider";

type Props = {
  number: number;
  title: string;
  state: "waiting" | "now" | "done";
  children?: ReactNode;
};

/** One of the steps; it ticks itself. */
export function Step({ number, title, state, children }: Props) {
  const { t } = useWords();
  return (
    <li
      data-testid={`step-${number}`}
      data-state={state}
      aria-current={state === "now" ? "step" : undefined}
      className="grid grid-cols-[24px_minmax(0,1fr)] gap-x-3 border-b border-line py-4 last:border-b-0"
    >
      <span className="flex h-6 items-center justify-center">
        {state === "done" ? (
          <span className="flex size-5.5 items-center justify-center rounded-full bg-fg text-on-ink">
            <Check size={13} strokeWidth={2.4} aria-hidden="true" />
            <span className="sr-only">{t("setup.done")}</span>
          </span>
        ) : (
          <span
            className={clsx(
              "flex size-5.5 items-center justify-center rounded-full border text-small font-medium",
              state === "now" ? "border-fg text-fg" : "border-line-strong text-fg-3",
            )}
          >
            {number}
          </span>
        )}
      </span>
      <div className="min-w-0">
        <h2
          className={clsx(
            "flex min-h-6 items-center font-strong",
            state === "waiting" ? "text-fg-3" : "text-fg",
          )}
        >
          {title}
        </h2>
        {state !== "waiting" && children}
      </div>
    </li>
  );
}
