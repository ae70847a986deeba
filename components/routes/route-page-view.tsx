"use client";

import Link from "next/link";
import { useWords } from "@/components/lib/i18n/provider";
import { useHealth } from "@/components/lib/live/views";
import { PageHead } from "@/components/shell/page-head";
import { QueryState } from "@/components/shell/query-state";
import { Panel } from "@/components/ui/panel";
import { ChainEditor } from "./chain-editor";

type Props = { id: string };

/** One route: its chain, to be put in order. */
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
        <Panel id="priorities" title={t("routes.title")} subtitle={t("routes.subtitle")}>
          <ChainEditor key={route.id} route={route} health={health} />
        </Panel>
      )}
    </>
  );
}
