"use client";

import { useRouter } from "next/navigation";
import { localeCookie, rememberPreference } from "@/components/lib/i18n/cookies";
import { useWords } from "@/components/lib/i18n/provider";
import { locales } from "@/lib/shared/format";

/** Shows the other language by its own name. */
export function LanguageSwitch() {
  const { t, f } = useWords();
  const router = useRouter();
  const other = locales.find((locale) => locale !== f.locale) ?? "en";
  return (
    <button
      type="button"
      lang={other}
      title={t(`language.${other}`)}
      onClick={() => {
        rememberPreference(localeCookie, other);
        router.refresh();
      }}
      className="h-7 min-w-7 rounded-control px-1.5 text-small font-medium text-fg-2 hover:bg-hover touch:h-11 touch:min-w-11"
    >
      {t(`language.short.${other}`)}
      <span className="sr-only"> {t(`language.${other}`)}</span>
    </button>
  );
}
