import type { PacingFault } from "./fault-kinds";

export interface Pace {
  /** From the request to the answer's headers. */
  readonly headMs: number;
  /** From the headers to the first token. */
  readonly firstTokenMs: number;
  readonly tokenGapMs: number;
  /** From the request to an answer that a fault makes up. */
  readonly faultMs: number;
}

/**
 * The timing of one attempt: the model's own pace, scaled, then slowed by faults.
 *
 * What a fault states in milliseconds is not scaled.
 */
export function paceOf(
  own: { ttftMs: number; tokenGapMs: number },
  latencyScale: number,
  slowedBy: readonly PacingFault[],
): Pace {
  let headMs = own.ttftMs * latencyScale;
  let firstTokenMs = 0;
  let tokenGapMs = own.tokenGapMs * latencyScale;
  let faultMs = 0;
  for (const fault of slowedBy) {
    switch (fault.kind) {
      case "brownout":
        headMs = headMs * fault.factor + fault.add_ms;
        tokenGapMs *= fault.factor;
        faultMs += fault.add_ms;
        break;
      case "slow_first_token":
        if (fault.headers_first) {
          firstTokenMs += fault.ms;
        } else {
          headMs += fault.ms;
        }
        faultMs += fault.ms;
        break;
      case "slow_tokens":
        tokenGapMs = fault.ms ?? tokenGapMs * (fault.factor ?? 1);
        break;
    }
  }
  return { headMs, firstTokenMs, tokenGapMs, faultMs };
}
