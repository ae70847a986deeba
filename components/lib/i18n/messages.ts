import type en from "@/messages/en.json";
import type { useTranslations } from "use-intl";
import type { Locale } from "@/lib/shared/format";

declare module "use-intl" {
  interface AppConfig {
    Messages: typeof en;
    Locale: Locale;
  }
}

export type Messages = typeof en;
export type Translate = ReturnType<typeof useTranslations<never>>;
export type MessageKey = Parameters<Translate>[0];
export type MessageValues = Record<string, string | number>;

/** A sentence that pure code has decided and the page words in the reader's language. */
export interface Text {
  readonly key: MessageKey;
  readonly values?: MessageValues;
}
