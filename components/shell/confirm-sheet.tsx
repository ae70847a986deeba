"use client";

import { useQuery } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { useNow } from "@/components/lib/live/provider";
import { impactQueries } from "@/components/lib/queries";
import { impactRequest } from "@/components/lib/writes/impact";
import { type Confirming, isOff, type Wanted } from "@/components/lib/writes/model";
import { useWrites, useWritesState } from "@/components/lib/writes/provider";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Glyph } from "@/components/ui/glyph";
import type { ImpactView } from "@/lib/shared/contract";
import { becauseTexts, impactRows } from "./impact-text";
import { OffFields, type OffMode, type OffUntil, TextField, untilMs } from "./off-fields";

/** A change that moves much is shown before it happens; one that moves most, or leaves nobody, asks for its name. */
export function ConfirmSheet() {
  const { confirming } = useWritesState();
  return confirming === null ? null : (
    <Sheet key={`${confirming.ref.type} ${confirming.ref.id}`} confirming={confirming} />
  );
}

function Sheet({ confirming }: { confirming: Confirming }) {
  const { t, f } = useWords();
  const nowMs = useNow();
  const writes = useWrites();
  const { ref, wanted, basedOn } = confirming;
  const isSwitch = isOff(wanted);
  const [mode, setMode] = useState<OffMode>(modeOf(wanted));
  const keptMs = endOf(wanted);
  const [until, setUntil] = useState<OffUntil>(keptMs === null ? "open" : "kept");
  const [reason, setReason] = useState(wanted.reason ?? "");
  const [name, setName] = useState("");
  const [isChecked, setChecked] = useState(false);
  const { impact, isAsking } = useImpact(confirming, mode);
  const isGrave = impact?.tier === "T2";
  const wrongName = isGrave && name.trim() !== ref.id;
  const wrongReason = isGrave && reason.trim() === "";
  const close = (): void => {
    writes.settleConfirm();
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (wrongName || wrongReason) {
      return;
    }
    const said = reason.trim() === "" ? null : reason.trim();
    const end = untilMs(until, { nowMs, timeZone: f.timeZone, keptMs });
    const next: Wanted =
      wanted.kind === "order"
        ? { ...wanted, reason: said }
        : { ...wanted, intent: isSwitch ? mode : wanted.intent, until: end, reason: said };
    close();
    writes.ask(ref, next, { basedOn, isConfirmed: true }).catch(() => undefined);
  };
  const title =
    ref.type === "route"
      ? t("confirm.order", { name: ref.id })
      : t(`confirm.off.${ref.type}`, { name: ref.id });
  return (
    <Dialog labelledBy="confirm-title" shape="sheet" onClose={close}>
      <form onSubmit={submit} noValidate data-tier={impact?.tier ?? "unknown"}>
        <h2 id="confirm-title" className="text-title font-strong break-words">
          {title}
        </h2>
        <Impact impact={impact} />
        <div className="mt-4 grid gap-2.5 border-t border-line pt-3.5">
          {isSwitch && (
            <OffFields
              mode={mode}
              onMode={setMode}
              until={until}
              kept={keptMs === null ? undefined : f.moment(keptMs, nowMs)}
              onUntil={setUntil}
            />
          )}
          <TextField
            label={t(isGrave ? "confirm.reason" : "form.reason")}
            value={reason}
            problem={isChecked && wrongReason ? t("confirm.needsReason") : null}
            onChange={setReason}
          />
          {isGrave && (
            <TextField
              label={t("confirm.typeName", { name: ref.id })}
              value={name}
              isMono
              problem={isChecked && wrongName ? t("confirm.wrongName") : null}
              onChange={setName}
            />
          )}
        </div>
        <p className="run mt-3 text-small text-fg-3">{t("confirm.undo")}</p>
        <div className="mt-4 flex flex-wrap justify-end gap-2">
          <Button onClick={close} data-autofocus={isGrave ? undefined : ""}>
            {t("confirm.cancel")}
          </Button>
          <Button type="submit" tone="primary" disabled={isAsking}>
            {t(isSwitch ? "confirm.turnOff" : "confirm.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Impact({ impact }: { impact: ImpactView | null }) {
  const { t, f, say } = useWords();
  if (impact === null) {
    return <p className="run mt-2 text-fg-2">{t("confirm.unknown")}</p>;
  }
  return (
    <>
      <ul className="mt-2 grid gap-1">
        {becauseTexts(impact).map((text) => (
          <li key={text.key} className="run flex gap-2 text-fg-2">
            <Glyph state={impact.tier === "T2" ? "down" : "degraded"} className="mt-1 shrink-0" />
            <span className="min-w-0 break-words">{say(text)}</span>
          </li>
        ))}
      </ul>
      <dl className="mt-3 grid grid-cols-[auto_minmax(0,1fr)] gap-x-5 gap-y-1.5 text-small">
        {impactRows(impact, f).map(({ label, lines }) => (
          <div key={label.key} className="contents">
            <dt className="text-fg-3">{say(label)}</dt>
            <dd className="text-right break-words">
              {lines.map((line) => (
                <span key={say(line)} className="block">
                  {say(line)}
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <p className="run mt-2 text-micro text-fg-3">
        {t("confirm.basis", { minutes: impact.windowMs / 60_000 })}
      </p>
    </>
  );
}

/** What the server said; asked again when running calls are to be cut after all, or not to be. */
function useImpact(
  { ref, wanted, impact }: Confirming,
  mode: OffMode,
): { impact: ImpactView | null; isAsking: boolean } {
  const isOther = isOff(wanted) && mode !== modeOf(wanted) && impact !== null;
  const next: Wanted = wanted.kind === "switch" ? { ...wanted, intent: mode } : wanted;
  const other = useQuery(impactQueries.of(isOther ? impactRequest(ref, next) : null));
  return isOther
    ? { impact: other.data ?? impact, isAsking: other.isFetching }
    : { impact, isAsking: false };
}

function modeOf(wanted: Wanted): OffMode {
  return wanted.kind === "switch" && wanted.intent === "disabled" ? "disabled" : "draining";
}

function endOf(wanted: Wanted): number | null {
  return wanted.kind === "switch" ? wanted.until : null;
}
