"use client";

import { Link } from "@/components/ui/link";
import { useWords } from "@/components/lib/i18n/provider";
import { useHealth } from "@/components/lib/live/views";
import { PageHead } from "@/components/shell/page-head";
import { QueryState } from "@/components/shell/query-state";
import { Panel } from "@/components/ui/panel";
import type { HealthView, RouteView } from "@/lib/shared/contract";
import { ChainEditor } from "./chain-editor";
import { DraftBar } from "./draft-bar";
import { PolicyPanel } from "./policy-panel";
import { useRouteDraft } from "./use-route-draft";

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
          <Link href="/routes" className="text-small">
            {t("routes.all")}
          </Link>
        }
      >
        {route !== undefined && t("routes.asks", { id, n: route.chain.length })}
      </PageHead>
      <QueryState query={query} skeleton="h-64" />
      {health !== undefined && route === undefined && (
        <p className="run py-6 text-fg-2">{t("routes.unknown", { id })}</p>
      )}
      {health !== undefined && route !== undefined && (
        <Editor key={route.id} route={route} health={health} />
      )}
    </>
  );
}

function Editor({ route, health }: { route: RouteView; health: HealthView }) {
  const { t } = useWords();
  const draft = useRouteDraft(route, health, true);
  return (
    <>
      <Panel id="priorities" title={t("routes.title")} subtitle={t("routes.subtitle")}>
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
