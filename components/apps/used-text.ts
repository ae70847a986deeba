import type { Translate } from "@/components/lib/i18n/messages";
import type { KeyView } from "@/lib/shared/contract";
import type { Format } from "@/lib/shared/format";

/** When a key was used last and how much; nothing of one that never was. */
export function usedTexts(
  { lastUsedAt, callsInHour }: KeyView,
  t: Translate,
  f: Format,
  nowMs: number,
): string[] {
  return lastUsedAt === null
    ? []
    : [
        t("apps.revokeUsed", {
          ago: f.duration(Math.max(0, nowMs - lastUsedAt)),
          n: f.count(callsInHour),
        }),
      ];
}
