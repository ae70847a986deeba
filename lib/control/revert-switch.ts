import { unnamed } from "../shared/refusals";
import { findDocument } from "../store/configuration";
import { type RevisionRow, type RevisionWriter, type SwitchState } from "../store/revisions";
import { findSwitch } from "../store/switches";
import { toStoredActor } from "./actor";
import { findSilencedRoutes } from "./checked-document";
import { objectIds } from "./objects";
import { type AskedRevert, revertConflict } from "./revert-conflict";
import { atTime, switchState, switchSummary } from "./revert-outcome";
import { toSwitchState } from "./set-switch";
import { unchanged, type Written } from "./write-result";

/**
 * Restores a switch as it was before `row`.
 *
 * @throws {GatewayError} `conflict` when it was changed again, or is gone.
 */
export async function revertSwitch(
  writer: RevisionWriter,
  row: RevisionRow,
  { actor, reason, ifMatch, overrules }: AskedRevert,
): Promise<Written> {
  const { objectType, objectId } = switchSummary.parse(row.summary);
  const now = Date.now();
  const before = atTime(switchState.parse(row.before), now);
  const after = switchState.parse(row.after);
  const current = await findSwitch(writer.tx, objectType, objectId);
  const state = toSwitchState(current);
  if (isSameSwitch(state, before)) {
    return unchanged(writer.tx);
  }
  const published = await findDocument(writer.tx);
  if (published === undefined || !objectIds(published.document, objectType).includes(objectId)) {
    throw revertConflict(row.id, `the ${objectType} "${objectId}" does not exist any more`, {
      reason: "revert_gone",
      values: { revision: row.id, type: objectType, id: objectId },
    });
  }
  const isNewer = ifMatch !== null && (current?.revision ?? 0) > ifMatch;
  const isOther = !isSameSwitch(state, after) && !(overrules && ifMatch !== null);
  if (isNewer || isOther) {
    const by = current === undefined ? "" : ` by ${current.actor.name}`;
    const since = current === undefined ? "" : ` in revision ${current.revision}`;
    throw revertConflict(
      row.id,
      `the ${objectType} "${objectId}" was changed again${by}${since} and is ${state.intent}`,
      {
        reason: "revert_switch_changed",
        values: {
          revision: row.id,
          type: objectType,
          id: objectId,
          actor: current?.actor.name ?? unnamed,
          since: current?.revision ?? 0,
          intent: state.intent,
        },
      },
      {
        current: {
          ...state,
          revision: current?.revision ?? 0,
          actor: current?.actor ?? null,
          changedAt: current?.changedAt ?? null,
        },
        yours: before,
      },
    );
  }
  const { intent: to, until } = before;
  const appended = await writer.appendSwitch(
    {
      actor: toStoredActor(actor),
      reason,
      summary: { type: "switch", objectType, objectId, from: state.intent, to, until },
      reverts: row.id,
    },
    { objectType, objectId, before: state, after: before },
  );
  const { document } = published;
  return to === "enabled"
    ? appended
    : { ...appended, silencedRoutes: await findSilencedRoutes(writer.tx, document) };
}

function isSameSwitch(left: SwitchState, right: SwitchState): boolean {
  return left.intent === right.intent && left.until === right.until;
}
