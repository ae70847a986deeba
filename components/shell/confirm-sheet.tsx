"use client";

import { useQuery } from "@tanstack/react-query";
import type { SubmitEvent } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { useDataAge, useNow } from "@/components/lib/live/provider";
import { freshnessOf } from "@/components/lib/live/state";
import { impactQueries } from "@/components/lib/queries";
import { isLike } from "@/components/lib/stored-draft";
import { useStoredDraft } from "@/components/lib/use-stored-draft";
import { impactRequest } from "@/components/lib/writes/impact";
import { type Confirming, isOff, refKey, type Wanted } from "@/components/lib/writes/model";
import { useWrites, useWritesState } from "@/components/lib/writes/provider";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Glyph } from "@/components/ui/glyph";
import type { ImpactView } from "@/lib/shared/contract";
import { DraftNote } from "./draft-note";
import { ImpactList } from "./impact-list";
import {
  isOffMode,
  isOffUntil,
  OffFields,
  type OffMode,
  type OffUntil,
  untilMs,
} from "./off-fields";
import { useSaid } from "./said-fields";

type SheetDraft = { readonly mode: OffMode; readonly until: OffUntil; readonly reason: string };

const isSheetDraft = isLike<SheetDraft>({ mode: isOffMode, until: isOffUntil, reason: "" });

/** A change that moves much is shown before it happens; one that moves most, or leaves nobody, asks for its name. */
export function ConfirmSheet() {
  const { confirming } = useWritesState();
  return confirming === null ? null : <Sheet key={sheetName(confirming)} confirming={confirming} />;
}

/** Several are another sheet than the first of them alone. */
function sheetName({ ref, also }: Confirming): string {
  return [refKey(ref), ...also].join(" ");
}

function Sheet({ confirming }: { confirming: Confirming }) {
  const { t, f } = useWords();
  const nowMs = useNow();
  const writes = useWrites();
  const { ref, also, wanted, basedOn, needsEnd } = confirming;
  const isSwitch = isOff(wanted);
  const keptMs = endOf(wanted);
  const typed = useStoredDraft<SheetDraft>({
    name: `${needsEnd ? "until" : "sheet"}:${sheetName(confirming)}`,
    initial: {
      mode: modeOf(wanted),
      until: endAtFirst(confirming),
      reason: wanted.reason ?? "",
    },
    isKind: isSheetDraft,
  });
  const { mode, until } = typed.value;
  const change = (part: Partial<SheetDraft>): void => {
    typed.set({ ...typed.value, ...part });
  };
  const { impact, isAsking } = useImpact(confirming, mode);
  const isGrave = impact?.tier === "T2";
  const several =
    also.length === 0 ? null : t("toast.several", { type: ref.type, n: also.length + 1 });
  const said = useSaid({
    name: several ?? ref.id,
    isGrave,
    reason: typed.value.reason,
    onReason: (reason) => {
      change({ reason });
    },
  });
  const close = (): void => {
    writes.settleConfirm();
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!said.isEnough()) {
      return;
    }
    const { reason } = said;
    const end = untilMs(until, { nowMs, timeZone: f.timeZone, keptMs });
    const next: Wanted =
      wanted.kind === "order"
        ? { ...wanted, reason }
        : { ...wanted, intent: isSwitch ? mode : wanted.intent, until: end, reason };
    typed.forget();
    close();
    writes.ask(ref, next, { basedOn, also, isConfirmed: true }).catch(() => undefined);
  };
  return (
    <Dialog labelledBy="confirm-title" shape="sheet" onClose={close}>
      <form onSubmit={submit} noValidate data-tier={impact?.tier ?? "unknown"}>
        <h2 id="confirm-title" className="text-title font-strong break-words">
          {t(ref.type === "route" ? "confirm.order" : `confirm.off.${ref.type}`, {
            name: several ?? ref.id,
          })}
        </h2>
        {several !== null && (
          <p className="mt-1 line-clamp-3 text-small break-words text-fg-2">
            {[ref.id, ...also].join(", ")}
          </p>
        )}
        <ImpactList impact={impact} />
        <OldNote />
        <div className="mt-4 grid gap-2.5 border-t border-line pt-3.5">
          <DraftNote draft={typed} />
          {isSwitch && (
            <OffFields
              mode={mode}
              onMode={(next) => {
                change({ mode: next });
              }}
              until={until}
              kept={keptMs === null ? undefined : f.moment(keptMs, nowMs)}
              onUntil={(next) => {
                change({ until: next });
              }}
            />
          )}
          {said.fields}
          {isSwitch && <p className="run text-small text-fg-2">{t(`form.consequence.${mode}`)}</p>}
        </div>
        <p className="run mt-3 text-small text-fg-3">{t("confirm.undo")}</p>
        <div className="mt-4 flex flex-wrap justify-end gap-2">
          <Button
            onClick={() => {
              typed.discard();
              close();
            }}
            data-autofocus={isGrave ? undefined : ""}
          >
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

/** Whoever decides by the page behind the sheet should know that it is not the present. */
function OldNote() {
  const { t, f } = useWords();
  const ageMs = useDataAge();
  return ageMs === null || freshnessOf(ageMs) === "fresh" ? null : (
    <p className="run mt-3 flex gap-2 text-small text-fg-2">
      <Glyph state="degraded" className="mt-1 shrink-0" />
      {t("confirm.old", { age: f.duration(ageMs) })}
    </p>
  );
}

/** What the server said; asked again when running calls are to be cut after all, or not to be. */
function useImpact(
  { ref, also, wanted, impact }: Confirming,
  mode: OffMode,
): { impact: ImpactView | null; isAsking: boolean } {
  const isOther = isOff(wanted) && mode !== modeOf(wanted) && impact !== null;
  const next: Wanted = wanted.kind === "switch" ? { ...wanted, intent: mode } : wanted;
  const other = useQuery(impactQueries.of(isOther ? impactRequest(ref, next, also) : null));
  return isOther
    ? { impact: other.data ?? impact, isAsking: other.isFetching }
    : { impact, isAsking: false };
}

function endAtFirst({ wanted, needsEnd }: Confirming): OffUntil {
  if (endOf(wanted) !== null) {
    return "kept";
  }
  return needsEnd ? "30m" : "open";
}

function modeOf(wanted: Wanted): OffMode {
  return wanted.kind === "switch" && wanted.intent === "disabled" ? "disabled" : "draining";
}

function endOf(wanted: Wanted): number | null {
  return wanted.kind === "switch" ? wanted.until : null;
}
