"use client";

import { Ellipsis, Rocket } from "lucide-react";
import { usePathname, useSearchParams } from "next/navigation";
import type { MouseEvent } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { Link } from "@/components/ui/link";
import { linkTo, pageAt, pages } from "./nav-links";

const item =
  "relative grid min-h-13 content-center justify-items-center gap-0.75 text-micro text-fg-2 hover:no-underline aria-[current]:font-strong aria-[current]:text-fg aria-[current]:before:absolute aria-[current]:before:-top-px aria-[current]:before:h-0.5 aria-[current]:before:w-8 aria-[current]:before:bg-fg";
const others = [
  ...pages.filter(({ onPhone }) => onPhone !== true),
  { href: "/setup", label: "nav.setup", icon: Rocket },
] as const;

/** The way around, under a thumb; the pages that it has no room for are a list behind its last item. */
export function PhoneBar() {
  const { t } = useWords();
  const pathname = usePathname();
  const current = pageAt(pathname)?.href ?? pathname;
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
            aria-current={href === current ? "page" : undefined}
            className={item}
          >
            <Icon size={20} strokeWidth={1.6} aria-hidden="true" />
            {t(label)}
          </Link>
        ))}
      <button
        type="button"
        popoverTarget="other-pages"
        aria-current={others.some(({ href }) => href === current) || undefined}
        className={item}
      >
        <Ellipsis size={20} strokeWidth={1.6} aria-hidden="true" />
        {t("nav.more")}
      </button>
      <div
        id="other-pages"
        popover="auto"
        role="group"
        aria-label={t("nav.more")}
        className="pop-sheet top-auto m-0 max-w-none border-t border-line-strong bg-raised p-3 shadow-sheet"
      >
        <div className="grid grid-cols-2">
          {others.map(({ href, label, icon: Icon }) => (
            <Link
              key={href}
              href={linkTo(href, search)}
              aria-current={href === current ? "page" : undefined}
              className="flex min-h-11 items-center gap-2.5 rounded-control px-3 text-fg-2 hover:no-underline aria-[current]:bg-selected aria-[current]:font-strong aria-[current]:text-fg"
              onClick={close}
            >
              <Icon size={18} strokeWidth={1.6} aria-hidden="true" />
              {t(label)}
            </Link>
          ))}
        </div>
      </div>
    </nav>
  );
}

function close({ currentTarget }: MouseEvent<HTMLElement>): void {
  currentTarget.closest<HTMLElement>("[popover]")?.hidePopover();
}
