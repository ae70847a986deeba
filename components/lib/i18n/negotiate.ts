import { type Locale, locales } from "@/lib/shared/format";

/** The best of our languages for an Accept-Language header. */
export function negotiatedLocale(acceptLanguage: string | null): Locale {
  const wanted = (acceptLanguage ?? "")
    .split(",")
    .map((entry) => {
      const [tag = "", quality] = entry.trim().split(";q=");
      return { language: tag.toLowerCase().split("-")[0], quality: Number(quality ?? 1) };
    })
    .sort((a, b) => b.quality - a.quality);
  for (const { language } of wanted) {
    const locale = locales.find((candidate) => candidate === language);
    if (locale !== undefined) {
      return locale;
    }
  }
  return "en";
}
