/** The attempts under way, so that a person's "off" reaches those that already run. */
import type { Target } from "../core/types";
import { switchedOff } from "./attempt-result";

export type RunningAttempt = { readonly signal: AbortSignal; end(): void };

export type RunningAttempts = {
  /** An attempt at `target`; its signal fires when the caller leaves or `cut` hits the target. */
  begin(target: Target, gone: AbortSignal): RunningAttempt;
  /** Ends the running attempts of every target for which `isCut` says so. */
  cut(isCut: (target: Target) => boolean): void;
};

/** A book of running attempts. */
export function createRunningAttempts(): RunningAttempts {
  const running = new Set<{ target: Target; controller: AbortController }>();
  return {
    begin(target, gone) {
      const one = { target, controller: new AbortController() };
      const leave = (): void => {
        one.controller.abort();
      };
      gone.addEventListener("abort", leave);
      if (gone.aborted) {
        leave();
      }
      running.add(one);
      return {
        signal: one.controller.signal,
        end() {
          running.delete(one);
          gone.removeEventListener("abort", leave);
        },
      };
    },
    cut(isCut) {
      for (const { target, controller } of running) {
        if (isCut(target)) {
          controller.abort(switchedOff);
        }
      }
    },
  };
}
