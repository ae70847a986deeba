"use client";

import { actorName, actorTitle } from "@/components/lib/i18n/actor-name";
import { useWords } from "@/components/lib/i18n/provider";
import { useNow } from "@/components/lib/live/provider";
import { useChanges, useHealth } from "@/components/lib/live/views";
import { storeDraft } from "@/components/lib/writes/draft";
import { type PolicyChange, servedObject, type Wanted } from "@/components/lib/writes/model";
import { useWrites, useWritesState } from "@/components/lib/writes/provider";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";

/** Somebody was faster: both versions, and the choice between them. */
export function ConflictSheet() {
  const { t, f } = useWords();
  const nowMs = useNow();
  const writes = useWrites();
  const { conflict } = useWritesState();
  const health = useHealth().data;
  const changes = useChanges().data?.changes;
  if (conflict === null || health === undefined) {
    return null;
  }
  const { write, theirRevision, theirPolicy } = conflict;
  const theirs = servedObject(health, write.ref);
  const change = changes?.find(({ revision }) => revision === theirs?.revision);
  const wantedText = (wanted: Wanted): string =>
    wanted.kind === "order" ? wanted.chain.join(" → ") : t(`intent.${wanted.intent}`);
  const keep = (): void => {
    if (write.ref.type === "route") {
      storeDraft(write.ref.id, null);
    }
    writes.settleConflict();
  };
  const overrule = (): void => {
    writes.settleConflict();
    const basedOn = Math.max(theirRevision ?? 0, theirs?.revision ?? 0);
    writes.ask(write.ref, write.wanted, { basedOn }).catch(() => undefined);
  };
  return (
    <Dialog labelledBy="conflict-title" shape="sheet" onClose={keep}>
      <h2
        id="conflict-title"
        className="text-title font-strong"
        title={change && actorTitle(change.actor)}
      >
        {change === undefined
          ? t("conflict.title")
          : t("conflict.titleBy", {
              name: actorName(t, change.actor),
              ago: f.duration(nowMs - change.at),
            })}
      </h2>
      <dl className="mt-3 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-2">
        <dt className="text-fg-3">{t("conflict.theirs")}</dt>
        <dd className="run break-words" data-testid="theirs">
          {theirs === undefined ? t("conflict.gone") : wantedText(theirs.wanted)}
          <PolicyLines policy={theirPolicy} />
        </dd>
        <dt className="text-fg-3">{t("conflict.mine")}</dt>
        <dd className="run break-words" data-testid="mine">
          {wantedText(write.wanted)}
          {write.wanted.kind === "order" && <PolicyLines policy={write.wanted.policy} />}
        </dd>
      </dl>
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button onClick={keep}>{t("conflict.keep")}</Button>
        <Button tone="primary" onClick={overrule} disabled={theirs === undefined}>
          {t("conflict.overrule")}
        </Button>
      </div>
    </Dialog>
  );
}

/** Numbers under their names in the configuration. */
function PolicyLines({ policy }: { policy: PolicyChange }) {
  const { t } = useWords();
  return Object.entries(policy).map(([place, value]) => (
    <span key={place} className="mono block text-small">
      {place}: {value === null ? t("change.line.default") : String(value)}
    </span>
  ));
}
