/** Does what operators want done at once: the node that probes for all looks at a target, and says what it saw. */
import type { Snapshot } from "../core/types";
import type { ProbeRecord, Prober } from "../probes/prober";
import type { ProbeNow } from "../shared/contract";
import { answerCommand, takeProbes } from "../store/commands";
import type { Database } from "../store/database";
import type { Desk } from "./asked";
import type { Fleet } from "./fleet";

export type CommandDeskDeps = {
  readonly db: Database;
  readonly nodeId: string;
  readonly fleet: Pick<Fleet, "role">;
  readonly prober: Pick<Prober, "probeNow">;
  snapshot: () => Snapshot;
};

/** A node that leaves the looking to another takes nothing: its looks would reach nobody else. */
export function commandDesk(deps: CommandDeskDeps): Desk {
  const { db, nodeId, fleet, prober, snapshot } = deps;
  return {
    kind: "command",
    async take() {
      const taken = fleet.role() === "listener" ? [] : await takeProbes(db, nodeId);
      return taken.map(async ({ id, target: targetId }) => {
        const target = snapshot().targets.get(targetId);
        const record = target === undefined ? null : await prober.probeNow(target);
        await answerCommand(db, id, toAnswer(record, nodeId));
      });
    },
  };
}

function toAnswer(record: ProbeRecord | null, node: string): ProbeNow {
  if (record === null) {
    const nothing = { status: null, reason: null, latencyMs: null, costNanoUsd: 0 };
    return { outcome: "unsure", ...nothing, node };
  }
  const { result, costNanoUsd } = record;
  const { verdict: outcome, status, reason, latencyMs } = result;
  return { outcome, status, reason, latencyMs, costNanoUsd, node };
}
