"use client";

import { useRouter } from "next/navigation";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef } from "react";
import { IntlProvider, useTranslations } from "use-intl";
import type { Exchange } from "@/lib/shared/contract";
import { createFormat, type Format, type Locale } from "@/lib/shared/format";
import { clockCookie, rememberPreference, zoneCookie } from "./cookies";
import type { Messages, Text, Translate } from "./messages";

type Props = {
  locale: Locale;
  timeZone: string;
  browserZone: string;
  messages: Messages;
  children: ReactNode;
};

const FormatContext = createContext<Format>(createFormat("en", "UTC"));
const BrowserZoneContext = createContext("UTC");

export function I18nProvider({ locale, timeZone, browserZone, messages, children }: Props) {
  const format = useMemo(() => createFormat(locale, timeZone), [locale, timeZone]);
  useBrowserZone(browserZone);
  return (
    <IntlProvider locale={locale} timeZone={timeZone} messages={messages}>
      <FormatContext value={format}>
        <BrowserZoneContext value={browserZone}>{children}</BrowserZoneContext>
      </FormatContext>
    </IntlProvider>
  );
}

type MoneyProps = { exchange: Exchange | null; children: ReactNode };

/** Below it, amounts are printed in the exchange's currency; in US dollars without one. */
export function MoneyProvider({ exchange, children }: MoneyProps) {
  const { locale, timeZone } = useContext(FormatContext);
  const format = useMemo(
    () => createFormat(locale, timeZone, exchange),
    [locale, timeZone, exchange],
  );
  return <FormatContext value={format}>{children}</FormatContext>;
}

/** Words and number formats of the reader. */
export function useWords(): { t: Translate; f: Format; say: (text: Text) => string } {
  const t = useTranslations();
  const f = useContext(FormatContext);
  const say = (text: Text): string => t(text.key, text.values);
  return { t, f, say };
}

/** In which zone times are printed, and how to have them in UTC, or in the browser's own again. */
export function useClockChoice(): {
  readonly browserZone: string;
  readonly isUtc: boolean;
  readonly choose: (isUtc: boolean) => void;
} {
  const router = useRouter();
  const { timeZone } = useContext(FormatContext);
  return {
    browserZone: useContext(BrowserZoneContext),
    isUtc: timeZone === "UTC",
    choose(isUtc) {
      rememberPreference(clockCookie, isUtc ? "utc" : "local");
      router.refresh();
    },
  };
}

/** The server learns the browser's zone on the first visit, so that both print the same clock. */
function useBrowserZone(rendered: string): void {
  const router = useRouter();
  const isTold = useRef(false);
  useEffect(() => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    // Once: a server that does not know the zone would be asked for ever.
    if (zone !== rendered && !isTold.current) {
      isTold.current = true;
      rememberPreference(zoneCookie, zone);
      router.refresh();
    }
  }, [rendered, router]);
}
