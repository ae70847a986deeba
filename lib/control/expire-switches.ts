import { listExpiredSwitches } from "../store/switches";
import { writeRevisions } from "../store/revisions";
import { toStoredActor } from "./actor";
import { toSwitchState } from "./set-switch";
import { defineVerb } from "./verb";

/**
 * Writes down that switches whose time is over are on again; returns how many. The nodes need no such row, they keep
 * the time themselves: it is for the record and for what comes after it.
 */
export const expireSwitches = defineVerb<null, number>("operate", async (actor, { db }) => {
  // Without the lock first: nearly always there is nothing to do.
  const due = await db.run((prisma) => listExpiredSwitches(prisma));
  if (due.length === 0) {
    return 0;
  }
  return writeRevisions(db, async (writer) => {
    const rows = await listExpiredSwitches(writer.tx);
    for (const row of rows) {
      const { objectType, objectId, intent: from } = row;
      await writer.appendSwitch(
        {
          actor: toStoredActor(actor),
          reason: null,
          summary: { type: "switch", objectType, objectId, from, to: "enabled", until: null },
        },
        {
          objectType,
          objectId,
          before: toSwitchState(row),
          after: { intent: "enabled", until: null, reason: null },
        },
      );
    }
    return rows.length;
  });
});
