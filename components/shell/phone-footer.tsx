"use client";

import { Link } from "@/components/ui/link";
import { useSearchParams } from "next/navigation";
import { useWords } from "@/components/lib/i18n/provider";
import { CurrencySwitch } from "./currency-switch";
import { LanguageSwitch } from "./language-switch";
import { linkTo, pages } from "./nav-links";
import { NodeLine } from "./node-line";
import { ThemeSwitch } from "./theme-switch";
import { ZoneSwitch } from "./zone-switch";

/** What the rail, the top bar and the bar under the thumb have no room for on a phone. */
export function PhoneFooter() {
  const { t } = useWords();
  const search = useSearchParams();
  return (
    <footer className="mt-5 flex flex-wrap items-center gap-2 md:hidden">
      <nav aria-label={t("nav.more")} className="flex w-full flex-wrap gap-x-4">
        {pages
          .filter(({ onPhone }) => onPhone !== true)
          .map(({ href, label }) => (
            <Link
              key={href}
              href={linkTo(href, search)}
              className="inline-flex min-h-11 items-center text-fg-2"
            >
              {t(label)}
            </Link>
          ))}
        <Link href="/setup" className="inline-flex min-h-11 items-center text-fg-2">
          {t("nav.setup")}
        </Link>
      </nav>
      <div className="flex-1">
        <NodeLine />
      </div>
      <ZoneSwitch />
      <CurrencySwitch />
      <LanguageSwitch />
      <ThemeSwitch />
    </footer>
  );
}
