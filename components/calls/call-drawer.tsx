"use client";

import { useQuery } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, type LucideIcon } from "lucide-react";
import { useWords } from "@/components/lib/i18n/provider";
import { callsQueries } from "@/components/lib/queries";
import { useWindowKey } from "@/components/lib/use-window-key";
import { DialogHead } from "@/components/shell/dialog-head";
import { QueryState } from "@/components/shell/query-state";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Glyph } from "@/components/ui/glyph";
import { Tag } from "@/components/ui/tag";
import { CallAlternatives } from "./call-alternatives";
import { CallAttempts } from "./call-attempts";
import { CallBodySection } from "./call-body";
import { CallCopies } from "./call-copies";
import { CallFacts } from "./call-facts";
import { CallFlags } from "./call-marks";
import { CallPlan } from "./call-plan";
import { CallRevision } from "./call-revision";
import { whySentence } from "./why-sentence";
import { callGlyph, outcomeKeyOf } from "@/components/lib/calls/outcome";

type Props = {
  id: string;
  /** The calls of the list behind it, in its order. */
  ids: readonly string[];
  gatewayUrl: string;
  onOpen: (id: string) => void;
  onClose: () => void;
};

/** Why a call went the way it went; `j` and `k` go on to the next and the one before. */
export function CallDrawer({ id, ids, gatewayUrl, onOpen, onClose }: Props) {
  const { t, f } = useWords();
  const before = neighbour(ids, id, -1);
  const next = neighbour(ids, id, 1);
  useKeys(ids, onOpen);
  const query = useQuery(callsQueries.detail(id));
  const call = query.data;
  return (
    <Dialog labelledBy="call-title" shape="drawer" onClose={onClose}>
      <DialogHead
        id="call-title"
        title={t("call.title")}
        note={[
          <span key="id" className="mono">
            {id}
          </span>,
          ...(call === undefined ? [] : [`${f.full(call.startedAt)} ${f.zone(call.startedAt)}`]),
        ]}
        tools={
          <>
            <Step label={t("call.before")} to={before} icon={ArrowUp} onOpen={onOpen} />
            <Step label={t("call.next")} to={next} icon={ArrowDown} onOpen={onOpen} />
          </>
        }
        onClose={onClose}
      />
      <QueryState query={query} skeleton="h-96" />
      {call !== undefined && (
        <>
          <p className="flex flex-wrap items-center gap-2 text-small">
            <Glyph state={callGlyph(call)} size={14} />
            <b className="font-medium">{t(outcomeKeyOf(call))}</b>
            {call.rescuedBy !== null && (
              <span className="text-fg-2">{t(`call.rescuedBy.${call.rescuedBy}`)}</span>
            )}
            <CallFlags call={call} />
            {call.demo && <Tag>{t("demo.tag")}</Tag>}
          </p>
          <p className="run mt-1.5 text-lead break-words" data-testid="why-sentence">
            {whySentence(call, t, f)}
          </p>
          {call.errorMessage !== null && (
            <p className="run mt-2 rounded-control bg-sunken px-3 py-2 break-words">
              <span className="mono text-fg-3">{call.errorCode}</span> {call.errorMessage}
            </p>
          )}
          <CallCopies key={`copies ${id}`} call={call} gatewayUrl={gatewayUrl} />
          <CallAttempts call={call} />
          <CallPlan call={call} />
          <CallAlternatives call={call} />
          <CallRevision call={call} />
          <CallFacts call={call} />
          <CallBodySection key={`body ${id}`} call={call} onOpen={onOpen} />
        </>
      )}
    </Dialog>
  );
}

type StepProps = {
  label: string;
  to: string | undefined;
  icon: LucideIcon;
  onOpen: (id: string) => void;
};

function Step({ label, to, icon: Icon, onOpen }: StepProps) {
  return (
    <Button
      tone="ghost"
      size="icon"
      aria-label={label}
      title={label}
      disabled={to === undefined}
      onClick={() => {
        if (to !== undefined) {
          onOpen(to);
        }
      }}
    >
      <Icon size={16} aria-hidden="true" />
    </Button>
  );
}

/** The call beside `id` in the list; undefined at its end, and when the list does not show it. */
function neighbour(ids: readonly string[], id: string | null, by: 1 | -1): string | undefined {
  const place = id === null ? -1 : ids.indexOf(id);
  return place === -1 ? undefined : ids[place + by];
}

/** `j` and `k`, by their place on the keyboard. */
function useKeys(ids: readonly string[], onOpen: (id: string) => void): void {
  useWindowKey((event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) {
      return;
    }
    if (event.code === "KeyJ" || event.code === "KeyK") {
      // From the address: quick presses come before the page has followed the last one.
      const open = new URLSearchParams(window.location.search).get("call");
      const id = neighbour(ids, open, event.code === "KeyJ" ? 1 : -1);
      if (id !== undefined) {
        event.preventDefault();
        onOpen(id);
      }
    }
  });
}
