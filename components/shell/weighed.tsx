"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { impactQueries } from "@/components/lib/queries";
import type { ImpactRequest } from "@/lib/shared/contract";
import { ImpactList } from "./impact-list";
import { type Said, useSaid } from "./said-fields";

type Options = {
  /** What the change takes away; null: nothing, and nothing is asked. */
  request: ImpactRequest | null;
  name: string;
  /** It is grave whatever it moves. */
  isGrave?: boolean;
  reason: string;
  onReason: (reason: string) => void;
};

/** What a form's change would do, by the server's figures, and what has to be said before it is saved. */
export function useWeighed({
  request,
  isGrave = false,
  ...said
}: Options): Said & { readonly isAsking: boolean } {
  const impact = useQuery({
    ...impactQueries.of(request),
    // While somebody types, what was told last stands until the next answer.
    placeholderData: keepPreviousData,
  });
  const isAsking = request !== null && (impact.isPending || impact.isPlaceholderData);
  const { fields, ...rest } = useSaid({
    ...said,
    isGrave: isGrave || (request !== null && impact.data?.tier === "T2"),
  });
  return {
    ...rest,
    isAsking,
    fields: (
      <>
        {request !== null && !impact.isPending && (
          <div role="status" data-testid="weighed">
            <ImpactList impact={impact.data ?? null} />
          </div>
        )}
        {fields}
      </>
    ),
  };
}
