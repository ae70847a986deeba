"use client";

import { useState } from "react";
import { againsts, showAgainst, shiftsMs } from "@/components/lib/against";
import { useWords } from "@/components/lib/i18n/provider";
import { useAgainst } from "@/components/lib/live/views";
import { type Range, rangeBetween, showRange, windowOf } from "@/components/lib/range";
import { localText, typedWindow } from "@/components/lib/typed-window";
import { AnchoredPopover } from "@/components/ui/anchored-popover";
import { Button } from "@/components/ui/button";
import { Choice, Field } from "@/components/ui/field";

type Props = { range: Range; anchor: HTMLElement; onClose: () => void };

/** A window of one's own, the same hours of another day, and what to compare with. */
export function RangePicker({ range, anchor, onClose }: Props) {
  const { t, f } = useWords();
  const against = useAgainst()?.against ?? null;
  const [nowMs] = useState(() => Date.now());
  const { fromMs, toMs } = windowOf(range, nowMs);
  const [from, setFrom] = useState(() => localText(fromMs, f.timeZone));
  const [to, setTo] = useState(() => localText(toMs, f.timeZone));
  const [isAsked, setAsked] = useState(false);
  const typed = typedWindow(from, to, nowMs, f.timeZone);
  const problem = isAsked && "problem" in typed ? typed.problem : null;
  const problemOf = (field: "from" | "to"): string | undefined =>
    problem?.field === field ? t(`range.problem.${problem.kind}`) : undefined;
  const apply = (): void => {
    setAsked(true);
    if (!("problem" in typed)) {
      showRange(rangeBetween(typed.fromMs, typed.toMs));
      onClose();
    }
  };
  return (
    <AnchoredPopover anchor={anchor} onClose={onClose} aria-label={t("range.own")}>
      <form
        noValidate
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          apply();
        }}
      >
        <Field
          type="datetime-local"
          label={t("range.from", { zone: f.zone(fromMs) })}
          value={from}
          onValue={setFrom}
          problem={problemOf("from")}
        />
        <Field
          type="datetime-local"
          label={t("range.to", { zone: f.zone(toMs) })}
          value={to}
          onValue={setTo}
          problem={problemOf("to")}
        />
        <div className="flex flex-wrap gap-2">
          {againsts.map((day) => (
            <Button
              key={day}
              size="sm"
              onClick={() => {
                showRange(rangeBetween(fromMs - shiftsMs[day], toMs - shiftsMs[day]));
                onClose();
              }}
            >
              {t(`range.same.${day}`)}
            </Button>
          ))}
          <Button type="submit" size="sm" tone="primary" className="ml-auto">
            {t("range.apply")}
          </Button>
        </div>
      </form>
      <div className="mt-3 border-t border-line pt-3">
        <Choice
          label={t("range.against.label")}
          value={against ?? "none"}
          options={(["none", ...againsts] as const).map((value) => ({
            value,
            label: t(`range.against.${value}`),
          }))}
          onValue={(value) => {
            showAgainst(value === "none" ? null : value);
          }}
        />
      </div>
    </AnchoredPopover>
  );
}
