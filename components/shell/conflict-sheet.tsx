"use client";

import type { ReactNode } from "react";
import { actorName } from "@/components/lib/i18n/actor-name";
import { useWords } from "@/components/lib/i18n/provider";
import { useNow } from "@/components/lib/live/provider";
import { useChanges, useHealth } from "@/components/lib/live/views";
import { storeDraft } from "@/components/lib/writes/draft";
import {
  type Conflict,
  type Disputed,
  disputedIn,
  isSameSwitch,
  type PolicyChange,
  stepsOf,
  type Wanted,
} from "@/components/lib/writes/model";
import { useWrites } from "@/components/lib/writes/provider";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";

/** Somebody was faster: both versions, and the choice between them. Of several, those that differ. */
export function ConflictSheet({ conflict }: { conflict: Conflict }) {
  const { t, f } = useWords();
  const nowMs = useNow();
  const writes = useWrites();
  const health = useHealth().data;
  const changes = useChanges().data?.changes;
  if (health === undefined) {
    return null;
  }
  const { write, theirRevision = 0, theirPolicy } = conflict;
  const { ref, wanted } = write;
  const also = write.also.map((other) => other.ref.id);
  const disputed = disputedIn(conflict, health);
  const isGone = disputed.some(({ theirs }) => theirs === undefined);
  const wantedText = (one: Wanted): ReactNode => {
    if (one.kind === "order") {
      return <Order chain={one.chain} />;
    }
    const intent = t(`intent.${one.intent}`);
    return one.until === null
      ? intent
      : `${intent} · ${t("why.until", { at: f.moment(one.until, nowMs) })}`;
  };
  const steps = stepsOf(write);
  const isOneWish = steps.length === 1 || steps.every((one) => isSameSwitch(one.wanted, wanted));
  const theirText = ({ theirs }: Disputed): ReactNode =>
    theirs === undefined ? t("conflict.gone") : wantedText(theirs.wanted);
  const byText = ({ theirs }: Disputed): string => {
    const change = changes?.find(({ revision }) => revision === theirs?.revision);
    return change === undefined
      ? t("conflict.title")
      : t("conflict.titleBy", {
          name: actorName(t, change.actor),
          ago: f.duration(Math.max(0, nowMs - change.at)),
        });
  };
  const noteText = (one: Disputed): string => {
    const reason = one.theirs?.wanted.reason ?? null;
    const by = also.length > 0 ? [byText(one)] : [];
    return [...by, ...(reason === null ? [] : [t("why.quote", { reason })])].join(" · ");
  };
  const keep = (): void => {
    if (ref.type === "route") {
      storeDraft(ref.id, null);
    }
    writes.settleConflict();
  };
  const overrule = (): void => {
    writes.settleConflict();
    // Of several, what the page shows of all of them now.
    const seen = also.length > 0 ? health.revision : theirRevision;
    const basedOn = Math.max(seen, ...disputed.map(({ theirs }) => theirs?.revision ?? 0));
    const again =
      write.undoes !== null && also.length > 0
        ? writes.undo(write.undoes, basedOn)
        : writes.ask(ref, wanted, { basedOn, also });
    again.catch(() => undefined);
  };
  return (
    <Dialog labelledBy="conflict-title" shape="sheet" onClose={keep}>
      <h2 id="conflict-title" className="text-title font-strong">
        {also.length > 0
          ? t("conflict.titleSeveral", { n: disputed.length, of: steps.length })
          : disputed.map(byText)}
      </h2>
      {also.length === 0 && <p className="mt-1 text-small break-words text-fg-2">{ref.id}</p>}
      <dl className="mt-3 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-2">
        <dt className="text-fg-3">{t("conflict.theirs")}</dt>
        <dd className="run break-words" data-testid="theirs">
          {also.length > 0 ? (
            <States
              of={disputed.map((one) => ({
                id: one.ref.id,
                text: theirText(one),
                note: noteText(one),
              }))}
            />
          ) : (
            disputed.map((one) => (
              <span key={one.ref.id}>
                {theirText(one)}
                <span className="block text-small text-fg-3">{noteText(one)}</span>
              </span>
            ))
          )}
          <PolicyLines policy={theirPolicy} />
        </dd>
        <dt className="text-fg-3">
          {t(write.undoes === null ? "conflict.mine" : "conflict.undone")}
        </dt>
        <dd className="run break-words" data-testid="mine">
          {isOneWish ? (
            wantedText(wanted)
          ) : (
            <States of={steps.map((one) => ({ id: one.ref.id, text: wantedText(one.wanted) }))} />
          )}
          {wanted.kind === "order" && <PolicyLines policy={wanted.policy} />}
        </dd>
      </dl>
      {also.length > 0 && (
        <p className="run mt-3 text-small text-fg-3">{t("conflict.allOrNone")}</p>
      )}
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button onClick={keep}>{t("conflict.keep")}</Button>
        <Button
          tone="primary"
          onClick={overrule}
          disabled={isGone || (also.length > 0 && health.revision < theirRevision)}
        >
          {t(write.undoes === null ? "conflict.overrule" : "conflict.undo")}
        </Button>
      </div>
    </Dialog>
  );
}

type State = { id: string; text: ReactNode; note?: string };

/** How each of several is, or is to be. */
function States({ of }: { of: readonly State[] }) {
  return (
    <ul className="grid max-h-[40dvh] gap-1.5 overflow-y-auto">
      {of.map(({ id, text, note }) => (
        <li key={id}>
          <span className="mono text-small">{id}</span>: {text}
          {note !== undefined && <span className="block text-small text-fg-3">{note}</span>}
        </li>
      ))}
    </ul>
  );
}

/** The models in their order, none of them broken in two where a line has room for it. */
function Order({ chain }: { chain: readonly string[] }) {
  return chain.map((model, index) => (
    <span key={model}>
      {index > 0 && " → "}
      <span className="inline-block max-w-full">{model}</span>
    </span>
  ));
}

/** Numbers under their names in the configuration. */
function PolicyLines({ policy }: { policy: PolicyChange }) {
  const { t } = useWords();
  return Object.entries(policy).map(([place, value]) => (
    <span key={place} className="mono block text-small">
      {place}: {value === null ? t("change.line.default") : String(value)}
    </span>
  ));
}
