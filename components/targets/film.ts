import { csvText } from "@/components/charts/csv";
import { shownState } from "@/components/lib/targets/state";
import type { DisplayState, FilmView, StripState, TargetView } from "@/lib/shared/contract";

type Strip = readonly StripState[];

const worstFirst: readonly StripState[] = ["down", "degraded", "recovering", "healthy", "off"];

/** The worst of several targets at each step; a gap only where all of them have one. */
export function worstStrip(strips: readonly Strip[]): StripState[] {
  const length = Math.max(0, ...strips.map((strip) => strip.length));
  return Array.from({ length }, (_, step) => {
    const states = new Set(strips.map((strip) => strip[step] ?? null));
    return worstFirst.find((state) => states.has(state)) ?? null;
  });
}

/** One line of the film for each model, in the order of the grid. */
export function filmRows(
  film: FilmView,
  models: readonly string[],
): { readonly model: string; readonly strip: readonly StripState[] }[] {
  return models.map((model) => ({
    model,
    strip: worstStrip(film.targets.filter((one) => one.model === model).map(({ strip }) => strip)),
  }));
}

/** The film with its newest step as bad as the targets are now: it is read once a minute. */
export function filmAsOf(film: FilmView, targets: readonly TargetView[], nowMs: number): FilmView {
  const last = cellsOf(film) - 1;
  if (last < 0 || nowMs >= film.from + (last + 1) * film.cellMs) {
    return film;
  }
  const states = new Map(targets.map((target) => [target.id, shownState(target)]));
  return {
    ...film,
    targets: film.targets.map((target) => {
      const state = states.get(target.id);
      const isSick = state === "down" || state === "degraded" || state === "recovering";
      return isSick
        ? { ...target, strip: worstStrip([target.strip, [...gaps(last), state]]) }
        : target;
    }),
  };
}

const gaps = (length: number): StripState[] => Array.from({ length }, () => null);

const isTrouble = (state: StripState): boolean =>
  state === "down" || state === "degraded" || state === "recovering";

/** The next step before (-1) or after (1) `step` at which a target's trouble began; null when there is none. */
export function nextTrouble(film: FilmView, step: number, direction: -1 | 1): number | null {
  const cells = cellsOf(film);
  for (let at = step + direction; at >= 0 && at < cells; at += direction) {
    const began = film.targets.some(({ strip }) => {
      const now = strip[at] ?? null;
      return isTrouble(now) && now !== (strip[at - 1] ?? null);
    });
    if (began) {
      return at;
    }
  }
  return null;
}

/** How many steps the film has. */
export function cellsOf({ targets }: FilmView): number {
  return targets[0]?.strip.length ?? 0;
}

/** Every step of every target as a line; empty where nothing was heard. */
export function filmCsv(film: FilmView): string {
  return csvText(
    ["time_utc", ...film.targets.map(({ id }) => id)],
    Array.from({ length: cellsOf(film) }, (_, step) => [
      new Date(film.from + step * film.cellMs).toISOString(),
      ...film.targets.map(({ strip }) => strip[step] ?? null),
    ]),
  );
}

/** What the page calls a cell of the film. */
export function filmState(state: StripState | undefined): DisplayState {
  return state ?? "no_data";
}

/** What a target was at a moment of the film, and the hour that led there. */
export interface PastTarget {
  readonly state: DisplayState;
  readonly strip: Strip;
}

/** All targets at one moment of the film. */
export interface Past {
  /** Of the step, in epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly targets: ReadonlyMap<string, PastTarget>;
}

/** The step of the film that an instant falls into; the nearest one where it falls into none. */
export function stepAt(film: FilmView, atMs: number): number {
  const last = Math.max(0, cellsOf(film) - 1);
  return Math.min(last, Math.max(0, Math.floor((atMs - film.from) / film.cellMs)));
}

/** Every target as it was at `step`. */
export function pastAt(film: FilmView, step: number): Past {
  const from = film.from + step * film.cellMs;
  const hourLong = Math.round(hourMs / film.cellMs);
  return {
    from,
    to: from + film.cellMs,
    targets: new Map(
      film.targets.map(({ id, strip }) => [
        id,
        {
          state: filmState(strip[step]),
          strip: Array.from(
            { length: hourLong },
            (_, index) => strip[step + 1 - hourLong + index] ?? null,
          ),
        },
      ]),
    ),
  };
}

const hourMs = 3_600_000;
const every = { desk: 3, phone: 6 };
/** So near to an end of the strip a label would stand beyond it; a phone's strip is short. */
const edge = { desk: 0.02, phone: 0.07 };

/** The hours on the clocks of a zone that a strip of time is labelled with; the main ones have room on a phone too. */
export function scaleHours(
  from: number,
  to: number,
  timeZone: string,
): { readonly at: number; readonly share: number; readonly isMain: boolean }[] {
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", hourCycle: "h23" });
  const first = Math.ceil(from / hourMs) * hourMs;
  const count = Math.max(0, Math.floor((to - first) / hourMs) + 1);
  return Array.from({ length: count }, (_, index) => {
    const at = first + index * hourMs;
    const hour = Number(clock.format(at));
    const share = (at - from) / (to - from);
    const room = Math.min(share, 1 - share);
    const isMain = hour % every.phone === 0 && room >= edge.phone;
    return { at, hour, share, room, isMain };
  })
    .filter(({ hour, room }) => hour % every.desk === 0 && room >= edge.desk)
    .map(({ at, share, isMain }) => ({ at, share, isMain }));
}
