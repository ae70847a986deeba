"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { useTrouble } from "@/components/lib/live/trouble";
import { useHealth } from "@/components/lib/live/views";
import { refusals } from "@/components/lib/verdict";

/** How many nodes live, and whether they all follow the newest revision. */
export function NodeLine() {
  const { t } = useWords();
  const health = useHealth().data;
  const isOld = useTrouble() !== null;
  if (health === undefined) {
    return <div className="h-9" />;
  }
  const live = health.nodes.filter((node) => node.live);
  const refused = refusals(health);
  const behind = live.filter(
    (node) => node.refused === null && node.appliedRevision < health.revision,
  ).length;
  const problems = live.flatMap(({ id, refused: refusal }) =>
    refusal === null ? [] : [`${id}: r${refusal.revision} ${refusal.problem}`],
  );
  return (
    <div className="grid gap-0.5 text-small leading-4.5 text-fg-3" data-testid="nodes">
      <span>
        <b className="font-medium text-fg-2">
          {t("nodes.live", { live: live.length, of: health.nodes.length })}
        </b>{" "}
        · r{health.revision}
      </span>
      {refused.length > 0 && (
        <span className="run text-fg-2" title={problems.join("\n")} data-testid="refused">
          {t("nodes.refused", { n: refused.length, revision: Math.max(...refused) })}
        </span>
      )}
      {isOld && <span>{t("nodes.old")}</span>}
      {!isOld && (behind > 0 || refused.length === 0) && (
        <span>
          {live.length === 0 && t("nodes.silent")}
          {live.length > 0 &&
            (behind === 0 ? t("nodes.applied") : t("nodes.behind", { n: behind }))}
        </span>
      )}
    </div>
  );
}
