import { createTranslator } from "use-intl/core";
import { type Text } from "@/components/lib/i18n/messages";
import { createFormat, type Format, type Locale } from "@/lib/shared/format";
import en from "@/messages/en.json";
import ko from "@/messages/ko.json";

/** What a reader of `locale` sees; a space that does not break is a space. */
export function wordsOf(locale: Locale) {
  const messages = locale === "en" ? en : ko;
  const t = createTranslator({ locale, messages, timeZone: "Asia/Seoul" });
  const f: Format = createFormat(locale, "Asia/Seoul");
  const seen = (text: string): string => text.replaceAll("\u00a0", " ");
  const say = ({ key, values }: Text): string => seen(t(key, values));
  return { t, f, say, seen };
}
