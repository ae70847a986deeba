/** What people switched off, by target. */
import { type Hold, type Target, anyModelHoldKey } from "../core/types";
import type { ConfigDocument } from "./document";
import { globalRegion } from "./targets";

export type SwitchRow = {
  objectType: string;
  objectId: string;
  intent: "enabled" | "draining" | "disabled";
  untilMs: number | null;
};

/** The switches that hold each target off; of targets that come into being with a call, by provider and region. */
export function compileHolds(
  expanded: Iterable<Pick<Target, "id" | "provider" | "region" | "model">>,
  document: ConfigDocument,
  switches: readonly SwitchRow[],
  monotonicMs: (wallMs: number) => number,
): ReadonlyMap<string, readonly Hold[]> {
  const active = new Map(
    switches.flatMap((row): [string, Hold][] =>
      row.intent === "enabled"
        ? []
        : [
            [
              `${row.objectType} ${row.objectId}`,
              {
                intent: row.intent,
                type: holdType(row.objectType),
                id: row.objectId,
                untilMs: row.untilMs === null ? null : monotonicMs(row.untilMs),
              },
            ],
          ],
    ),
  );
  const holds = new Map<string, Hold[]>();
  if (active.size === 0) {
    return holds;
  }
  const hold = (id: string, keys: readonly string[]): void => {
    const own = keys.flatMap((key) => active.get(key) ?? []);
    if (own.length > 0) {
      holds.set(id, own);
    }
  };
  for (const { id, provider, region, model } of expanded) {
    hold(id, [`provider ${provider}`, `region ${region}`, `model ${model}`, `target ${id}`]);
  }
  // Targets of any_model providers come into being with a call: their switches are kept under provider and region.
  for (const provider of document.providers.filter((candidate) => candidate.any_model)) {
    for (const region of provider.regions ?? [{ id: globalRegion }]) {
      hold(anyModelHoldKey({ provider: provider.id, region: region.id }), [
        `provider ${provider.id}`,
        `region ${region.id}`,
      ]);
    }
  }
  return holds;
}

function holdType(objectType: string): Hold["type"] {
  return objectType === "provider" || objectType === "region" || objectType === "model"
    ? objectType
    : "target";
}
