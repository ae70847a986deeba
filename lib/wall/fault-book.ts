import type { FaultDto, ListenFault } from "./fault-kinds";
import {
  isLive,
  noFaults,
  rolledFaults,
  type FaultSubject,
  type RolledFaults,
  type StandingFault,
} from "./faults";

export interface FaultBook {
  /** Returns the new fault's id. */
  add: (fault: FaultDto) => string;
  remove: (id: string) => boolean;
  clear: () => void;
  list: () => StandingFault[];
  listening: () => { fault: ListenFault; untilMs: number | null }[];
  /** `mentions` tells whether a text is in the prompt. */
  roll: (subject: FaultSubject, mentions?: (text: string) => boolean) => RolledFaults;
}

/** An empty book of faults; spent and expired ones leave it by themselves. */
export function createFaultBook(nowMs: () => number, rnd: () => number): FaultBook {
  let standing: StandingFault[] = [];
  let nextId = 1;
  const list = (): StandingFault[] => {
    const now = nowMs();
    standing = standing.filter((each) => isLive(each, now));
    return standing;
  };
  return {
    add(fault) {
      const id = `f${String(nextId++)}`;
      const untilMs = fault.for_ms === undefined ? fault.until : nowMs() + fault.for_ms;
      const remaining = fault.kind === "listen" ? null : (fault.count ?? null);
      standing.push({ id, fault, untilMs: untilMs ?? null, remaining, hits: 0 });
      return id;
    },
    remove(id) {
      const before = standing.length;
      standing = standing.filter((each) => each.id !== id);
      return standing.length < before;
    },
    clear() {
      standing = [];
    },
    list,
    listening: () =>
      list().flatMap(({ fault, untilMs }) => (fault.kind === "listen" ? [{ fault, untilMs }] : [])),
    roll(subject, mentions) {
      if (standing.length === 0) {
        return noFaults;
      }
      const rolled = rolledFaults(standing, subject, nowMs(), rnd, mentions);
      for (const each of rolled.hit) {
        each.hits += 1;
        if (each.remaining !== null) {
          each.remaining -= 1;
        }
      }
      return rolled;
    },
  };
}
