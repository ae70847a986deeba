"use client";

import dynamic from "next/dynamic";
import { type ReactNode, useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { askedLine, askProbe, useAsked } from "@/components/lib/targets/probe-now";
import { Button } from "@/components/ui/button";
import type { TargetView } from "@/lib/shared/contract";

/** Fetched when it first opens. */
const ResetSheet = dynamic(() => import("./reset-sheet").then((module) => module.ResetSheet), {
  ssr: false,
});

type Props = {
  target: TargetView;
  name: string;
  /** Further buttons beside these. */
  children?: ReactNode;
};

/** Overrules the healer at one target: has it probed now, or its breaker reset. */
export function TargetActions({ target, name, children }: Props) {
  const { t, f } = useWords();
  const asked = useAsked(target.id);
  const [isResetting, setResetting] = useState(false);
  const { id, probeCostNanoUsd: cost } = target;
  const title = [
    t("probe.title"),
    ...(cost !== null && cost > 0 ? [t("probe.cost", { cost: f.money(cost) })] : []),
  ].join(" · ");
  return (
    <>
      <div className="mt-2 flex flex-wrap gap-1">
        <Button
          size="sm"
          aria-keyshortcuts="b"
          title={title}
          disabled={asked?.kind === "asking"}
          onClick={() => {
            askProbe(id).catch(() => undefined);
          }}
        >
          {t("probe.now")}
        </Button>
        {hasGrudge(target) && (
          <Button
            size="sm"
            onClick={() => {
              setResetting(true);
            }}
          >
            {t("reset.open")}
          </Button>
        )}
        {children}
      </div>
      <p role="status" data-testid="probed" className="run text-small break-words text-fg-2">
        {asked !== undefined && <span className="mt-1.5 block">{askedLine(asked, t, f)}</span>}
      </p>
      {isResetting && (
        <ResetSheet
          target={target}
          name={name}
          onClose={() => {
            setResetting(false);
          }}
        />
      )}
    </>
  );
}

/** Whether there is something that the router holds against it. */
function hasGrudge({ breaker, label, figures, consecutiveFailures }: TargetView): boolean {
  return (
    breaker !== "closed" ||
    label === "probe_down" ||
    label === "degraded" ||
    consecutiveFailures > 0 ||
    (figures !== null && figures.step + figures.share.failed + figures.ratio.failed > 0)
  );
}
