import type { Translate } from "@/components/lib/i18n/messages";
import type { MessageKey } from "@/components/lib/i18n/messages";
import type { Format } from "@/lib/shared/format";

const shown = 3;

/** The name of a class of errors. */
export function errorClassText(name: string, t: Translate): string {
  const key = `objects.error.${name}` as MessageKey;
  return t.has(key) ? t(key) : name;
}

/** The most frequent classes of errors, most first. */
export function errorsText(
  errors: Readonly<Record<string, number>>,
  t: Translate,
  f: Format,
): string {
  return Object.entries(errors)
    .filter(([, count]) => count > 0)
    .sort(([, left], [, right]) => right - left)
    .slice(0, shown)
    .map(([name, count]) => `${errorClassText(name, t)} × ${f.compact(count)}`)
    .join(" · ");
}
