/**
 * Joins the answer of another target to the text that a caller already has, without a repeated or a missing character.
 *
 * `prefill`: the target goes on where the text ends. `restart`: it begins anew, and only what follows an exact
 * reproduction of the text is new. A target that was asked to go on and starts over all the same is taken as a restart.
 */

export type SpliceMethod = "prefill" | "restart";

export type SpliceStep = {
  /** What the caller gets now. */
  readonly forward: string;
  /** `diverged`: it tells another text. `stopped`: a stop sequence lies across the joint. */
  readonly end: "diverged" | "stopped" | null;
};

/** This much of the beginning, told again, is a new beginning. */
const repeatChars = 32;
/** Shorter texts repeat themselves by chance ("1" may well go on with "1"). */
const leastRepeatChars = 4;

const nothing: SpliceStep = { forward: "", end: null };
const diverged: SpliceStep = { forward: "", end: "diverged" };

/** `delivered` without the white space at its end, which models refuse at the end of a prefill. */
export function prefillOf(delivered: string): string {
  return delivered.trimEnd();
}

/** The joint of one continuation; feed it the continuation's text as it comes, then tell it the end. */
export class Splice {
  readonly #delivered: string;
  #method: SpliceMethod;
  /** A prefill that has so far repeated the beginning, and may yet turn out to start over. */
  #undecided: string | null;
  /** In a restart: how much of the text was told again. */
  #reproduced = 0;
  /** In a prefill: white space at the end of the text that the target will tell again. */
  #expectedSpace: string;
  readonly #joint: StopAcross;

  constructor(delivered: string, method: SpliceMethod, stops: readonly string[]) {
    this.#delivered = delivered;
    this.#method = method;
    const canRepeat = method === "prefill" && delivered.length >= leastRepeatChars;
    this.#undecided = canRepeat ? "" : null;
    this.#expectedSpace = delivered.slice(prefillOf(delivered).length);
    this.#joint = new StopAcross(delivered, stops);
  }

  /** As it turned out so far. */
  get method(): SpliceMethod {
    return this.#method;
  }

  push(text: string): SpliceStep {
    if (this.#undecided === null) {
      return this.#method === "restart" ? this.#again(text) : this.#on(text);
    }
    const told = this.#undecided + text;
    const needed = Math.min(repeatChars, this.#delivered.length);
    const compared = Math.min(needed, told.length);
    if (!told.startsWith(this.#delivered.slice(0, compared))) {
      this.#undecided = null;
      return this.#on(told);
    }
    if (compared < needed) {
      this.#undecided = told;
      return nothing;
    }
    this.#undecided = null;
    this.#method = "restart";
    return this.#again(told);
  }

  /** The continuation has come to its own end. */
  finish(): SpliceStep {
    if (this.#method === "restart") {
      return this.#reproduced < this.#delivered.length ? diverged : nothing;
    }
    const told = this.#undecided ?? "";
    this.#undecided = null;
    const step = this.#on(told);
    return step.end === null ? { forward: step.forward + this.#joint.finish(), end: null } : step;
  }

  #again(text: string): SpliceStep {
    const missing = this.#delivered.length - this.#reproduced;
    if (missing === 0) {
      return { forward: text, end: null };
    }
    const compared = Math.min(missing, text.length);
    const expected = this.#delivered.slice(this.#reproduced, this.#reproduced + compared);
    if (!text.startsWith(expected)) {
      return diverged;
    }
    this.#reproduced += compared;
    return { forward: text.slice(compared), end: null };
  }

  #on(text: string): SpliceStep {
    let skipped = 0;
    while (skipped < text.length && this.#expectedSpace !== "") {
      if (text[skipped] === this.#expectedSpace[0]) {
        this.#expectedSpace = this.#expectedSpace.slice(1);
        skipped += 1;
      } else {
        this.#expectedSpace = "";
      }
    }
    return this.#joint.push(text.slice(skipped));
  }
}

/** Finds a stop sequence that begins in the delivered text and ends in its continuation: no target sees it whole. */
class StopAcross {
  /** What would complete a stop sequence whose beginning was delivered. */
  #rests: readonly string[];
  #held = "";

  constructor(delivered: string, stops: readonly string[]) {
    this.#rests = stops.flatMap((stop) => restsOf(stop, delivered));
  }

  push(text: string): SpliceStep {
    if (this.#rests.length === 0 || text === "") {
      return { forward: text, end: null };
    }
    const told = this.#held + text;
    if (this.#rests.some((rest) => told.startsWith(rest))) {
      return { forward: "", end: "stopped" };
    }
    this.#rests = this.#rests.filter((rest) => rest.startsWith(told));
    this.#held = this.#rests.length === 0 ? "" : told;
    return this.#rests.length === 0 ? { forward: told, end: null } : nothing;
  }

  finish(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }
}

function restsOf(stop: string, delivered: string): string[] {
  const rests: string[] = [];
  for (let begun = 1; begun < stop.length; begun += 1) {
    if (delivered.endsWith(stop.slice(0, begun))) {
      rests.push(stop.slice(begun));
    }
  }
  return rests;
}
