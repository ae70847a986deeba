"use client";

import { useId } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { Segments } from "@/components/ui/segments";
import { tomorrowMorningMs } from "@/lib/shared/format";

const modes = ["draining", "disabled"] as const;
const untils = ["30m", "2h", "morning", "open"] as const;
export type OffMode = (typeof modes)[number];
/** `kept`: an instant that was chosen before. */
export type OffUntil = (typeof untils)[number] | "kept";

/** Whether a value is a way to go off. */
export const isOffMode = (value: unknown): boolean => modes.some((mode) => mode === value);

/** Whether a value is an end that can be chosen anew. */
export const isOffUntil = (value: unknown): boolean => untils.some((until) => until === value);

type Props = {
  mode: OffMode;
  onMode: (mode: OffMode) => void;
  until: OffUntil;
  /** The instant that was chosen before, in words. */
  kept?: string | undefined;
  onUntil: (until: OffUntil) => void;
};

/** How something goes off, and when it comes back by itself. */
export function OffFields({ mode, onMode, until, kept, onUntil }: Props) {
  const { t } = useWords();
  const ends = untils.map((value) => ({ value, label: t(`form.untils.${value}`) }));
  return (
    <div className="grid justify-items-start gap-2.5">
      <Segments
        label={t("form.mode")}
        value={mode}
        onChange={onMode}
        options={modes.map((value) => ({ value, label: t(`form.modes.${value}`) }))}
      />
      <div className="flex max-w-full flex-wrap items-center gap-x-2.5 gap-y-1">
        <span aria-hidden="true" className="text-small text-fg-3">
          {t("form.until")}
        </span>
        <Segments<OffUntil>
          label={t("form.until")}
          value={until}
          onChange={onUntil}
          options={kept === undefined ? ends : [{ value: "kept", label: kept }, ...ends]}
        />
      </div>
    </div>
  );
}

type TextProps = {
  label: string;
  value: string;
  /** What is wrong with it. */
  problem?: string | null;
  isMono?: boolean;
  onChange: (value: string) => void;
};

/** A line of text that says beside itself what is wrong with it. */
export function TextField({ label, value, problem = null, isMono = false, onChange }: TextProps) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="run mb-1 block text-small text-fg-3">
        {label}
      </label>
      <input
        id={id}
        value={value}
        maxLength={500}
        autoComplete="off"
        spellCheck={!isMono}
        aria-invalid={problem !== null || undefined}
        aria-describedby={problem === null ? undefined : `${id}-problem`}
        onChange={(event) => {
          onChange(event.target.value);
        }}
        className={`${isMono ? "mono " : ""}h-7.5 w-full rounded-control border border-line-control bg-surface px-2.5 aria-invalid:border-down touch:h-11`}
      />
      {problem !== null && (
        <p id={`${id}-problem`} className="run mt-1 text-small text-fg">
          {problem}
        </p>
      )}
    </div>
  );
}

/** The instant at which something comes back, in epoch milliseconds; null: when a person says so. */
export function untilMs(
  until: OffUntil,
  { nowMs, timeZone, keptMs = null }: { nowMs: number; timeZone: string; keptMs?: number | null },
): number | null {
  switch (until) {
    case "kept":
      return keptMs;
    case "30m":
      return nowMs + 30 * 60_000;
    case "2h":
      return nowMs + 120 * 60_000;
    case "morning":
      return tomorrowMorningMs(nowMs, timeZone);
    case "open":
      return null;
  }
}
