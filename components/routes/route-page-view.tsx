"use client";

import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useState } from "react";
import { copyText } from "@/components/lib/copy-text";
import { useWords } from "@/components/lib/i18n/provider";
import { useHealth, useRange } from "@/components/lib/live/views";
import { announce } from "@/components/lib/notice";
import { policyQueries } from "@/components/lib/queries";
import { rangeText } from "@/components/lib/range-text";
import { PageHead } from "@/components/shell/page-head";
import { QueryState } from "@/components/shell/query-state";
import { RangeRow } from "@/components/shell/range-row";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { Panel } from "@/components/ui/panel";
import type { HealthView, RouteView } from "@/lib/shared/contract";
import { ChainEditor } from "./chain-editor";
import { DraftBar } from "./draft-bar";
import { PolicyPanel } from "./policy-panel";
import { reachOf } from "@/components/lib/targets/reach";
import { UnreachableBanner } from "./unreachable";
import { useRouteDraft } from "./use-route-draft";

/** Fetched when it is opened first. */
const RemoveRoute = dynamic(() => import("./remove-route").then((m) => m.RemoveRoute), {
  ssr: false,
});

type Props = { id: string };

/** One route: its chain, to be put in order, and the numbers that it goes by. */
export function RoutePageView({ id }: Props) {
  const { t } = useWords();
  const query = useHealth();
  const health = query.data;
  const route = health?.routes.find((one) => one.id === id);
  return (
    <>
      <PageHead
        title={id}
        aside={
          <span className="flex flex-wrap items-center gap-2">
            <Link href="/routes" className="mr-1 text-small">
              {t("routes.all")}
            </Link>
            {route !== undefined && <RouteActions route={route} />}
          </span>
        }
      >
        {health !== undefined &&
          route !== undefined &&
          reachOf(route.chain, health).trouble === null &&
          t("routes.asks", { id, n: route.chain.length })}
      </PageHead>
      <QueryState query={query} skeleton="h-64" />
      {health !== undefined && route === undefined && (
        <p className="run py-6 text-fg-2">{t("routes.unknown", { id })}</p>
      )}
      {health !== undefined && route !== undefined && (
        <>
          <UnreachableBanner route={route} health={health} />
          <RangeRow />
          <Editor key={route.id} route={route} health={health} />
        </>
      )}
    </>
  );
}

/** What is done with a route as a whole. */
function RouteActions({ route }: { route: RouteView }) {
  const { t } = useWords();
  const policy = useQuery(policyQueries.of(route.id)).data;
  const [isRemoving, setRemoving] = useState(false);
  const copy = async (yaml: string): Promise<void> => {
    announce(t((await copyText(yaml)) ? "routes.yaml.copied" : "routes.yaml.not"));
  };
  return (
    <>
      <Button
        disabled={policy === undefined}
        onClick={() => {
          copy(policy?.yaml ?? "").catch(() => undefined);
        }}
      >
        {t("routes.yaml.copy")}
      </Button>
      <Button
        onClick={() => {
          setRemoving(true);
        }}
      >
        {t("routes.removal.button")}
      </Button>
      {isRemoving && (
        <RemoveRoute
          route={route}
          policy={policy}
          onClose={() => {
            setRemoving(false);
          }}
        />
      )}
    </>
  );
}

function Editor({ route, health }: { route: RouteView; health: HealthView }) {
  const { t, f } = useWords();
  const draft = useRouteDraft(route, health, true);
  return (
    <>
      <Panel
        id="priorities"
        title={t("routes.title")}
        subtitle={[t("routes.subtitle"), rangeText(useRange(), t, f)].join(" · ")}
      >
        <ChainEditor route={route} health={health} isFull />
      </Panel>
      <PolicyPanel route={route} draft={draft} />
      {(draft.changes > 0 || draft.canRedo) && (
        // Notices come up at the right: there they cover nothing of it.
        <div className="sticky bottom-2 z-10 mt-4 rounded-panel bg-page lg:max-w-[calc(100%-392px)] phone:bottom-18">
          <DraftBar route={route} draft={draft} isFull />
        </div>
      )}
    </>
  );
}
