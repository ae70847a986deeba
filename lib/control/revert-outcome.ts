import { z } from "zod";
import { type ConfigDocument } from "../config/document";
import { validateDocument } from "../config/validate";
import { Intent } from "../shared/contract";
import { type RevisionRow, type SwitchState } from "../store/revisions";
import { type ObjectType, objectTypes } from "../store/switches";
import { type Current } from "./current";
import { documentObjects, isFirstDocument, restoreObjects } from "./document-objects";
import { objectIds } from "./objects";

/** What taking a revision back would leave: a switch as it was before, or the whole configuration. */
export type RevertOutcome =
  | {
      readonly kind: "switch";
      readonly objectType: ObjectType;
      readonly objectId: string;
      readonly now: SwitchState;
      readonly next: SwitchState;
    }
  | { readonly kind: "config"; readonly next: ConfigDocument };

/** A switch as a revision keeps it, before and after. */
export const switchState = z.object({
  intent: Intent,
  until: z.number().nullable(),
  reason: z.string().nullable(),
});
/** Whose switch it is. */
export const switchSummary = z.object({ objectType: z.enum(objectTypes), objectId: z.string() });
const objectDiff = z.record(z.string(), z.unknown());

/** What taking `row` back now would leave; null where that would change nothing, meet a conflict, or cannot be. */
export function revertOutcome(
  row: RevisionRow,
  current: Current,
  objects: ReadonlyMap<string, unknown> = documentObjects(current.document),
): RevertOutcome | null {
  switch (row.kind) {
    case "switch":
      return switchOutcome(row, current);
    case "config":
      return configOutcome(row, current, objects);
    case "key":
    case "reset":
      return null;
  }
}

function switchOutcome(row: RevisionRow, { document, switches }: Current): RevertOutcome | null {
  const summary = switchSummary.safeParse(row.summary).data;
  const before = switchState.safeParse(row.before).data;
  const after = switchState.safeParse(row.after).data;
  if (summary === undefined || before === undefined || after === undefined) {
    return null;
  }
  const { objectType, objectId } = summary;
  const now = switches.get(`${objectType} ${objectId}`);
  const isAsLeft =
    objectIds(document, objectType).includes(objectId) &&
    now?.intent === after.intent &&
    now.until === after.until;
  return isAsLeft
    ? { kind: "switch", objectType, objectId, now: after, next: atTime(before, Date.now()) }
    : null;
}

function configOutcome(
  row: RevisionRow,
  { document, refused }: Current,
  objects: ReadonlyMap<string, unknown>,
): RevertOutcome | null {
  if (row.id === refused?.revision) {
    return { kind: "config", next: document };
  }
  const before = objectDiff.safeParse(row.before).data;
  const after = objectDiff.safeParse(row.after).data;
  if (before === undefined || after === undefined || isFirstDocument({ before })) {
    return null;
  }
  const restored = restoreObjects(objects, { before, after });
  const validated = restored.kind === "restored" ? validateDocument(restored.input) : null;
  return validated?.ok === true ? { kind: "config", next: validated.document } : null;
}

/** A state whose own end has come is enabled by now. */
export function atTime(state: SwitchState, now: number): SwitchState {
  return state.until !== null && state.until <= now
    ? { intent: "enabled", until: null, reason: null }
    : state;
}
