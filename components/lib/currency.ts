"use client";

import { useRouter } from "next/navigation";
import type { Exchange } from "@/lib/shared/contract";
import { currencyCookie, rememberPreference } from "./i18n/cookies";
import { useWords } from "./i18n/provider";
import { useHealth } from "./live/views";

/** What amounts are shown in, what else they can be, and how to tell this browser; null where there is only one. */
export function useCurrencyChoice(): {
  readonly exchange: Exchange;
  readonly shown: string;
  readonly other: string;
  readonly choose: (currency: string) => void;
} | null {
  const { f } = useWords();
  const router = useRouter();
  const exchange = useHealth().data?.exchange ?? null;
  if (exchange === null) {
    return null;
  }
  return {
    exchange,
    shown: f.currency,
    other: f.currency === "USD" ? exchange.currency : "USD",
    choose(currency) {
      rememberPreference(currencyCookie, currency);
      router.refresh();
    },
  };
}
