"use client";

import { CurrencySwitch } from "./currency-switch";
import { LanguageSwitch } from "./language-switch";
import { NodeLine } from "./node-line";
import { ThemeSwitch } from "./theme-switch";
import { ZoneSwitch } from "./zone-switch";

/** What the rail and the top bar have no room for on a phone. */
export function PhoneFooter() {
  return (
    <footer className="mt-5 flex flex-wrap items-center gap-2 md:hidden">
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
