/** What those who watch from outside hear of a finished call: metrics always, traces where they are asked for. */
import type { CallTrace } from "./call-trace";
import type { GatewayDeps } from "./deps";

/** Counts and traces the call; never throws and never waits. */
export function observeCall({ meter, traces, now }: GatewayDeps, trace: CallTrace): void {
  const endedMs = trace.endedMs ?? now();
  meter.count(trace, endedMs);
  traces?.end(trace, endedMs);
}
