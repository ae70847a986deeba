/** What the steps of a call share; built once by `main.ts`, nothing here is a global. */
import type { CallLog } from "./call-log";
import type { Limiter } from "./limits/limiter";
import type { Live } from "./live";
import type { Meter } from "./metrics/meter";
import type { OddAnswers } from "./odd-answers";
import type { Router } from "./router";
import type { Timing } from "./timing";
import type { Traces } from "./traces/traces";
import type { Upstreams } from "./upstreams";

export type GatewayDeps = {
  readonly nodeId: string;
  /** The configuration in force, swapped whole. */
  readonly live: Live;
  readonly router: Router;
  readonly upstreams: Upstreams;
  readonly log: CallLog;
  /** What each key may use here. */
  readonly limiter: Limiter;
  readonly oddAnswers: OddAnswers;
  readonly meter: Meter;
  /** Null where nothing is traced. */
  readonly traces: Traces | null;
  readonly timing: Timing;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly random: () => number;
};
