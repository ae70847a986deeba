"use client";

import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useWords } from "@/components/lib/i18n/provider";
import { callsQueries } from "@/components/lib/queries";
import { QueryState } from "@/components/shell/query-state";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Glyph } from "@/components/ui/glyph";
import { Tag } from "@/components/ui/tag";
import { CallAttempts } from "./call-attempts";
import { CallBodySection } from "./call-body";
import { CallFacts } from "./call-facts";
import { CallPlan } from "./call-plan";
import { callGlyph, outcomeKeyOf } from "@/components/lib/calls/outcome";

type Props = { id: string; onClose: () => void };

/** Why a call went the way it went. */
export function CallDrawer({ id, onClose }: Props) {
  const { t, f } = useWords();
  const query = useQuery(callsQueries.detail(id));
  const call = query.data;
  return (
    <Dialog labelledBy="call-title" shape="drawer" onClose={onClose}>
      <div className="mb-3 flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <h2 id="call-title" className="tight text-title font-strong">
            {t("call.title")}
          </h2>
          <p className="text-small break-words text-fg-3">
            <span className="mono">{id}</span>
            {call !== undefined && ` · ${f.full(call.startedAt)} ${f.zone(call.startedAt)}`}
          </p>
        </div>
        <Button tone="ghost" size="icon" aria-label={t("popover.close")} onClick={onClose}>
          <X size={16} aria-hidden="true" />
        </Button>
      </div>
      <QueryState query={query} skeleton="h-96" />
      {call !== undefined && (
        <>
          <p className="run flex flex-wrap items-center gap-2 text-lead">
            <Glyph state={callGlyph(call)} size={14} />
            <b className="font-medium">{t(outcomeKeyOf(call))}</b>
            {call.rescuedBy !== null && (
              <span className="text-fg-2">{t(`call.rescuedBy.${call.rescuedBy}`)}</span>
            )}
            {call.demo && <Tag>{t("demo.tag")}</Tag>}
          </p>
          {call.errorMessage !== null && (
            <p className="run mt-2 rounded-control bg-sunken px-3 py-2 break-words">
              <span className="mono text-fg-3">{call.errorCode}</span> {call.errorMessage}
            </p>
          )}
          <CallAttempts call={call} />
          <CallPlan call={call} />
          <CallFacts call={call} />
          <CallBodySection call={call} />
        </>
      )}
    </Dialog>
  );
}
