import type { Text } from "@/components/lib/i18n/messages";
import type { Trouble } from "@/components/lib/verdict";
import type { Format } from "@/lib/shared/format";

export interface BannerInput {
  /** Why there is no current view, when there is none. */
  readonly trouble: Trouble | null;
  /** The page says so itself, as the overview's headline does. */
  readonly isToldBelow: boolean;
  /** A minute has passed without news, and nobody holds the page still. */
  readonly isFrozen: boolean;
  /** When the server made the newest view that is shown, in epoch milliseconds; undefined when none is. */
  readonly readAtMs: number | undefined;
}

/** What stands above a page that is not current, sentence by sentence; nothing when it is. */
export function bannerTexts(input: BannerInput, f: Format): Text[] {
  const { trouble, isToldBelow, isFrozen, readAtMs } = input;
  if (trouble !== null && !isToldBelow) {
    const what: Text = { key: `banner.${trouble}` };
    return readAtMs === undefined
      ? [what]
      : [what, { key: "banner.readAt", values: { at: f.clock(readAtMs) } }];
  }
  return isFrozen && readAtMs !== undefined
    ? [{ key: "banner.frozen", values: { at: f.clock(readAtMs) } }]
    : [];
}
