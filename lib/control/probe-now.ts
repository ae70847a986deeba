import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type ProbeNow } from "../shared/contract";
import { GatewayError } from "../shared/errors";
import { askProbe, findCommand } from "../store/commands";
import { readCurrent } from "./current";
import { effectiveIntent } from "./effective-intent";
import { noSuchObject } from "./objects";
import { defineVerb } from "./verb";

const lookEveryMs = 60;
/** The store gives a probe to nobody after this. */
const takenWithinMs = 5_000;
/** A probe of a reasoning model may take 15 s by itself. */
const limitMs = 25_000;

/**
 * What the node that probes finds at a target now. To the healer it is a probe like any other.
 *
 * @throws {GatewayError} `not_found`; `conflict` for a target that people stopped: nothing goes there at all.
 */
export const probeNow = defineVerb<string, ProbeNow>("operate", async (_actor, deps, id) => {
  const { targets, switches } = await readCurrent(deps);
  const target = targets.find((one) => one.id === id);
  if (target === undefined) {
    const ids = targets.map((one) => one.id);
    throw noSuchObject("target", id, ids);
  }
  if (effectiveIntent(switches, target, Date.now()).effectiveIntent === "disabled") {
    throw new GatewayError("conflict", {
      message: "The target is stopped: not even a probe goes there.",
      refusal: { reason: "target_stopped", values: { id } },
    });
  }
  const askedMs = performance.now();
  const command = await askProbe(deps.db, randomUUID(), id);
  for (;;) {
    const found = await findCommand(deps.db, command);
    const isTaken = (found?.takenBy ?? null) !== null;
    if (found !== undefined && found.result !== null) {
      return found.result;
    }
    if (performance.now() - askedMs > (isTaken ? limitMs : takenWithinMs)) {
      const nothing = { status: null, reason: null, latencyMs: null, costNanoUsd: null };
      return { outcome: isTaken ? "silent" : "nobody", ...nothing, node: found?.takenBy ?? null };
    }
    await sleep(lookEveryMs);
  }
});
