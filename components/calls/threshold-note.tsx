"use client";

import { useQuery } from "@tanstack/react-query";
import { useWords } from "@/components/lib/i18n/provider";
import { metricsQueries } from "@/components/lib/queries";
import { type Range, streamedRange } from "@/components/lib/range";
import { rangeText } from "@/components/lib/range-text";
import type { CallFilter } from "./filter";
import { dearFactor, dearOver, slowOver } from "./thresholds";

type Props = { filter: CallFilter; range: Range | null };

/** What the figures of the range call slow, or dear, where the list is narrowed to such calls. */
export function ThresholdNote({ filter, range }: Props) {
  const { t, f } = useWords();
  const isSlow = filter.totalOverMs !== undefined;
  const isDear = filter.costOverNanoUsd !== undefined;
  const shown = range ?? streamedRange;
  const metrics = useQuery({ ...metricsQueries.view(shown), enabled: isSlow || isDear }).data;
  if (metrics === undefined || (!isSlow && !isDear)) {
    return null;
  }
  const [slow, dear] = [slowOver(metrics.totals), dearOver(metrics.totals)];
  const values = { range: rangeText(shown, t, f) };
  const notes = [
    ...(isSlow
      ? [
          slow.figure === null
            ? t("requests.slowFew", { ...values, over: f.span(slow.over) })
            : t("requests.slowNote", { ...values, p95: f.span(slow.figure) }),
        ]
      : []),
    ...(isDear
      ? [
          dear.figure === null
            ? t("requests.dearFew", { ...values, over: f.money(dear.over) })
            : t("requests.dearNote", {
                ...values,
                mean: f.money(dear.figure),
                factor: dearFactor,
                over: f.money(dear.over),
              }),
        ]
      : []),
  ];
  return <p className="run text-small text-fg-3">{notes.join(" ")}</p>;
}
