"use client";

import dynamic from "next/dynamic";
import { useSearchParams } from "next/navigation";
import { useCallback, useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { useCalls, useHealth } from "@/components/lib/live/views";
import { useFormFactor } from "@/components/lib/use-form-factor";
import { QueryState } from "@/components/shell/query-state";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { Tag } from "@/components/ui/tag";
import { type CallView } from "@/lib/shared/contract";
import { CallCards } from "./call-cards";
import { CallsTable } from "./calls-table";

const CallDrawer = dynamic(() => import("./call-drawer").then((module) => module.CallDrawer), {
  ssr: false,
});

/** The latest calls with every attempt. Rows hold still while somebody reads them. */
export function CallsView() {
  const { t, f } = useWords();
  const formFactor = useFormFactor();
  const query = useCalls();
  const isDemo = useHealth().data?.demo === "only";
  const [held, setHeld] = useState<readonly CallView[] | null>(null);
  const [openId, open] = useOpenCall();
  const newest = query.data?.calls ?? [];
  const calls = held ?? newest;
  const waiting = held === null ? 0 : newCount(newest, held);
  const hold = (): void => {
    setHeld(newest);
  };
  const release = (): void => {
    setHeld(null);
  };
  return (
    <Panel
      id="calls"
      title={t("calls.title")}
      subtitle={
        query.data && t("calls.subtitle", { n: calls.length, zone: f.zone(query.data.generatedAt) })
      }
      aside={
        <div className="flex items-center gap-2">
          {waiting > 0 && (
            <Button size="sm" onClick={release}>
              {t("calls.waiting", { n: waiting })}
            </Button>
          )}
          {isDemo && <Tag>{t("demo.tag")}</Tag>}
        </div>
      }
    >
      <QueryState query={query} skeleton="h-[720px]" />
      {query.data !== undefined && calls.length === 0 && (
        <p className="run py-6 text-fg-2">{t("calls.empty")}</p>
      )}
      {calls.length > 0 && (
        <div
          onPointerEnter={hold}
          onPointerLeave={release}
          onFocus={() => {
            if (held === null) {
              hold();
            }
          }}
          onBlur={(event) => {
            if (!event.currentTarget.contains(event.relatedTarget)) {
              release();
            }
          }}
        >
          {formFactor !== "phone" && <CallsTable calls={calls} onOpen={open} />}
          {formFactor !== "desk" && <CallCards calls={calls} onOpen={open} />}
        </div>
      )}
      {openId !== null && (
        <CallDrawer
          id={openId}
          onClose={() => {
            open(null);
          }}
        />
      )}
    </Panel>
  );
}

/** The open call is in the address, so that a link shows it. */
function useOpenCall(): [string | null, (id: string | null) => void] {
  const search = useSearchParams();
  const open = useCallback((id: string | null): void => {
    const next = new URLSearchParams(window.location.search);
    if (id === null) {
      next.delete("call");
    } else {
      next.set("call", id);
    }
    const query = next.toString();
    window.history.pushState(null, "", query === "" ? window.location.pathname : `?${query}`);
  }, []);
  return [search.get("call"), open];
}

function newCount(newest: readonly CallView[], held: readonly CallView[]): number {
  const known = new Set(held.map(({ id }) => id));
  return newest.filter(({ id }) => !known.has(id)).length;
}
