/** Settings that a file may have without any effect: better said aloud than believed in. */
import type { ConfigDocument } from "./document";

/** What is set in `document` and changes nothing, with what it lacks. */
export function inertSettings({ settings }: ConfigDocument): string[] {
  const { currency, exchange_rate: rate } = settings;
  return currency !== undefined && currency !== "USD" && rate === undefined
    ? ["settings.currency needs settings.exchange_rate; amounts stay in USD"]
    : [];
}
