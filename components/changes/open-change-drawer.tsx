"use client";

import { useQuery } from "@tanstack/react-query";
import { useWords } from "@/components/lib/i18n/provider";
import type { ChangeRef } from "@/components/lib/open-change";
import { changesQueries } from "@/components/lib/queries";
import { DialogHead } from "@/components/shell/dialog-head";
import { QueryState } from "@/components/shell/query-state";
import { Dialog } from "@/components/ui/dialog";
import { HealthEvent } from "./healer-view";
import { PersonChange } from "./people-view";

interface Props {
  change: ChangeRef;
  onClose: () => void;
}

/** One change, by a person or the healer. */
export function OpenChangeDrawer({ change: { id, at }, onClose }: Props) {
  const { t, f } = useWords();
  const query = useQuery(changesQueries.one(id, at));
  const change = query.data;
  return (
    <Dialog labelledBy="change-title" shape="drawer" onClose={onClose}>
      <DialogHead
        id="change-title"
        title={t("change.title")}
        note={[`${f.full(at)} ${f.zone(at)}`]}
        onClose={onClose}
      />
      <QueryState query={query} skeleton="h-24" />
      {change === null && <p className="run text-fg-2">{t("change.gone")}</p>}
      {change !== null && change !== undefined && (
        <ol data-testid="change">
          {change.kind === "health" ? (
            <HealthEvent event={change} followed={null} />
          ) : (
            <PersonChange change={change} />
          )}
        </ol>
      )}
    </Dialog>
  );
}
