"use client";

import { useId, useState } from "react";
import { actorName } from "@/components/lib/i18n/actor-name";
import { useWords } from "@/components/lib/i18n/provider";
import { useNow } from "@/components/lib/live/provider";
import { emptiedRoutes } from "@/components/lib/writes/impact";
import { type ObjectRef } from "@/components/lib/writes/model";
import { ProofLine } from "@/components/lib/writes/proof-line";
import { useSwitch } from "@/components/lib/writes/use-switch";
import { Button } from "@/components/ui/button";
import { Segments } from "@/components/ui/segments";
import { type HealthView, type SwitchView } from "@/lib/shared/contract";
import { tomorrowMorningMs } from "@/lib/shared/format";
import { ProofActions } from "./proof-actions";

type Props = {
  objectRef: ObjectRef;
  name: string;
  view: SwitchView;
  health: HealthView;
  onDone: () => void;
};

const modes = ["draining", "disabled"] as const;
const untils = ["30m", "2h", "morning", "open"] as const;
type Mode = (typeof modes)[number];
type Until = (typeof untils)[number];

/** Turns an object off with all that can be said about it, or on again. */
export function SwitchForm({ objectRef, name, view, health, onDone }: Props) {
  const { t } = useWords();
  const control = useSwitch(objectRef, view);
  return (
    <div className="border-t border-line pt-2.5">
      {control.isOn ? (
        <OffForm objectRef={objectRef} name={name} view={view} health={health} onDone={onDone} />
      ) : (
        <>
          {objectRef.type !== "target" && <HeldLine view={view} />}
          <Button
            tone="primary"
            className="mt-1"
            onClick={() => {
              control.toggle();
              onDone();
            }}
          >
            {t("form.turnOn")}
          </Button>
        </>
      )}
      {control.write !== undefined && (
        <>
          <p className="run mt-2 text-small text-fg-2" data-testid="proof">
            <ProofLine write={control.write} />
          </p>
          <ProofActions write={control.write} />
        </>
      )}
    </div>
  );
}

function OffForm({ objectRef, name, view, health, onDone }: Props) {
  const { t, f } = useWords();
  const nowMs = useNow();
  const reasonId = useId();
  const control = useSwitch(objectRef, view);
  const [mode, setMode] = useState<Mode>("draining");
  const [until, setUntil] = useState<Until>("open");
  const [reason, setReason] = useState("");
  const emptied = emptiedRoutes(health, objectRef);
  const submit = (): void => {
    control.set({
      kind: "switch",
      intent: mode,
      until: untilMs(until, nowMs, f.timeZone),
      reason: reason.trim() === "" ? null : reason.trim(),
    });
    onDone();
  };
  return (
    <form
      className="grid gap-2.5"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Segments
        label={t("form.mode")}
        value={mode}
        onChange={setMode}
        options={modes.map((value) => ({ value, label: t(`form.modes.${value}`) }))}
      />
      <Segments
        label={t("form.until")}
        value={until}
        onChange={setUntil}
        options={untils.map((value) => ({ value, label: t(`form.untils.${value}`) }))}
      />
      <div>
        <label htmlFor={reasonId} className="mb-1 block text-small text-fg-3">
          {t("form.reason")}
        </label>
        <input
          id={reasonId}
          value={reason}
          maxLength={500}
          autoComplete="off"
          onChange={(event) => {
            setReason(event.target.value);
          }}
          className="h-7.5 w-full rounded-control border border-line-control bg-surface px-2.5 touch:h-11"
        />
      </div>
      <p className="run text-small text-fg-2">
        {emptied.length > 0
          ? t("form.empties", { routes: emptied.join(", ") })
          : t(`form.consequence.${mode}`)}
      </p>
      <Button type="submit" tone="primary" className="justify-self-start" title={name}>
        {t("form.turnOff")}
      </Button>
    </form>
  );
}

function HeldLine({ view }: { view: SwitchView }) {
  const { t, f } = useWords();
  const nowMs = useNow();
  const parts = [
    ...(view.actor === null ? [] : [t("why.offByActor", { name: actorName(t, view.actor) })]),
    ...(view.changedAt === null
      ? []
      : [t("matrix.since", { at: f.moment(view.changedAt, nowMs) })]),
    view.until === null ? t("why.untilOn") : t("why.until", { at: f.moment(view.until, nowMs) }),
    ...(view.reason === null ? [] : [t("why.quote", { reason: view.reason })]),
  ];
  return <p className="run text-small text-fg-2">{parts.join(" · ")}</p>;
}

function untilMs(until: Until, nowMs: number, timeZone: string): number | null {
  switch (until) {
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
