import {
  isPacingFault,
  type BreakingFault,
  type CallFault,
  type FaultDto,
  type PacingFault,
} from "./fault-kinds";

export interface StandingFault {
  readonly id: string;
  readonly fault: FaultDto;
  readonly untilMs: number | null;
  remaining: number | null;
  hits: number;
}

export interface FaultSubject {
  readonly provider: string;
  readonly region: string;
  readonly model: string | null;
  readonly kind: "chat" | "models";
  readonly stream: boolean;
}

export interface RolledFaults {
  readonly breaking: BreakingFault | null;
  readonly pacing: readonly PacingFault[];
  readonly hit: readonly StandingFault[];
}

export const noFaults: RolledFaults = { breaking: null, pacing: [], hit: [] };

/**
 * The faults that strike one attempt: every slowing one that matches, and the oldest matching
 * breaking one, so that faults with a `count` of 1 form a sequence.
 *
 * `rnd` yields numbers in 0..1 and is drawn only for probabilities below 1.
 */
export function rolledFaults(
  standing: readonly StandingFault[],
  subject: FaultSubject,
  nowMs: number,
  rnd: () => number,
): RolledFaults {
  let breaking: BreakingFault | null = null;
  const pacing: PacingFault[] = [];
  const hit: StandingFault[] = [];
  for (const each of standing) {
    const { fault } = each;
    if (fault.kind === "listen" || !isLive(each, nowMs) || !matches(fault, subject)) {
      continue;
    }
    if (fault.probability < 1 && rnd() >= fault.probability) {
      continue;
    }
    if (isPacingFault(fault)) {
      pacing.push(fault);
    } else if (breaking === null) {
      breaking = fault;
    } else {
      continue;
    }
    hit.push(each);
  }
  return hit.length === 0 ? noFaults : { breaking, pacing, hit };
}

/** Whether a fault still has time and strikes left. */
export function isLive(each: StandingFault, nowMs: number): boolean {
  return (each.untilMs === null || nowMs < each.untilMs) && each.remaining !== 0;
}

function matches(fault: CallFault, subject: FaultSubject): boolean {
  return (
    (fault.provider === "*" || fault.provider === subject.provider) &&
    (fault.region === "*" || fault.region === subject.region) &&
    (fault.model === "*" || fault.model === subject.model) &&
    (fault.on === "any" || fault.on === subject.kind) &&
    (subject.stream || !streamOnly.has(fault.kind))
  );
}

const streamOnly: ReadonlySet<CallFault["kind"]> = new Set<CallFault["kind"]>([
  "malformed_event",
  "no_done",
  "no_finish",
  "error_in_stream",
]);
