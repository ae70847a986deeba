"use client";

import { useQuery } from "@tanstack/react-query";
import { useWords } from "@/components/lib/i18n/provider";
import { metricsQueries } from "@/components/lib/queries";
import { type Range, streamedRange } from "@/components/lib/range";
import { rangeText } from "@/components/lib/range-text";
import type { CallFilter } from "./filter";
import { dearFactor, dearOver, slowOver } from "./thresholds";

type Props = { filter: CallFilter; range: Range | null };

/** What the charts call failed, and the figures of the range slow or dear, where the list is narrowed to such calls. */
export function FilterNote({ filter, range }: Props) {
  const { t, f } = useWords();
  const isSlow = filter.totalOverMs !== undefined;
  const isDear = filter.costOverNanoUsd !== undefined;
  const shown = range ?? streamedRange;
  const metrics = useQuery({ ...metricsQueries.view(shown), enabled: isSlow || isDear }).data;
  const [slow, dear] = [slowOver(metrics?.totals), dearOver(metrics?.totals)];
  const values = { range: rangeText(shown, t, f) };
  const notes = [
    ...(filter.outcome === "failed" ? [t("requests.failedNote")] : []),
    ...(isSlow && metrics !== undefined
      ? [
          slow.figure === null
            ? t("requests.slowFew", { ...values, over: f.span(slow.over) })
            : t("requests.slowNote", { ...values, p95: f.span(slow.figure) }),
        ]
      : []),
    ...(isDear && metrics !== undefined
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
  if (notes.length === 0) {
    return null;
  }
  return <p className="run text-small text-fg-3">{notes.join(" ")}</p>;
}
