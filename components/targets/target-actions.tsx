"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { askedLine, askProbe, useAsked } from "@/components/lib/targets/probe-now";
import { useWrites } from "@/components/lib/writes/provider";
import { Button } from "@/components/ui/button";
import type { TargetView } from "@/lib/shared/contract";

/** Fetched when it first opens. */
const ResetSheet = dynamic(() => import("./reset-sheet").then((module) => module.ResetSheet), {
  ssr: false,
});

type Props = { target: TargetView; name: string };

/** Overrules the healer at one target: has it probed now, its breaker reset, or held open. */
export function TargetActions({ target, name }: Props) {
  const { t, f } = useWords();
  const writes = useWrites();
  const asked = useAsked(target.id);
  const [isResetting, setResetting] = useState(false);
  const { id, probeCostNanoUsd: cost } = target;
  const { intent } = target.switch;
  const isHeld = intent === "draining";
  const title = [
    t("probe.title"),
    ...(cost !== null && cost > 0 ? [t("probe.cost", { cost: f.money(cost) })] : []),
  ].join(" · ");
  const toggleHold = (): void => {
    const wanted = isHeld ? "enabled" : "draining";
    const asks = { kind: "switch", intent: wanted, until: null, reason: null } as const;
    writes.ask({ type: "target", id }, asks, { isHold: !isHeld }).catch(() => undefined);
  };
  return (
    <>
      <div className="mt-2 flex flex-wrap gap-1">
        <Button
          size="sm"
          aria-keyshortcuts="b"
          aria-label={t("probe.now")}
          title={title}
          disabled={asked?.kind === "asking"}
          onClick={() => {
            askProbe(id).catch(() => undefined);
          }}
        >
          {t("probe.short")}
        </Button>
        {hasGrudge(target) && (
          <Button
            size="sm"
            aria-label={t("reset.open")}
            title={t("reset.open")}
            onClick={() => {
              setResetting(true);
            }}
          >
            {t("reset.short")}
          </Button>
        )}
        {intent !== "disabled" && (
          <Button size="sm" onClick={toggleHold}>
            {t(isHeld ? "hold.release" : "hold.open")}
          </Button>
        )}
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
