"use client";

import { useQuery } from "@tanstack/react-query";
import { actorName } from "@/components/lib/i18n/actor-name";
import { useWords } from "@/components/lib/i18n/provider";
import { useNow } from "@/components/lib/live/provider";
import { impactQueries } from "@/components/lib/queries";
import { isLike } from "@/components/lib/stored-draft";
import { useStoredDraft } from "@/components/lib/use-stored-draft";
import { impactRequest } from "@/components/lib/writes/impact";
import { type ObjectRef, refKey, type Wanted } from "@/components/lib/writes/model";
import { ProofLine } from "@/components/lib/writes/proof-line";
import { useSwitch } from "@/components/lib/writes/use-switch";
import { DraftNote } from "@/components/shell/draft-note";
import { becauseTexts, rateText } from "@/components/shell/impact-text";
import {
  isOffMode,
  isOffUntil,
  OffFields,
  type OffMode,
  type OffUntil,
  TextField,
  untilMs,
} from "@/components/shell/off-fields";
import { Button } from "@/components/ui/button";
import type { SwitchView } from "@/lib/shared/contract";
import { ProofActions } from "./proof-actions";

type Props = {
  objectRef: ObjectRef;
  name: string;
  view: SwitchView;
  onDone: () => void;
};

/** Turns an object off with all that can be said about it, or on again. */
export function SwitchForm({ objectRef, name, view, onDone }: Props) {
  const { t } = useWords();
  const control = useSwitch(objectRef, view);
  return (
    <div className="border-t border-line pt-2.5">
      {control.isOn ? (
        <OffForm objectRef={objectRef} name={name} view={view} onDone={onDone} />
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

type OffDraft = { readonly mode: OffMode; readonly until: OffUntil; readonly reason: string };

const asDrain: OffDraft = { mode: "draining", until: "open", reason: "" };
const isOffDraft = isLike<OffDraft>({ mode: isOffMode, until: isOffUntil, reason: "" });

function OffForm({ objectRef, name, view, onDone }: Props) {
  const { t, f } = useWords();
  const nowMs = useNow();
  const control = useSwitch(objectRef, view);
  const typed = useStoredDraft({
    name: `off:${refKey(objectRef)}`,
    initial: asDrain,
    isKind: isOffDraft,
  });
  const { mode, until, reason } = typed.value;
  const change = (part: Partial<OffDraft>): void => {
    typed.set({ ...typed.value, ...part });
  };
  const submit = (): void => {
    control.set({
      kind: "switch",
      intent: mode,
      until: untilMs(until, { nowMs, timeZone: f.timeZone }),
      reason: reason.trim() === "" ? null : reason.trim(),
    });
    typed.forget();
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
      <DraftNote draft={typed} />
      <OffFields
        mode={mode}
        onMode={(next) => {
          change({ mode: next });
        }}
        until={until}
        onUntil={(next) => {
          change({ until: next });
        }}
      />
      <TextField
        label={t("form.reason")}
        value={reason}
        onChange={(next) => {
          change({ reason: next });
        }}
      />
      <p className="run text-small text-fg-2">
        {t(`form.consequence.${mode}`)} {t("form.undo")}{" "}
        <ImpactLine objectRef={objectRef} mode={mode} />
      </p>
      <Button type="submit" tone="primary" className="justify-self-start" title={name}>
        {t("form.turnOff")}
      </Button>
    </form>
  );
}

/** What the server says of it: whom it leaves with nobody, or how many calls it moves. */
function ImpactLine({ objectRef, mode }: { objectRef: ObjectRef; mode: OffMode }) {
  const { t, f, say } = useWords();
  const wanted: Wanted = { kind: "switch", intent: mode, until: null, reason: null };
  const impact = useQuery(impactQueries.of(impactRequest(objectRef, wanted))).data;
  if (impact === undefined) {
    return null;
  }
  const [first] = becauseTexts(impact);
  if (first !== undefined && impact.tier === "T2") {
    return <b className="font-medium text-fg">{say(first)}</b>;
  }
  const { movedPerMinute, movedShare } = impact;
  return movedPerMinute === 0
    ? null
    : t("form.impact.moves", {
        rate: rateText(f, movedPerMinute),
        share: f.percent(movedShare),
      });
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
