/** Records that the disk did not take: they wait here and go to the database from here, as long as there is room. */
import type { Batch } from "./backlog";
import type { SpoolRecord } from "./chunk";

export type Memory = {
  /** Whether there was room. */
  push(record: SpoolRecord): boolean;
  next(): Batch | null;
  /** Records that wait now, and all that ever did. */
  sizes: () => { readonly now: number; readonly total: number };
};

const mostRecords = 10_000;
const mostChars = 32 * 1024 * 1024;
const perBatch = 500;

export function createMemory(): Memory {
  let records: SpoolRecord[] = [];
  let chars = 0;
  let total = 0;
  return {
    push(record) {
      // What tells of a loss must not be lost for the same reason.
      const isFull = records.length >= mostRecords || chars + record.json.length > mostChars;
      if (isFull && record.kind !== "gap") {
        return false;
      }
      records.push(record);
      total += 1;
      chars += record.json.length;
      return true;
    },
    next() {
      const taken = records.slice(0, perBatch);
      if (taken.length === 0) {
        return null;
      }
      return {
        records: taken.map(({ kind, json }) => ({ kind, json: Buffer.from(json) })),
        settle() {
          records = records.slice(taken.length);
          chars -= taken.reduce((sum, { json }) => sum + json.length, 0);
        },
      };
    },
    sizes: () => ({ now: records.length, total }),
  };
}
