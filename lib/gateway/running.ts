/** The attempts under way, so that a person's "off" and the router's "take it back" reach those that already run. */
import type { Target } from "../core/types";
import type { Canceller } from "./canceller";

export type RunningAttempts = {
  begin(attempt: number, target: Target, cancel: Canceller): void;
  /** From its first content on it is not migrated any more. */
  sawContent(attempt: number): void;
  end(attempt: number): void;
  /** Ends the running attempts of every target for which `isCut` says so. */
  cut(isCut: (target: Target) => boolean): void;
  /** Takes an attempt back that has nothing to show yet. */
  migrate(attempt: number): void;
};

/** A book of running attempts. */
export function createRunningAttempts(): RunningAttempts {
  const running = new Map<number, { target: Target; cancel: Canceller; hasContent: boolean }>();
  return {
    begin(attempt, target, cancel) {
      running.set(attempt, { target, cancel, hasContent: false });
    },
    sawContent(attempt) {
      const one = running.get(attempt);
      if (one !== undefined) {
        one.hasContent = true;
      }
    },
    end(attempt) {
      running.delete(attempt);
    },
    cut(isCut) {
      for (const { target, cancel } of running.values()) {
        if (isCut(target)) {
          cancel.cancel("switched_off");
        }
      }
    },
    migrate(attempt) {
      const one = running.get(attempt);
      if (one !== undefined && !one.hasContent) {
        one.cancel.cancel("migrated");
      }
    },
  };
}
