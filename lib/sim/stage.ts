/** What the parts of one simulation share. */
import type { Snapshot } from "../core/types";
import type { Agenda } from "./agenda";
import type { Chance } from "./chance";
import type { Digest } from "./digest";
import type { Ledger } from "./ledger";
import type { Scenario } from "./scenario";
import type { Topology } from "./topology";
import type { Upstream } from "./upstream";
import type { Watch } from "./watch";

export type Stage = {
  nowMs: number;
  snapshot: Snapshot;
  readonly scenario: Scenario;
  readonly midstream: Scenario["midstream"];
  readonly topology: Topology;
  readonly agenda: Agenda;
  readonly upstream: Upstream;
  /** What `step` draws, and what the providers draw: apart, so that neither shifts the other. */
  readonly stepChance: Chance;
  readonly fateChance: Chance;
  readonly drawStep: () => number;
  readonly digest: Digest;
  readonly ledger: Ledger;
  readonly watch: Watch;
};
