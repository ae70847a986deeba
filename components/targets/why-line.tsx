"use client";

import { clsx } from "clsx";
import { shownState } from "@/components/lib/targets/state";
import { WhyText } from "@/components/lib/targets/why-text";
import type { Write } from "@/components/lib/writes/model";
import { ProofLine } from "@/components/lib/writes/proof-line";
import type { TargetView } from "@/lib/shared/contract";

type Props = { target: TargetView; write: Write | undefined };

/** The third line of a cell: a change under way, or else why it is so and what comes next. Ticks on its own. */
export function WhyLine({ target, write }: Props) {
  const isQuiet = write === undefined && shownState(target) === "healthy";
  return (
    <p
      data-testid="why"
      aria-hidden="true"
      className={clsx(
        "line-clamp-2 min-h-8 text-small text-pretty",
        isQuiet ? "text-fg-3" : "text-fg-2",
      )}
    >
      {write === undefined ? <WhyText target={target} /> : <ProofLine write={write} />}
    </p>
  );
}
