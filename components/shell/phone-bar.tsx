"use client";

import { Link } from "@/components/ui/link";
import { usePathname, useSearchParams } from "next/navigation";
import { useWords } from "@/components/lib/i18n/provider";
import { linkTo, pageAt, pages } from "./nav-links";

/** The way around, under a thumb. */
export function PhoneBar() {
  const { t } = useWords();
  const current = pageAt(usePathname());
  const search = useSearchParams();
  return (
    <nav
      aria-label={t("nav.main")}
      className="fixed inset-x-0 bottom-0 z-20 grid auto-cols-fr grid-flow-col border-t border-line bg-page pb-[max(8px,env(safe-area-inset-bottom))] md:hidden"
    >
      {pages
        .filter(({ onPhone }) => onPhone === true)
        .map(({ href, label, icon: Icon }) => (
          <Link
            key={href}
            href={linkTo(href, search)}
            aria-current={href === current?.href ? "page" : undefined}
            className="relative grid min-h-13 content-center justify-items-center gap-0.75 text-micro text-fg-2 hover:no-underline aria-[current]:font-strong aria-[current]:text-fg aria-[current]:before:absolute aria-[current]:before:-top-px aria-[current]:before:h-0.5 aria-[current]:before:w-8 aria-[current]:before:bg-fg"
          >
            <Icon size={20} strokeWidth={1.6} aria-hidden="true" />
            {t(label)}
          </Link>
        ))}
    </nav>
  );
}
