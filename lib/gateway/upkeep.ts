/** The hourly housekeeping of the call log: this node tries, and whoever holds the lock does it. */
import { setTimeout as sleep } from "node:timers/promises";
import { isGatewayError } from "../shared/errors";
import type { Database } from "../store/database";
import { type UpkeepReport, runUpkeep } from "../store/upkeep";

export type Upkeep = {
  /** A new configuration may keep calls for another time, or count days in another zone: looks soon. */
  onSwap(): void;
  /** Since the start. */
  counts(): UpkeepCounts;
  stop(): Promise<void>;
};

export type UpkeepCounts = {
  readonly rounds: number;
  readonly failures: number;
  readonly droppedDays: number;
  readonly movedRows: number;
  /** As of the last round. */
  readonly oddRows: number;
};

const everyMs = 3_600_000;
/** Several swaps are one look. */
const soonMs = 2_000;
const stopWaitMs = 2_000;

/** Runs a round now, every hour, and soon after a new configuration. Trouble is told once, until a round succeeds. */
export function startUpkeep(db: Database, tell: (line: string) => void): Upkeep {
  let counts: UpkeepCounts = { rounds: 0, failures: 0, droppedDays: 0, movedRows: 0, oddRows: 0 };
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;
  let stopped = false;
  let lastTrouble = "";

  const round = async (): Promise<void> => {
    try {
      const report = await runUpkeep(db);
      lastTrouble = "";
      for (const line of newsOf(report, counts.oddRows)) {
        tell(line);
      }
      counts = {
        ...counts,
        rounds: counts.rounds + 1,
        droppedDays: counts.droppedDays + report.droppedDays.length,
        movedRows: counts.movedRows + report.movedRows,
        oddRows: report.oddRows,
      };
    } catch (error) {
      counts = { ...counts, failures: counts.failures + 1 };
      const trouble = `The housekeeping of the call log failed and is tried again: ${String(error)}`;
      // Everybody else says already that the database is away.
      const isAway = isGatewayError(error) && error.code === "database_unavailable";
      if (!isAway && trouble !== lastTrouble) {
        tell(trouble);
      }
      lastTrouble = trouble;
    }
  };
  const schedule = (delayMs: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running ??= round().finally(() => {
        running = null;
        if (!stopped) {
          schedule(lastTrouble === "" ? everyMs * (0.9 + 0.2 * Math.random()) : everyMs / 60);
        }
      });
    }, delayMs);
  };

  schedule(0);
  return {
    onSwap() {
      if (!stopped) {
        schedule(soonMs);
      }
    },
    counts: () => counts,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      // A step that is cut off is undone and made by the next round.
      await Promise.race([running, sleep(stopWaitMs, undefined, { ref: false })]);
    },
  };
}

function newsOf(report: UpkeepReport, oddBefore: number): string[] {
  const { droppedDays, movedRows, oddRows, zoneChanged } = report;
  return [
    ...(droppedDays.length > 0
      ? [`Calls of ${droppedDays.join(", ")} were dropped: their time is over.`]
      : []),
    ...(movedRows > 0
      ? [`${movedRows} late rows of the call log were filed under their day.`]
      : []),
    ...(oddRows > oddBefore
      ? [`${oddRows} rows of the call log fit no day: look at the clocks of the gateways.`]
      : []),
    ...(zoneChanged ? ["The days of the charts are those of another time zone now."] : []),
  ];
}
