/** Calls that happened and have no record: between which instants, how many, and why. */
import { uuidV7 } from "../../shared/uuid";
import type { LogGapRecord } from "../../store/log-gaps";

export type GapReason = LogGapRecord["reason"];

export type GapBook = {
  /** A call at `atMs`, epoch ms, was left out. */
  note(reason: GapReason, atMs: number): void;
  /** The next call has its record again: the gap ends. */
  close(): void;
  /** Left out since the start. */
  total(): number;
};

/** An open gap is told again this often, so that its latest count survives our death. */
const tellEveryMs = 5_000;

/** A book that tells each gap with `tell`: when it opens, while it grows and when it closes, under one id. */
export function createGapBook(nodeId: string, tell: (gap: LogGapRecord) => void): GapBook {
  let open: { record: LogGapRecord; toldMs: number } | null = null;
  let total = 0;
  const close = (): void => {
    if (open !== null) {
      tell(open.record);
      open = null;
    }
  };
  return {
    note(reason, atMs) {
      total += 1;
      if (open !== null && open.record.reason !== reason) {
        close();
      }
      const at = new Date(atMs).toISOString();
      if (open === null) {
        const record = { id: uuidV7(atMs), node_id: nodeId, from_at: at, to_at: at, reason };
        open = { record: { ...record, calls: 1 }, toldMs: atMs };
        tell(open.record);
        return;
      }
      const { record } = open;
      open.record = { ...record, to_at: at, calls: (record.calls ?? 0) + 1 };
      if (atMs - open.toldMs > tellEveryMs) {
        open.toldMs = atMs;
        tell(open.record);
      }
    },
    close,
    total: () => total,
  };
}
