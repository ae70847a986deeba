"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useRef } from "react";
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
  const list = useRef<HTMLDivElement>(null);
  const isAsking = request !== null && (impact.isPending || impact.isPlaceholderData);
  const { fields, isEnough, reason } = useSaid({
    ...said,
    isGrave: isGrave || (request !== null && impact.data?.tier === "T2"),
  });
  return {
    reason,
    isAsking,
    // What is below the fold was not looked at: the first try leads there.
    isEnough: () => (list.current === null || wasSeen(list.current) ? isEnough() : false),
    fields: (
      <>
        {request !== null && !impact.isPending && (
          <div
            ref={list}
            role="status"
            tabIndex={-1}
            data-testid="weighed"
            className="scroll-mt-4 outline-none"
          >
            <ImpactList impact={impact.data ?? null} />
          </div>
        )}
        {fields}
      </>
    ),
  };
}

const firstLinesPx = 60;

/** Whether the first lines can be seen; if not, they are brought into view. */
function wasSeen(list: HTMLElement): boolean {
  const { left, top, height } = list.getBoundingClientRect();
  const at = document.elementFromPoint(left + 8, top + Math.min(firstLinesPx, height) / 2);
  if (list.contains(at)) {
    return true;
  }
  list.scrollIntoView({ block: "center" });
  list.focus({ preventScroll: true });
  return false;
}
