/**
 * The calls that have a beginning in the spool and no end yet: our own, which still run, and the orphans of processes that
 * are gone.
 */
import type { Segment } from "./segment";

type Begun = { readonly json: string; segment: Segment };

export type RunningCalls = {
  begin(id: string, json: string, segment: Segment): void;
  end: (id: string) => void;
  /** Moves what began in `segment` with `write`, so that the segment may go. */
  carry(segment: Segment, write: (json: string) => Segment | null): void;
  /** All of them, and from now on none. */
  takeAll(): readonly string[];
  size(): number;
};

export function createRunningCalls(): RunningCalls {
  const calls = new Map<string, Begun>();
  return {
    begin(id, json, segment) {
      calls.set(id, { json, segment });
    },
    end(id) {
      calls.delete(id);
    },
    carry(segment, write) {
      for (const call of calls.values()) {
        if (call.segment === segment) {
          call.segment = write(call.json) ?? call.segment;
        }
      }
    },
    takeAll() {
      const all = [...calls.values()].map(({ json }) => json);
      calls.clear();
      return all;
    },
    size: () => calls.size,
  };
}
