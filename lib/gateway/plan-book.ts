/** Plans by their hash: the log holds each distinct one once. */
import { createHash } from "node:crypto";
import type { PlanEntry } from "../core/plan";
import { plainCounters } from "./plan-counters";

export type PlanBook = {
  /** The plan's hash; `record` gets the plan as JSON when the log may not have it, and says whether it has it now. */
  hashOf(plan: readonly PlanEntry[], record: (json: string) => boolean): string;
};

type Known = { readonly hash: string; readonly plan: readonly PlanEntry[]; isRecorded: boolean };

const latestPlans = 8;
/** Calls between two looks at the clock. */
const lookEvery = 100;
/** Distinct plans that are known to be in the log. */
const mostPlans = 5_000;
/** So often they are recorded again: what the log keeps for some days only must not outlive its rows there. */
const forgetAfterMs = 3_600_000;

export function createPlanBook(now: () => number): PlanBook {
  const known = new Map<string, Known>();
  /** The latest plans: nearly every call has one of them, and comparing is cheaper than writing out. */
  let latest: readonly Known[] = [];
  let bornMs = now();
  let untilLook = lookEvery;
  return {
    hashOf(plan, record) {
      untilLook -= 1;
      if (untilLook <= 0 && (known.size > mostPlans || now() - bornMs > forgetAfterMs)) {
        known.clear();
        latest = [];
        bornMs = now();
      }
      untilLook = untilLook <= 0 ? lookEvery : untilLook;
      let one = latest.find((each) => isSame(each.plan, plan));
      if (one === undefined) {
        const text = planText(plan);
        one = known.get(text) ?? { hash: shortHash(text), plan, isRecorded: false };
        known.set(text, one);
        latest = [one, ...latest.slice(0, latestPlans - 1)];
      }
      if (!one.isRecorded) {
        one.isRecorded = record(JSON.stringify({ hash: one.hash, entries: plan.map(loggedEntry) }));
      }
      return one.hash;
    },
  };
}

function isSame(one: readonly PlanEntry[], other: readonly PlanEntry[]): boolean {
  if (one.length !== other.length) {
    return false;
  }
  // By index: this is looked at with every call, and an iterator takes twice the time.
  for (let index = 0; index < one.length; index += 1) {
    const entry = one[index];
    const twin = other[index];
    if (
      entry === undefined ||
      entry.target !== twin?.target ||
      entry.decision !== twin.decision ||
      entry.reason !== twin.reason ||
      entry.counters !== undefined ||
      twin.counters !== undefined
    ) {
      return false;
    }
  }
  return true;
}

/** The counters are part of it: with those of another moment a plan explains nothing. */
function planText(plan: readonly PlanEntry[]): string {
  let text = "";
  for (const entry of plan) {
    text += `${entry.target} ${entry.decision} ${entry.reason}`;
    text += entry.counters === undefined ? "\n" : ` ${JSON.stringify(plainCounters(entry))}\n`;
  }
  return text;
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

function loggedEntry(entry: PlanEntry): PlanEntry {
  return entry.counters === undefined ? entry : { ...entry, counters: plainCounters(entry) };
}
