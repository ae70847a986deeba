/** One call on its way: what its steps share. */
import type { ServerResponse } from "node:http";
import type { CallSpec } from "../core/events";
import type { Admission } from "./admit";
import type { AnyModels } from "./any-models";
import type { CallTrace } from "./call-trace";
import type { CallerStream } from "./caller-stream";
import type { Canceller } from "./canceller";
import type { ChatRequest } from "./chat-request";
import type { GatewayDeps } from "./deps";
import type { RunningAttempts } from "./running";
import type { Endpoints } from "./upstreams";

export type ChatDeps = GatewayDeps & {
  readonly admission: Admission;
  readonly anyModels: AnyModels;
  readonly running: RunningAttempts;
};

export type Call = {
  readonly deps: ChatDeps;
  readonly res: ServerResponse;
  readonly request: ChatRequest;
  readonly spec: CallSpec;
  /** Where the targets of the call's own configuration answer, whatever is published meanwhile. */
  readonly endpoints: Endpoints;
  readonly trace: CallTrace;
  /** Cancelled when the caller leaves before the answer is out, or when this node may not wait for it any longer. */
  readonly gone: Canceller;
  /** Where a streamed answer goes; null for a plain one. */
  readonly out: CallerStream | null;
};
