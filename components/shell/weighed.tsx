"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { impactQueries } from "@/components/lib/queries";
import type { ImpactRequest, ImpactView } from "@/lib/shared/contract";
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
  const ledTo = useRef<ImpactView>(undefined);
  const isAsking = request !== null && (impact.isPending || impact.isPlaceholderData);
  const { fields, isEnough, reason } = useSaid({
    ...said,
    isGrave: isGrave || (request !== null && impact.data?.tier === "T2"),
  });
  return {
    reason,
    isAsking,
    // What is below the fold was not looked at: the first try leads there.
    isEnough() {
      if (list.current !== null && ledTo.current !== impact.data && !isSeen(list.current)) {
        ledTo.current = impact.data;
        list.current.scrollIntoView({ block: "center" });
        list.current.focus({ preventScroll: true });
        return false;
      }
      return isEnough();
    },
    fields: (
      <>
        {request !== null && !impact.isPending && (
          <div
            ref={list}
            role="status"
            tabIndex={-1}
            data-testid="weighed"
            className="outline-none"
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

/** Whether the first lines can be seen, and nothing lies over them. */
function isSeen(list: HTMLElement): boolean {
  const { left, top, height } = list.getBoundingClientRect();
  return list.contains(
    document.elementFromPoint(left + 8, top + Math.min(firstLinesPx, height) / 2),
  );
}
