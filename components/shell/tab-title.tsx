"use client";

import { usePathname } from "next/navigation";
import { useEffect } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { useTrouble } from "@/components/lib/live/trouble";
import { useHealth } from "@/components/lib/live/views";
import { impairedTargets, isHeard } from "@/components/lib/targets/state";
import { pageAt } from "./nav-links";

/** The shape of what is hurt, in a colour that both light and dark tabs show. */
const hurtIcon = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><path d="M10 2 19 18H1Z" fill="#d98c00"/></svg>`,
)}`;

/** Browser tab ← health: a tab in the background shows how many targets are hurt, or that nothing is known of them. */
export function TabTitle() {
  const { t } = useWords();
  const page = pageAt(usePathname());
  const health = useHealth().data;
  const hurt = health === undefined ? 0 : impairedTargets(health).length;
  const isBlind = useTrouble() !== null || (health !== undefined && !isHeard(health));
  const name = [...(page === undefined ? [] : [t(page.label)]), t("app.name")].join(" · ");
  const mark = isBlind ? "(?) ▲ " : `(${hurt}) ▲ `;
  const isMarked = isBlind || hurt > 0;
  useTabIcon(isMarked);
  return <title>{isMarked ? `${mark}${name}` : name}</title>;
}

function useTabIcon(isHurt: boolean): void {
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    const usual = icon?.href;
    if (icon === null || usual === undefined || !isHurt) {
      return;
    }
    icon.href = hurtIcon;
    return () => {
      icon.href = usual;
    };
  }, [isHurt]);
}
