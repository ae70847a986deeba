import type { Text } from "@/components/lib/i18n/messages";
import type { Mover } from "@/lib/shared/contract";
import type { Format } from "@/lib/shared/format";
import { deltaText } from "./delta";

const kinds = { p95: "time", errors: "share", cost: "amount" } as const;

/** A figure of a mover, with its unit. */
export function moverValue(measure: Mover["measure"], value: number, f: Format): string {
  switch (measure) {
    case "p95":
      return f.ms(value);
    case "errors":
      return f.percent(value);
    case "cost":
      return f.money(value);
  }
}

/** How far it moved, in words. */
export function moverChange({ measure, now, former, n, formerN }: Mover, f: Format): Text {
  return deltaText(kinds[measure], { value: now, n }, { value: former, n: formerN }, f);
}
