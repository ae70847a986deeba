"use client";

import { useQuery } from "@tanstack/react-query";
import { ChevronDown } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { useWords } from "@/components/lib/i18n/provider";
import { useApp } from "@/components/lib/live/views";
import { keysQueries } from "@/components/lib/queries";

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
    <span className="relative inline-flex">
      <select
        aria-label={t("apps.filter")}
        value={app ?? ""}
        onChange={({ target }) => {
          const next = new URLSearchParams(search);
          if (target.value === "") {
            next.delete("app");
          } else {
            next.set("app", target.value);
          }
          window.history.replaceState(null, "", `?${next.toString()}`);
        }}
        className="h-7.5 max-w-48 cursor-pointer appearance-none truncate rounded-control border border-line-strong bg-surface pr-8 pl-3 font-medium hover:bg-hover touch:h-11"
      >
        <option value="">{t("apps.everyone")}</option>
        {options.map((id) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </select>
      <ChevronDown
        size={14}
        aria-hidden="true"
        className="pointer-events-none absolute top-1/2 right-2.5 -translate-y-1/2 text-fg-3"
      />
    </span>
  );
}
