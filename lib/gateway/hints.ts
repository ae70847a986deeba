/**
 * Hints: a node that sees a target down tells the others, and each of them looks for itself.
 *
 * A hint starts a look and does nothing else, so one that lies, comes late, twice or never moves nobody.
 */
import type { Decision, HealthLabel } from "../core/events";
import type { Database } from "../store/database";
import { noticeChannel, parseNotice, sendHint } from "../store/notices";
import type { Fleet } from "./fleet";

export type HintsDeps = {
  readonly db: Database;
  readonly nodeId: string;
  readonly fleet: Pick<Fleet, "liveNodes" | "databaseNowMs">;
  readonly now: () => number;
  /** Tells the router that a look at `target` may be worth it. */
  onHint: (target: string) => void;
};

export type Hints = {
  onDecision: (decision: Decision) => void;
  counts(): { readonly sent: number; readonly heard: number; readonly dropped: number };
  stop(): Promise<void>;
};

const downLabels: ReadonlySet<HealthLabel> = new Set([
  ...(["open", "region_down", "probe_down", "credential_dead", "blocked"] as const),
]);
const perSecond = 5;
/** What waited longer than this is no news: the others have met it by themselves. */
const lateMs = 3_000;
/** However often a target is hinted at, it is looked at once in this time. */
const againMs = 2_000;

/** Starts sending and hearing. */
export function startHints({ db, nodeId, fleet, now, onHint }: HintsDeps): Hints {
  const waiting = new Map<string, number>();
  const counts = { sent: 0, heard: 0, dropped: 0 };
  const out = createPace(perSecond, now);
  const into = createPace(perSecond, now);
  const heardMs = new Map<string, number>();
  let sending: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;

  const sendAll = async (): Promise<void> => {
    for (const [target, sinceMs] of waiting) {
      if (now() - sinceMs > lateMs) {
        waiting.delete(target);
        counts.dropped += 1;
      } else if (out.take()) {
        waiting.delete(target);
        const isSent = await sendHint(db, nodeId, target, lateMs);
        counts[isSent ? "sent" : "dropped"] += 1;
      }
    }
  };
  const send = (): void => {
    timer = null;
    sending ??= sendAll().finally(() => {
      sending = null;
      if (waiting.size > 0) {
        timer ??= setTimeout(send, 1_000 / perSecond);
      }
    });
  };

  const hear = (payload: string): void => {
    const notice = parseNotice(payload);
    if (notice?.kind !== "hint" || notice.id === nodeId) {
      return;
    }
    const { target, atMs } = notice;
    const isLate = (fleet.databaseNowMs() ?? Number.POSITIVE_INFINITY) - atMs > lateMs;
    const isAgain = now() - (heardMs.get(target) ?? Number.NEGATIVE_INFINITY) < againMs;
    if (isLate || isAgain || !into.take()) {
      counts.dropped += 1;
      return;
    }
    counts.heard += 1;
    heardMs.set(target, now());
    for (const [known, knownMs] of heardMs) {
      if (now() - knownMs >= againMs) {
        heardMs.delete(known);
      }
    }
    onHint(target);
  };
  const stopListening = db.listen(noticeChannel, hear);

  return {
    onDecision(decision) {
      const isDown =
        decision.type === "transition" && !decision.observed && downLabels.has(decision.to);
      if (isDown && fleet.liveNodes() > 1 && !waiting.has(decision.target.id)) {
        waiting.set(decision.target.id, now());
        send();
      }
    },
    counts: () => ({ ...counts }),
    async stop() {
      clearTimeout(timer ?? undefined);
      waiting.clear();
      await stopListening();
      await sending;
      clearTimeout(timer ?? undefined);
    },
  };
}

type Pace = { take(): boolean };

/** Lets `limit` through in any second. */
function createPace(limit: number, now: () => number): Pace {
  const passedMs: number[] = [];
  return {
    take() {
      const nowMs = now();
      if (passedMs.length >= limit && nowMs - (passedMs[0] ?? 0) < 1_000) {
        return false;
      }
      passedMs.push(nowMs);
      if (passedMs.length > limit) {
        passedMs.shift();
      }
      return true;
    },
  };
}
