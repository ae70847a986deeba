"use client";

import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useWords } from "@/components/lib/i18n/provider";
import type { ChangeRef } from "@/components/lib/open-change";
import { changesQueries } from "@/components/lib/queries";
import { QueryState } from "@/components/shell/query-state";
import { Button } from "@/components/ui/button";
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
      <div className="mb-3 flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <h2 id="change-title" className="tight text-title font-strong">
            {t("change.title")}
          </h2>
          <p className="text-small text-fg-3">{`${f.full(at)} ${f.zone(at)}`}</p>
        </div>
        <Button tone="ghost" size="icon" aria-label={t("popover.close")} onClick={onClose}>
          <X size={16} aria-hidden="true" />
        </Button>
      </div>
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
