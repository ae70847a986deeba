import { Intent, type StateAsOf } from "../shared/contract";
import { isRecord } from "../shared/record";
import { findRevisionAt, stateAt } from "../store/revisions";
import { defineVerb } from "./verb";

/** Which revision was in force at an instant, until when, and what people had switched off then. */
export const stateAsOf = defineVerb<{ readonly atMs: number }, StateAsOf>(
  "read",
  async (_actor, { db }, { atMs }) => {
    const found = await findRevisionAt(db, atMs);
    if (found === undefined) {
      return { at: atMs, revision: null, until: null, off: [] };
    }
    const { row, untilMs } = found;
    const { switches } = await stateAt(db, row.id);
    const { id, createdAt, actor, reason } = row;
    return {
      at: atMs,
      revision: { revision: id, at: createdAt, actor, reason },
      until: untilMs,
      off: [...switches].sort().flatMap(([name, state]) => {
        const intent = Intent.parse(isRecord(state) ? state["intent"] : undefined);
        const [type = "", ...rest] = name.split(" ");
        return intent === "enabled" ? [] : [{ object: `${type}:${rest.join(" ")}`, intent }];
      }),
    };
  },
);
