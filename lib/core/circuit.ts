/**
 * A breaker with what it counts: one for each target, and one for each place (provider × region).
 *
 * Functions here say what changed; who is told is the caller's business.
 */
import { type Breaker, type BreakerState, elapsed, opened, probed, rampVerdict } from "./breaker";
import type { BreakerSettings } from "./types";
import { type Start, type Window, emptyWindow, forgetStarts } from "./window";

export type Circuit = {
  breaker: Breaker;
  /** Grows with every opening and closing. */
  epoch: number;
  /** k of the ejection time: grows when a real trial fails, shrinks by one per healthy minute. */
  k: number;
  readonly window: Window;
};

/** A change of state; null when nothing changed. */
export type Change = { readonly from: BreakerState; readonly to: BreakerState } | null;

const healthyMinuteMs = 60_000;
/** A trial is good when its content has lasted this long, or when it ends well. */
const trialContentMs = 2_000;

/** A CLOSED circuit that has seen nothing. */
export function emptyCircuit(): Circuit {
  return { breaker: { state: "closed", sinceMs: 0 }, epoch: 0, k: 0, window: emptyWindow() };
}

/** Lets time pass: OPEN runs out, a permit goes stale, a trial's content has lasted. */
export function age(circuit: Circuit, nowMs: number, closeTo: "ramp" | "closed"): Change {
  const { breaker } = circuit;
  if (breaker.state === "half_open" && breaker.trial !== null) {
    const { provenMs } = breaker.trial;
    if (provenMs !== null && nowMs >= provenMs) {
      return recover(circuit, nowMs, closeTo);
    }
  }
  circuit.breaker = elapsed(breaker, nowMs);
  return changed(breaker.state, circuit.breaker.state);
}

function changed(from: BreakerState, to: BreakerState): Change {
  return from === to ? null : { from, to };
}

/** Whether a call may be the trial of a HALF_OPEN circuit. */
export function hasFreePermit({ breaker }: Circuit): boolean {
  return breaker.state === "half_open" && breaker.trial === null;
}

/** Takes the permit of a HALF_OPEN circuit if it is free. */
export function takePermit(circuit: Circuit, attempt: number, nowMs: number): void {
  const { breaker } = circuit;
  if (breaker.state === "half_open" && breaker.trial === null) {
    circuit.breaker = { ...breaker, trial: { attempt, startedMs: nowMs, provenMs: null } };
  }
}

/** Gives the permit back if this attempt holds it. */
export function givePermitBack(circuit: Circuit, attempt: number): void {
  const { breaker } = circuit;
  if (breaker.state === "half_open" && breaker.trial?.attempt === attempt) {
    circuit.breaker = { ...breaker, trial: null };
  }
}

/** Content has come to an attempt; a trial's starts to prove itself. */
export function seeContent(circuit: Circuit, attempt: number, nowMs: number): void {
  const { breaker } = circuit;
  if (breaker.state === "half_open" && breaker.trial?.attempt === attempt) {
    breaker.trial.provenMs ??= nowMs + trialContentMs;
  }
}

/** A success of this epoch. Whoever answers while OPEN (panic) or HALF_OPEN has passed its trial. */
export function succeed(circuit: Circuit, nowMs: number, closeTo: "ramp" | "closed"): Change {
  const { breaker } = circuit;
  switch (breaker.state) {
    case "closed":
      return null;
    case "open":
    case "half_open":
      return recover(circuit, nowMs, closeTo);
    case "ramp": {
      const ramp = { ...breaker, successes: breaker.successes + 1 };
      circuit.breaker = ramp;
      if (rampVerdict(ramp) === "closed") {
        circuit.breaker = { state: "closed", sinceMs: nowMs };
      }
      return changed("ramp", circuit.breaker.state);
    }
  }
}

/** Leaves OPEN or HALF_OPEN for RAMP or CLOSED; a new epoch begins. */
export function recover(circuit: Circuit, nowMs: number, closeTo: "ramp" | "closed"): Change {
  const from = circuit.breaker.state;
  circuit.epoch += 1;
  forgetStarts(circuit.window);
  circuit.breaker =
    closeTo === "ramp"
      ? { state: "ramp", sinceMs: nowMs, successes: 0, failures: 0 }
      : { state: "closed", sinceMs: nowMs };
  return changed(from, closeTo);
}

/** A person forgives: failures so far count no more, and the next opening is as short as a first one. */
export function forgive(circuit: Circuit): void {
  const { breaker } = circuit;
  circuit.k = 0;
  if (breaker.state === "closed") {
    circuit.epoch += 1;
    forgetStarts(circuit.window);
  } else if (breaker.state === "ramp") {
    circuit.breaker = { ...breaker, failures: 0 };
  }
}

/** One real trial decides, without waiting for the end of OPEN. */
export function tryNow(circuit: Circuit, nowMs: number): void {
  circuit.breaker = { state: "half_open", sinceMs: nowMs, trial: null };
}

/**
 * What a failure of this epoch asks for: `weigh` (CLOSED: the opening rules decide), `open` (a trial or the ramp failed)
 * or nothing.
 */
export function failureAsksFor(circuit: Circuit, attempt: number): "weigh" | "open" | "nothing" {
  const { breaker } = circuit;
  switch (breaker.state) {
    case "closed":
      return "weigh";
    case "open":
      return "nothing";
    case "half_open":
      return breaker.trial?.attempt === attempt ? "open" : "nothing";
    case "ramp": {
      const ramp = { ...breaker, failures: breaker.failures + 1 };
      circuit.breaker = ramp;
      return rampVerdict(ramp) === "open" ? "open" : "nothing";
    }
  }
}

/** k as of now: every healthy minute has made it one less. */
export function backoffStep({ breaker, k }: Circuit, nowMs: number): number {
  return breaker.state === "closed"
    ? Math.max(0, k - Math.floor((nowMs - breaker.sinceMs) / healthyMinuteMs))
    : k;
}

/** Opens; k grows when it was a real trial that failed. */
export function openCircuit(
  circuit: Circuit,
  settings: BreakerSettings,
  minOpenMs: number,
  nowMs: number,
  random: number,
): Change {
  const { breaker } = circuit;
  circuit.k = breaker.state === "closed" ? backoffStep(circuit, nowMs) : circuit.k + 1;
  circuit.breaker = opened(settings, circuit.k, minOpenMs, nowMs, random);
  circuit.epoch += 1;
  forgetStarts(circuit.window);
  return changed(breaker.state, "open");
}

/** A provider that is OPEN already asks for more time: the later deadline wins, within the limit. */
export function extendOpen(
  circuit: Circuit,
  settings: BreakerSettings,
  minOpenMs: number,
  nowMs: number,
): void {
  const { breaker } = circuit;
  if (breaker.state === "open") {
    const untilMs = nowMs + Math.min(minOpenMs, settings.maxEjectionMs);
    circuit.breaker = { ...breaker, untilMs: Math.max(breaker.untilMs, untilMs) };
  }
}

/** A probe's word to an OPEN circuit. */
export function hearProbe(
  circuit: Circuit,
  passed: boolean,
  nextProbeMs: number,
  nowMs: number,
): Change {
  const { state } = circuit.breaker;
  circuit.breaker = probed(circuit.breaker, passed, nextProbeMs, nowMs);
  return changed(state, circuit.breaker.state);
}

/** Whether an attempt belongs to the present epoch. */
export function isOfThisEpoch(circuit: Circuit, start: Start): boolean {
  return start.seq >= circuit.window.epochSeq;
}
