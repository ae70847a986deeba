import { type Intent, type WriteResult } from "../shared/contract";
import { GatewayError } from "../shared/errors";
import { findDocument } from "../store/configuration";
import { type SwitchState, writeRevisions } from "../store/revisions";
import { findSwitch, type ObjectType, type SwitchRow } from "../store/switches";
import { toStoredActor } from "./actor";
import { findSilencedRoutes } from "./checked-document";
import { noSuchObject, objectIds } from "./objects";
import { defineVerb } from "./verb";
import { toWriteResult, unchanged, type Written } from "./write-result";

export type SwitchChange = {
  readonly objectType: ObjectType;
  readonly objectId: string;
  readonly intent: Intent;
  /** When it returns to enabled by itself, in epoch ms; within a year. */
  readonly until?: number | null;
  readonly reason?: string | null;
  /** The revision that the decision was made on; absent or null: whatever is there. */
  readonly ifMatch?: number | null;
};

const yearMs = 366 * 86_400_000;
const enabled: SwitchState = { intent: "enabled", until: null, reason: null };

/**
 * Turns one provider, region, model or target off or on, as a revision that every node follows. Nothing changes, and
 * the newest revision answers, when it is so already.
 *
 * @throws {GatewayError} `not_found`, `invalid_request` (a bad `until`), `conflict` when the object was changed after
 *   `ifMatch`, with both versions in its details.
 */
export const setSwitch = defineVerb<SwitchChange, WriteResult>(
  "operate",
  async (actor, { db }, change) => {
    const { objectType, objectId, ifMatch = null } = change;
    const after = toState(change, Date.now());
    const written = await writeRevisions(db, async (writer): Promise<Written> => {
      const current = await findDocument(writer.tx);
      const ids = current === undefined ? [] : objectIds(current.document, objectType);
      if (!ids.includes(objectId)) {
        throw noSuchObject(objectType, objectId, ids);
      }
      const row = await findSwitch(writer.tx, objectType, objectId);
      const before = toSwitchState(row);
      if (before.intent === after.intent && before.until === after.until) {
        return unchanged(writer.tx);
      }
      if (row !== undefined && ifMatch !== null && row.revision > ifMatch) {
        throw changedMeanwhile(row, after);
      }
      const { intent: from } = before;
      const { intent: to, until } = after;
      const appended = await writer.appendSwitch(
        {
          actor: toStoredActor(actor),
          reason: after.reason,
          summary: { type: "switch", objectType, objectId, from, to, until },
        },
        { objectType, objectId, before, after },
      );
      const document = current?.document;
      const isOff = to !== "enabled" && document !== undefined;
      return isOff
        ? { ...appended, silencedRoutes: await findSilencedRoutes(writer.tx, document) }
        : appended;
    });
    return toWriteResult(db, written);
  },
);

/** What a row wants; enabled without one. */
export function toSwitchState(row: SwitchRow | undefined): SwitchState {
  return row === undefined ? enabled : { intent: row.intent, until: row.until, reason: row.reason };
}

function toState({ intent, until = null, reason = null }: SwitchChange, now: number): SwitchState {
  const wrong = (
    reason: "until_needless" | "until_past" | "until_far",
    message: string,
  ): GatewayError =>
    new GatewayError("invalid_request", { message, param: "until", refusal: { reason } });
  if (until !== null) {
    if (intent === "enabled") {
      throw wrong("until_needless", "An enabled object has no end: leave `until` out.");
    }
    if (!Number.isSafeInteger(until) || until <= now) {
      throw wrong(
        "until_past",
        "`until` must be an instant in the future, in milliseconds since 1970.",
      );
    }
    if (until > now + yearMs) {
      throw wrong("until_far", "`until` may lie at most a year ahead.");
    }
  }
  return { intent, until, reason };
}

function changedMeanwhile(row: SwitchRow, yours: SwitchState): GatewayError {
  const { objectType, objectId, ...current } = row;
  return new GatewayError("conflict", {
    message: `${row.actor.name} changed the ${objectType} "${objectId}" in the meantime: it is ${row.intent} since revision ${row.revision}.`,
    refusal: {
      reason: "switch_changed",
      values: {
        actor: row.actor.name,
        type: objectType,
        id: objectId,
        intent: row.intent,
        revision: row.revision,
      },
    },
    details: { current, yours },
  });
}
