"use client";

import { useTheme } from "next-themes";
import { useRouter } from "next/navigation";
import type { ReactNode } from "react";
import { useCurrencyChoice } from "@/components/lib/currency";
import { localeCookie, rememberPreference } from "@/components/lib/i18n/cookies";
import { useClockChoice, useWords } from "@/components/lib/i18n/provider";
import { useHydrated } from "@/components/lib/use-hydrated";
import { setShortcutsOn, useShortcutsOn } from "@/components/lib/shortcuts-preference";
import { Panel } from "@/components/ui/panel";
import { Segments } from "@/components/ui/segments";
import { Switch } from "@/components/ui/switch";
import { locales } from "@/lib/shared/format";

const themes = ["system", "light", "dark"] as const;

/** What only this browser is told. */
export function DisplayPanel() {
  const { t, f } = useWords();
  const router = useRouter();
  const choice = useCurrencyChoice();
  const clock = useClockChoice();
  const { theme, setTheme } = useTheme();
  const isHydrated = useHydrated();
  const isOn = useShortcutsOn();
  const chosen = themes.find((name) => isHydrated && name === theme) ?? "system";
  return (
    <Panel id="display" title={t("settings.display.title")} subtitle={t("settings.display.note")}>
      <dl className="grid gap-3">
        <Row label={t("settings.display.language")}>
          <Segments
            label={t("settings.display.language")}
            options={locales.map((locale) => ({ value: locale, label: t(`language.${locale}`) }))}
            value={f.locale}
            onChange={(locale) => {
              rememberPreference(localeCookie, locale);
              router.refresh();
            }}
          />
        </Row>
        <Row label={t("settings.display.theme")}>
          <Segments
            label={t("settings.display.theme")}
            options={themes.map((name) => ({ value: name, label: t(`theme.${name}`) }))}
            value={chosen}
            onChange={setTheme}
          />
        </Row>
        <Row label={t("settings.display.currency")}>
          {choice === null ? (
            <span>USD</span>
          ) : (
            <span className="inline-flex flex-wrap items-center gap-2.5">
              <Segments
                label={t("settings.display.currency")}
                options={["USD", choice.exchange.currency].map((code) => ({
                  value: code,
                  label: code,
                }))}
                value={choice.shown}
                onChange={choice.choose}
              />
              <span className="text-small text-fg-3">{f.rate}</span>
            </span>
          )}
        </Row>
        <Row label={t("settings.display.zone")}>
          {clock.browserZone === "UTC" ? (
            <span className="mono">UTC</span>
          ) : (
            <Segments
              label={t("settings.display.zone")}
              options={[clock.browserZone, "UTC"].map((zone) => ({ value: zone, label: zone }))}
              value={f.timeZone}
              onChange={(zone) => {
                clock.choose(zone === "UTC");
              }}
            />
          )}
        </Row>
        <Row label={t("settings.display.shortcuts")}>
          <span className="inline-flex items-center gap-2.5">
            <Switch
              label={t("settings.display.shortcuts")}
              isOn={isOn}
              onToggle={() => {
                setShortcutsOn(!isOn);
              }}
            />
            <span className="text-small text-fg-3">{t("settings.display.shortcutsNote")}</span>
          </span>
        </Row>
      </dl>
    </Panel>
  );
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[140px_minmax(0,1fr)] items-center gap-x-4 gap-y-1 phone:grid-cols-1">
      <dt className="text-fg-2">{label}</dt>
      <dd className="flex min-h-7.5 items-center">{children}</dd>
    </div>
  );
}
