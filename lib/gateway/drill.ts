/** A fault that somebody asked for: one key's calls, one target, a minute. Nothing is sent, and nobody's health hears of it. */
import { classify } from "../core/classify";
import type { Target } from "../core/types";
import { drillMessage } from "../shared/drill";
import type { AttemptResult } from "./attempt-result";
import type { AppKey } from "./live";
import { Tally } from "./tally";

const drilled503 = {
  kind: "status",
  status: 503,
  retryAfterMs: null,
  error: {
    message: drillMessage,
    type: "drill",
    code: "drill",
    param: null,
  },
  isHtml: false,
  shouldRetry: false,
} as const;

/** What an attempt of `key` at `target` comes to while a drill breaks it (`wallMs`: now); null: it may be sent. */
export function drilledResult(
  key: AppKey | null,
  target: Pick<Target, "id">,
  wallMs: number,
): Extract<AttemptResult, { kind: "failed" }> | null {
  const drill = key?.drill;
  if (drill?.target !== target.id || wallMs >= drill.until) {
    return null;
  }
  const failure = { ...classify(drilled503, 0), health: "neutral" } as const;
  return { kind: "failed", failure, errorBody: null, tally: new Tally() };
}
