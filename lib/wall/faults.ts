import {
  isPacingFault,
  isWordingFault,
  type BreakingFault,
  type CallFault,
  type FaultDto,
  type HeadersFault,
  type PacingFault,
  type WordingFault,
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
  readonly account: string | null;
  readonly model: string | null;
  readonly kind: "chat" | "models";
  readonly stream: boolean;
  readonly prompt_chars: number;
  readonly max_tokens: number | null;
  readonly prefill_chars: number;
}

export interface RolledFaults {
  readonly breaking: BreakingFault | null;
  readonly pacing: readonly PacingFault[];
  readonly wording: readonly WordingFault[];
  readonly headers: readonly HeadersFault[];
  readonly hit: readonly StandingFault[];
}

export const noFaults: RolledFaults = {
  breaking: null,
  pacing: [],
  wording: [],
  headers: [],
  hit: [],
};

/**
 * The faults that strike one attempt: every mild one that matches, and the oldest matching breaking
 * one, so that faults with a `count` of 1 form a sequence.
 *
 * `mentions` tells whether a text is in the attempt's prompt; `rnd` yields numbers in 0..1 and is drawn only for probabilities below 1.
 */
export function rolledFaults(
  standing: readonly StandingFault[],
  subject: FaultSubject,
  nowMs: number,
  rnd: () => number,
  mentions: (text: string) => boolean = () => false,
): RolledFaults {
  let breaking: BreakingFault | null = null;
  const pacing: PacingFault[] = [];
  const wording: WordingFault[] = [];
  const headers: HeadersFault[] = [];
  const hit: StandingFault[] = [];
  for (const each of standing) {
    const { fault } = each;
    if (fault.kind === "listen" || !isLive(each, nowMs) || !matches(fault, subject)) {
      continue;
    }
    if (fault.prompt !== undefined && !mentions(fault.prompt)) {
      continue;
    }
    if (fault.probability < 1 && rnd() >= fault.probability) {
      continue;
    }
    if (isPacingFault(fault)) {
      pacing.push(fault);
    } else if (isWordingFault(fault)) {
      wording.push(fault);
    } else if (fault.kind === "headers") {
      headers.push(fault);
    } else if (breaking === null) {
      breaking = fault;
    } else {
      continue;
    }
    hit.push(each);
  }
  return hit.length === 0 ? noFaults : { breaking, pacing, wording, headers, hit };
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
    (fault.account === undefined || fault.account === subject.account) &&
    (fault.on === "any" || fault.on === subject.kind) &&
    (subject.stream || !streamOnly.has(fault.kind)) &&
    (subject.prefill_chars > 0 || !prefillOnly.has(fault.kind)) &&
    (fault.kind !== "rate_limit" || requestedTokens(subject) > (fault.limit_tokens ?? -1))
  );
}

/** What a request counts for in a limit of tokens: its prompt and all that it allows as an answer. */
export function requestedTokens(
  subject: Pick<FaultSubject, "prompt_chars" | "max_tokens">,
): number {
  return Math.ceil(subject.prompt_chars / 4) + (subject.max_tokens ?? 0);
}

const prefillOnly: ReadonlySet<CallFault["kind"]> = new Set<CallFault["kind"]>([
  "prefill_refused",
  "prefill_repeated",
]);

const streamOnly: ReadonlySet<CallFault["kind"]> = new Set<CallFault["kind"]>([
  "malformed_event",
  "no_done",
  "no_finish",
  "error_in_stream",
  "ignores_stream",
]);
