import { cookies, headers } from "next/headers";
import { decoded } from "@/lib/shared/decoded";
import { type Locale, locales } from "@/lib/shared/format";
import type { Messages } from "./messages";
import { clockCookie, localeCookie, zoneCookie } from "./cookies";
import { negotiatedLocale } from "./negotiate";

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).format(0) !== "";
  } catch {
    return false;
  }
}

/**
 * Language, zone and words for this request: cookie, then Accept-Language, then English and UTC. `timeZone` is what times
 * are printed in, `browserZone` the browser's own as far as it is known.
 */
export async function readerOf(): Promise<{
  locale: Locale;
  timeZone: string;
  browserZone: string;
  messages: Messages;
}> {
  const [jar, sent] = await Promise.all([cookies(), headers()]);
  const chosen = locales.find((locale) => locale === jar.get(localeCookie)?.value);
  const locale = chosen ?? negotiatedLocale(sent.get("accept-language"));
  const zone = decoded(jar.get(zoneCookie)?.value ?? "UTC");
  const browserZone = isTimeZone(zone) ? zone : "UTC";
  const timeZone = jar.get(clockCookie)?.value === "utc" ? "UTC" : browserZone;
  const messages =
    locale === "ko" ? await import("@/messages/ko.json") : await import("@/messages/en.json");
  return { locale, timeZone, browserZone, messages: messages.default };
}
