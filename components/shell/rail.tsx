"use client";

import { PanelLeft } from "lucide-react";
import { Link } from "@/components/ui/link";
import { usePathname, useSearchParams } from "next/navigation";
import { useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { Button } from "@/components/ui/button";
import { rememberPreference } from "@/components/lib/i18n/cookies";
import { BrandMark } from "./brand";
import { railCookie } from "./rail-cookie";
import { linkTo, type NavLink, pageAt, pages } from "./nav-links";
import { NodeLine } from "./node-line";

type Props = { isCollapsed: boolean };

/** The way around, at the left of a desk. */
export function Rail({ isCollapsed: wasCollapsed }: Props) {
  const { t } = useWords();
  const current = pageAt(usePathname());
  const [isCollapsed, setCollapsed] = useState(wasCollapsed);
  const toggle = (): void => {
    rememberPreference(railCookie, isCollapsed ? "open" : "collapsed");
    setCollapsed(!isCollapsed);
  };
  return (
    <nav
      aria-label={t("nav.main")}
      data-collapsed={isCollapsed || undefined}
      className="group sticky top-0 flex h-dvh w-(--rail) shrink-0 flex-col border-r border-line px-2 pb-3 data-collapsed:w-13 max-lg:w-13 max-md:hidden"
    >
      <Link
        href="/overview"
        className="flex h-(--bar) items-center gap-2.25 px-2 text-[14px] font-strong text-fg hover:no-underline"
      >
        <BrandMark />
        <span className="tight group-data-collapsed:sr-only max-lg:sr-only">{t("app.name")}</span>
      </Link>
      <ul className="grid gap-px py-2">
        {pages.map((link) => (
          <RailLink key={link.href} link={link} isCurrent={link === current} />
        ))}
      </ul>
      <div className="mt-auto border-t border-line px-2 pt-3">
        <div className="group-data-collapsed:hidden max-lg:hidden">
          <NodeLine />
          <Link
            href="/setup"
            className="mt-1 inline-flex min-h-6 items-center text-small text-fg-2"
          >
            {t("nav.setup")}
          </Link>
        </div>
        <Button
          tone="ghost"
          size="icon"
          className="mt-1 -ml-1.5 max-lg:hidden"
          aria-label={t(isCollapsed ? "nav.expand" : "nav.collapse")}
          aria-expanded={!isCollapsed}
          onClick={toggle}
        >
          <PanelLeft size={15} aria-hidden="true" />
        </Button>
      </div>
    </nav>
  );
}

function RailLink({ link, isCurrent }: { link: NavLink; isCurrent: boolean }) {
  const { t } = useWords();
  const search = useSearchParams();
  const { href, label, icon: Icon } = link;
  return (
    <li>
      <Link
        href={linkTo(href, search)}
        title={t(label)}
        aria-current={isCurrent ? "page" : undefined}
        className="flex h-7.5 items-center gap-2.5 rounded-control px-2 font-medium text-fg-2 hover:bg-hover hover:no-underline aria-[current]:bg-selected aria-[current]:text-fg [&>svg]:text-fg-3 aria-[current]:[&>svg]:text-fg"
      >
        <Icon size={16} strokeWidth={1.6} aria-hidden="true" className="shrink-0" />
        <span className="truncate group-data-collapsed:sr-only max-lg:sr-only">{t(label)}</span>
      </Link>
    </li>
  );
}
