import { cookies, headers } from "next/headers";
import { type Locale, locales } from "@/lib/shared/format";
import type { Messages } from "./messages";
import { localeCookie, zoneCookie } from "./cookies";
import { negotiatedLocale } from "./negotiate";

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).format(0) !== "";
  } catch {
    return false;
  }
}

/** Language, zone and words for this request: cookie, then Accept-Language, then English and UTC. */
export async function readerOf(): Promise<{
  locale: Locale;
  timeZone: string;
  messages: Messages;
}> {
  const [jar, sent] = await Promise.all([cookies(), headers()]);
  const chosen = locales.find((locale) => locale === jar.get(localeCookie)?.value);
  const locale = chosen ?? negotiatedLocale(sent.get("accept-language"));
  const zone = decodeURIComponent(jar.get(zoneCookie)?.value ?? "UTC");
  const messages =
    locale === "ko" ? await import("@/messages/ko.json") : await import("@/messages/en.json");
  return { locale, timeZone: isTimeZone(zone) ? zone : "UTC", messages: messages.default };
}
