"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
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
import { newCount, useOpenCall } from "./open-call";

const CallDrawer = dynamic(() => import("./call-drawer").then((module) => module.CallDrawer), {
  ssr: false,
});

const shownOnPhone = 10;

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
          {formFactor !== "desk" && (
            <CallCards calls={calls.slice(0, shownOnPhone)} onOpen={open} />
          )}
        </div>
      )}
      {openId !== null && (
        <CallDrawer
          id={openId}
          ids={calls.map(({ id }) => id)}
          onOpen={open}
          onClose={() => {
            open(null);
          }}
        />
      )}
    </Panel>
  );
}
