import { type Effect, type EffectsView } from "../shared/contract";
import { groupBy } from "../shared/group-by";
import { addHistograms } from "../shared/histogram";
import { type EffectMinute, minutesAround } from "../store/effects";
import { wholeQuantile } from "../store/rollups";
import { demoRule, readCurrent } from "./current";
import { defineVerb } from "./verb";

const minuteMs = 60_000;
const aroundMinutes = 15;
/** Fewer say nothing. */
const fewest = 20;
const freshMs = 10_000;

/** How all calls went in the quarter of an hour before and after each of some instants, from rollups. */
export const effectsView = defineVerb<{ readonly at: readonly number[] }, EffectsView>(
  "read",
  async (_actor, deps, { at }) => {
    const demo = (await demoRule(deps, await readCurrent(deps))) === "only";
    return deps.cache.get(`effects ${demo} ${at.join(",")}`, freshMs, async () => {
      const now = Date.now();
      const minutes =
        at.length === 0
          ? []
          : await minutesAround(deps.db, at, { aroundMs: aroundMinutes * minuteMs, demo });
      const byInstant = groupBy(minutes, ({ about }) => about);
      return {
        generatedAt: now,
        effects: at.map((one) => effectOf(one, byInstant.get(one) ?? [])),
      };
    });
  },
);

/** The minute in which it happened belongs to neither side. */
export function effectOf(at: number, minutes: readonly EffectMinute[]): Effect {
  const middle = Math.floor(at / minuteMs);
  const placeOf = ({ t }: EffectMinute): number => Math.floor(t / minuteMs) - middle;
  const byPlace = new Map(minutes.map((minute) => [placeOf(minute), minute]));
  return {
    at,
    before: sideOf(minutes.filter((minute) => placeOf(minute) < 0)),
    after: sideOf(minutes.filter((minute) => placeOf(minute) > 0)),
    points: Array.from({ length: 2 * aroundMinutes + 1 }, (_, index) => {
      const minute = byPlace.get(index - aroundMinutes);
      const judged = minute === undefined ? 0 : minute.served + minute.failed;
      return {
        servedRate: minute === undefined || judged === 0 ? null : minute.served / judged,
        p95Ms: minute === undefined ? null : wholeQuantile(minute.totalMs, 0.95),
      };
    }),
  };
}

function sideOf(minutes: readonly EffectMinute[]): Effect["before"] {
  const served = minutes.reduce((sum, minute) => sum + minute.served, 0);
  const n = minutes.reduce((sum, minute) => sum + minute.served + minute.failed, 0);
  return n < fewest
    ? { n, servedRate: null, p95Ms: null }
    : {
        n,
        servedRate: served / n,
        p95Ms: wholeQuantile(addHistograms(minutes.map(({ totalMs }) => totalMs)), 0.95),
      };
}
