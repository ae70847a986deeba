/** What people switched off, by target. */
import { type Hold, anyModelHoldKey } from "../core/types";
import type { ConfigDocument } from "./document";
import { type ExpandedTarget, globalRegion } from "./targets";

export type SwitchRow = {
  objectType: string;
  objectId: string;
  intent: "enabled" | "draining" | "disabled";
  untilMs: number | null;
};

/** The switches that hold each target off; of targets that come into being with a call, by provider and region. */
export function compileHolds(
  expanded: readonly ExpandedTarget[],
  document: ConfigDocument,
  switches: readonly SwitchRow[],
  monotonicMs: (wallMs: number) => number,
): ReadonlyMap<string, readonly Hold[]> {
  const active = switches.flatMap((row): (Hold & { key: string })[] =>
    row.intent === "enabled"
      ? []
      : [
          {
            key: `${row.objectType} ${row.objectId}`,
            intent: row.intent,
            type: holdType(row.objectType),
            id: row.objectId,
            untilMs: row.untilMs === null ? null : monotonicMs(row.untilMs),
          },
        ],
  );
  const holds = new Map<string, Hold[]>();
  for (const one of expanded) {
    const keys = [
      `provider ${one.provider}`,
      `region ${one.region}`,
      `model ${one.model}`,
      `target ${one.id}`,
    ];
    const own = active.filter((hold) => keys.includes(hold.key));
    if (own.length > 0) {
      holds.set(one.id, own);
    }
  }
  // Targets of any_model providers come into being with a call: their switches are kept under provider and region.
  for (const provider of document.providers.filter((candidate) => candidate.any_model)) {
    for (const region of provider.regions ?? [{ id: globalRegion }]) {
      const keys = [`provider ${provider.id}`, `region ${region.id}`];
      const own = active.filter((hold) => keys.includes(hold.key));
      if (own.length > 0) {
        holds.set(anyModelHoldKey({ provider: provider.id, region: region.id }), own);
      }
    }
  }
  return holds;
}

function holdType(objectType: string): Hold["type"] {
  return objectType === "provider" || objectType === "region" || objectType === "model"
    ? objectType
    : "target";
}
