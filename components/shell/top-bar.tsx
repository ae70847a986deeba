"use client";

import { usePathname } from "next/navigation";
import { BrandMark } from "./brand";
import { Commands } from "./commands";
import { CurrencySwitch } from "./currency-switch";
import { LanguageSwitch } from "./language-switch";
import { LiveChip } from "./live-chip";
import { pageAt } from "./nav-links";
import { RangeSwitch } from "./range-switch";
import { ThemeSwitch } from "./theme-switch";
import { VerdictPill } from "./verdict-pill";
import { ZoneSwitch } from "./zone-switch";

/** The state of the fleet and of the page's own data, always in sight. */
export function TopBar() {
  const hasRange = pageAt(usePathname())?.hasRange !== undefined;
  return (
    <header
      id="top"
      className="sticky top-0 z-10 flex h-(--bar) items-center gap-2 border-b border-line bg-page px-6 phone:h-13 phone:px-4"
    >
      <span className="md:hidden">
        <BrandMark size={22} />
      </span>
      <VerdictPill />
      <span className="ml-auto max-lg:hidden">{hasRange && <RangeSwitch />}</span>
      <span className="flex max-lg:hidden">
        <ZoneSwitch />
      </span>
      <span className="mx-1 h-4 w-px bg-line-strong max-lg:hidden" />
      <span className="max-lg:ml-auto">
        <LiveChip />
      </span>
      <span className="flex items-center phone:hidden">
        <CurrencySwitch />
        <LanguageSwitch />
        <ThemeSwitch />
      </span>
      <Commands />
    </header>
  );
}
