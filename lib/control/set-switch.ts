import { type Intent, type WriteResult } from "../shared/contract";
import { GatewayError } from "../shared/errors";
import { findDocument } from "../store/configuration";
import {
  type Appended,
  type RevisionWriter,
  type SwitchState,
  writeRevisions,
} from "../store/revisions";
import { findSwitch, type ObjectType, type SwitchRow } from "../store/switches";
import { type ActingPerson, toStoredActor } from "./actor";
import { findSilencedRoutes } from "./checked-document";
import { noSuchObject, objectIds } from "./objects";
import { defineVerb } from "./verb";
import { toWriteResult, unchanged, type Written } from "./write-result";

export type SwitchChange = {
  readonly objectType: ObjectType;
  readonly objectId: string;
  /** Others of the same type, which change with it or not at all. */
  readonly also?: readonly string[];
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
 * Turns providers, regions, models or targets off or on, each as a revision that every node follows, all or none of them.
 * Nothing changes, and the newest revision answers, when it is so already.
 *
 * @throws {GatewayError} `not_found`, `invalid_request` (a bad `until`), `conflict` when the object was changed after
 *   `ifMatch`, with both versions in its details.
 */
export const setSwitch = defineVerb<SwitchChange, WriteResult>(
  "operate",
  async (actor, { db }, change) => {
    const { objectType, objectId, also = [], ifMatch = null } = change;
    const after = toState(change, Date.now());
    const written = await writeRevisions(db, async (writer): Promise<Written> => {
      const current = await findDocument(writer.tx);
      const ids = current === undefined ? [] : objectIds(current.document, objectType);
      const all: Appended[] = [];
      for (const id of new Set([objectId, ...also])) {
        if (!ids.includes(id)) {
          throw noSuchObject(objectType, id, ids);
        }
        const object = { objectType, objectId: id };
        all.push(...(await writeSwitch(writer, actor, { object, after, ifMatch })));
      }
      const newest = all.at(-1);
      if (newest === undefined) {
        return unchanged(writer.tx);
      }
      const together = { ...newest, revisions: all.map(({ id }) => id) };
      return after.intent === "enabled" || current === undefined
        ? together
        : {
            ...together,
            silencedRoutes: await findSilencedRoutes(writer.tx, current.document),
          };
    });
    return toWriteResult(db, written);
  },
);

type OneSwitch = {
  readonly object: Pick<SwitchRow, "objectType" | "objectId">;
  readonly after: SwitchState;
  readonly ifMatch: number | null;
};

/** The revision that was made; none where it is so already. */
async function writeSwitch(
  writer: RevisionWriter,
  actor: ActingPerson,
  { object, after, ifMatch }: OneSwitch,
): Promise<Appended[]> {
  const row = await findSwitch(writer.tx, object.objectType, object.objectId);
  const before = toSwitchState(row);
  if (before.intent === after.intent && before.until === after.until) {
    return [];
  }
  if (row !== undefined && ifMatch !== null && row.revision > ifMatch) {
    throw changedMeanwhile(row, after);
  }
  const { intent: to, until } = after;
  const appended = await writer.appendSwitch(
    {
      actor: toStoredActor(actor),
      reason: after.reason,
      summary: { type: "switch", ...object, from: before.intent, to, until },
    },
    { ...object, before, after },
  );
  return [appended];
}

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
