import type { Format } from "@/lib/shared/format";
import type { Past } from "./film";

/** A step of the film on the clock of its zone. */
export function momentText({ from, to }: Pick<Past, "from" | "to">, f: Format): string {
  return `${f.hourMinute(from)}–${f.hourMinute(to)} ${f.zone(from)}`;
}
