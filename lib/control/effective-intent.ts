import { type Intent, type SwitchView, type TargetView } from "../shared/contract";
import { type ObjectType, type SwitchRow } from "../store/switches";

type Place = {
  readonly id: string;
  readonly provider: string;
  readonly region: string;
  readonly model: string;
};

const strength: Readonly<Record<Intent, number>> = { enabled: 0, draining: 1, disabled: 2 };

/** The switches by `type id`. */
export type Switches = ReadonlyMap<string, SwitchRow>;

/** The switches of one moment, for `effectiveIntent` and `switchView`. */
export function indexSwitches(rows: readonly SwitchRow[]): Switches {
  return new Map(rows.map((row) => [`${row.objectType} ${row.objectId}`, row]));
}

/** What people want of a target: the strongest of its own switch and those of its model, region and provider. */
export function effectiveIntent(
  switches: Switches,
  place: Place,
  nowMs: number,
): Pick<TargetView, "effectiveIntent" | "offBy"> {
  const { id, provider, region, model } = place;
  let effective: Intent = "enabled";
  let offBy: TargetView["offBy"] = null;
  for (const [type, own] of Object.entries({ target: id, model, region, provider })) {
    const { intent } = switchView(switches, type as ObjectType, own, nowMs);
    if (strength[intent] > strength[effective]) {
      effective = intent;
      offBy = { type: type as ObjectType, id: own };
    }
  }
  return { effectiveIntent: effective, offBy };
}

/** An object's switch as the page shows it; enabled when nobody touched it or when its time is over. */
export function switchView(
  switches: Switches,
  type: ObjectType,
  id: string,
  nowMs: number,
): SwitchView {
  const row = switches.get(`${type} ${id}`);
  if (row === undefined) {
    return {
      intent: "enabled",
      until: null,
      reason: null,
      actor: null,
      changedAt: null,
      revision: 0,
    };
  }
  const isOver = row.until !== null && row.until <= nowMs;
  return {
    intent: isOver ? "enabled" : row.intent,
    until: isOver ? null : row.until,
    reason: row.reason,
    actor: row.actor,
    changedAt: row.changedAt,
    revision: row.revision,
  };
}
