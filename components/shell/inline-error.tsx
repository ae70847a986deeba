"use client";

import { ApiFailure, failureCode } from "@/components/lib/api";
import { useWords } from "@/components/lib/i18n/provider";
import { refusalWords } from "@/components/lib/refusal-text";
import { Button } from "@/components/ui/button";
import { Glyph } from "@/components/ui/glyph";

type Props = {
  error: unknown;
  onRetry: () => unknown;
  /** What was read before stands beside it. */
  isBesideData?: boolean;
};

/** What went wrong, in its place. */
export function InlineError({ error, onRetry, isBesideData = false }: Props) {
  const { t } = useWords();
  const code = failureCode(error);
  const key =
    code === "unreachable" || code === "outdated" || code === "database_unavailable"
      ? (`failure.${code}` as const)
      : "failure.other";
  const failure = error instanceof ApiFailure ? error : null;
  const refused = failure === null ? null : refusalWords(failure.refusal, t);
  const requestId = failure?.requestId ?? null;
  return (
    <div
      role="alert"
      className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-control border border-line-strong bg-surface px-3 py-2 text-small"
    >
      <Glyph state="degraded" />
      <span className="min-w-0 flex-1">
        {refused?.text ?? t(key, { code })}
        {isBesideData && ` ${t("failure.readBefore")}`}
        {requestId !== null && <span className="mono ml-2 text-fg-3">{requestId}</span>}
      </span>
      <Button size="sm" onClick={() => onRetry()}>
        {t("failure.retry")}
      </Button>
    </div>
  );
}
