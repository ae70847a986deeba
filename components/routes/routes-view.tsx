"use client";

import { useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { useHealth } from "@/components/lib/live/views";
import { QueryState } from "@/components/shell/query-state";
import { Panel } from "@/components/ui/panel";
import { Segments } from "@/components/ui/segments";
import { ChainEditor } from "./chain-editor";

/** In which order are models tried? */
export function RoutesView() {
  const { t } = useWords();
  const query = useHealth();
  const health = query.data;
  const [chosen, setChosen] = useState<string | null>(null);
  const routes = health?.routes ?? [];
  const route = routes.find(({ id }) => id === chosen) ?? routes[0];
  return (
    <Panel
      id="priorities"
      title={t("routes.title")}
      subtitle={t("routes.subtitle")}
      aside={
        route !== undefined && routes.length > 1 ? (
          <Segments
            label={t("routes.choose")}
            value={route.id}
            onChange={setChosen}
            options={routes.map(({ id }) => ({ value: id, label: id }))}
          />
        ) : undefined
      }
    >
      <QueryState query={query} skeleton="h-64" />
      {health !== undefined && route === undefined && (
        <p className="run py-6 text-fg-2">{t("routes.empty")}</p>
      )}
      {health !== undefined && route !== undefined && (
        <ChainEditor key={route.id} route={route} health={health} />
      )}
    </Panel>
  );
}
