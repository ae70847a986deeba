/** What the steps of a call share; built once by `main.ts`, nothing here is a global. */
import type { CallLog } from "./call-log";
import type { Healer } from "./healer";
import type { Live } from "./live";
import type { Upstreams } from "./upstreams";

export type GatewayDeps = {
  readonly nodeId: string;
  /** The configuration in force, swapped whole. */
  readonly live: Live;
  readonly healer: Healer;
  readonly upstreams: Upstreams;
  readonly log: CallLog;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly random: () => number;
};
