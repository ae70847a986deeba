"use client";

import { usePathname } from "next/navigation";
import { useWords } from "@/components/lib/i18n/provider";
import { useHealth } from "@/components/lib/live/views";
import { impairedTargets } from "@/components/lib/targets/state";
import { pageAt } from "./nav-links";

/** Browser tab ← health: a tab in the background shows how many targets are hurt. */
export function TabTitle() {
  const { t } = useWords();
  const page = pageAt(usePathname());
  const health = useHealth().data;
  const hurt = health === undefined ? 0 : impairedTargets(health).length;
  const name = [...(page === undefined ? [] : [t(page.label)]), t("app.name")].join(" · ");
  return <title>{hurt === 0 ? name : `(${hurt}) ▲ ${name}`}</title>;
}
