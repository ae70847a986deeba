"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { pages, sections } from "./nav-links";

const shownSections = new Set(["#targets", "#priorities", "#calls"]);

/** The way around, under a thumb. */
export function PhoneBar() {
  const { t } = useWords();
  const links = [...pages, ...sections.filter(({ href }) => shownSections.has(href))];
  return (
    <nav
      aria-label={t("nav.main")}
      className="fixed inset-x-0 bottom-0 z-20 grid auto-cols-fr grid-flow-col border-t border-line bg-page pb-[max(8px,env(safe-area-inset-bottom))] md:hidden"
    >
      {links.map(({ href, label, icon: Icon }, index) => (
        <a
          key={href}
          href={index === 0 ? "#top" : href}
          aria-current={index === 0 ? "page" : undefined}
          className="relative grid min-h-13 content-center justify-items-center gap-0.75 text-micro text-fg-2 hover:no-underline aria-[current]:font-strong aria-[current]:text-fg aria-[current]:before:absolute aria-[current]:before:-top-px aria-[current]:before:h-0.5 aria-[current]:before:w-8 aria-[current]:before:bg-fg"
        >
          <Icon size={20} strokeWidth={1.6} aria-hidden="true" />
          {t(label)}
        </a>
      ))}
    </nav>
  );
}
