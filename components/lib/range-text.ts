import type { Format } from "@/lib/shared/format";
import type { Translate } from "./i18n/messages";
import { instantsOf, parseRange, type Range } from "./range";

/** A range as a part of a sentence: "the last 6 h", or from when until when. */
export function rangeText(range: Range, t: Translate, f: Format): string {
  const fixed = instantsOf(range);
  return fixed === null
    ? t("range.last", { range: t(`range.${parseRange(range)}`) })
    : f.between(fixed.fromMs, fixed.toMs);
}
