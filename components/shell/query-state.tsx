"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import { useWords } from "@/components/lib/i18n/provider";
import { useTrouble } from "@/components/lib/live/trouble";
import { Skeleton } from "@/components/ui/skeleton";
import { InlineError } from "./inline-error";

type Props = {
  query: UseQueryResult;
  /** Gives the waiting box the height of what it waits for. */
  skeleton: string;
};

/** What stands in a panel beside or instead of its data: a box while it waits, a line when it could not be read. */
export function QueryState({ query, skeleton }: Props) {
  const { t } = useWords();
  const trouble = useTrouble();
  const { data, error, failureReason } = query;
  if (data === undefined) {
    if (trouble !== null) {
      return <p className="run py-4 text-fg-2">{t(`failure.waiting.${trouble}`)}</p>;
    }
    // The first failure is told at once; the retries go on behind it.
    const cause = error ?? failureReason;
    return cause === null ? (
      <Skeleton className={skeleton} />
    ) : (
      <InlineError error={cause} onRetry={() => query.refetch()} />
    );
  }
  // The headline tells of a server that is away; a panel tells of itself only.
  return error === null || trouble !== null ? null : (
    <InlineError error={error} onRetry={() => query.refetch()} isBesideData />
  );
}
