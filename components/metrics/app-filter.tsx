"use client";

import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useWords } from "@/components/lib/i18n/provider";
import { useApp } from "@/components/lib/live/views";
import { keysQueries } from "@/components/lib/queries";
import { showSearch, withWord } from "@/components/lib/range";
import { Chooser } from "@/components/ui/chooser";

/** Whose calls the figures are of; it lives in the address. Nothing to choose where there is one application. */
export function AppFilter() {
  const { t } = useWords();
  const search = useSearchParams();
  const app = useApp();
  const keys = useQuery({ ...keysQueries.list(), refetchInterval: false }).data?.keys ?? [];
  const known = keys.filter(({ kind, revokedAt }) => kind === "live" && revokedAt === null);
  const ids = known.map(({ id }) => id);
  const options = app === null || ids.includes(app) ? ids : [app, ...ids];
  if (options.length < 2 && app === null) {
    return null;
  }
  return (
    <Chooser
      label={t("apps.filter")}
      all={t("apps.everyone")}
      value={app}
      options={options.map((id) => ({ value: id, label: id }))}
      onValue={(id) => {
        showSearch(withWord(new URLSearchParams(search), "app", id));
      }}
    />
  );
}
