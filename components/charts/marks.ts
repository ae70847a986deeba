import type { Translate } from "@/components/lib/i18n/messages";
import { changeText } from "@/components/lib/open-change";
import type { MetricsView } from "@/lib/shared/contract";
import type { Format } from "@/lib/shared/format";

/** A mark above a chart. */
export interface LaneMark {
  readonly id: string;
  readonly t: number;
  readonly kind: "config" | "opened" | "closed" | "degraded";
  readonly title: string;
  /** Where the change is told. */
  readonly href: string;
}

/** The marks above a chart, in words, each with the address that opens its change on the same page. */
export function laneMarks(
  annotations: MetricsView["annotations"],
  nowMs: number,
  t: Translate,
  f: Format,
): LaneMark[] {
  return annotations.map((mark) => ({
    ...mark,
    title: `${f.moment(mark.t, nowMs)} · ${t(`annotation.${mark.kind}`)} · ${mark.title}`,
    href: `?change=${encodeURIComponent(changeText({ id: mark.id, at: mark.t }))}`,
  }));
}
