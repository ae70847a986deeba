/** Failures that fit no row of the table: told with their evidence, so that somebody can give them one. */
import type { Failure } from "../core/classify";
import { redact } from "./redact";

export type OddAnswers = {
  /** Counts the failure if it could not be classified; a target's are told once a minute, with the number of all. */
  note(targetId: string, failure: Failure): void;
};

const tellEveryMs = 60_000;
const maxChars = 300;

/** A book of such failures; `tell` gets a line for the console. The call log has every one, as `unclassified`. */
export function createOddAnswers(now: () => number, tell: (line: string) => void): OddAnswers {
  const told = new Map<string, number>();
  let total = 0;
  return {
    note(targetId, failure) {
      if (!failure.unclassified) {
        return;
      }
      total += 1;
      const toldMs = told.get(targetId);
      if (toldMs !== undefined && now() - toldMs < tellEveryMs) {
        return;
      }
      told.set(targetId, now());
      const evidence = redact(failure.message).slice(0, maxChars);
      tell(`${targetId} failed in a way that we do not know (no. ${total}): ${evidence}`);
    },
  };
}
