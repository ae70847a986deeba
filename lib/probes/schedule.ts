/** When which target and which region is asked next: regular looks, and those that the router wishes for. */
import type { ProbeWish, RegionProbeWish } from "../core/events";
import { isMeasured } from "../core/region";
import { type Snapshot, type Target, holdAt } from "../core/types";
import { type World, healthOf, labelOf, placeOf } from "../core/world";
import type { Duty } from "./duty";

export type RegionPlace = {
  readonly provider: string;
  readonly region: string;
  readonly credential: string | null;
};

export type DueProbe = { readonly target: Target; readonly isWished: boolean };

export type Schedule = {
  wish(wish: ProbeWish | RegionProbeWish): void;
  /** The model probes that are due now; each is due again after its interval. */
  takeDue(stretch: number | null): readonly DueProbe[];
  takeDueRegions(places: readonly RegionPlace[]): readonly RegionPlace[];
  /** Monotonic instant of a target's next look; null when it has none. */
  nextMs(targetId: string): number | null;
};

export type ScheduleDeps = {
  readonly now: () => number;
  readonly random: () => number;
  readonly world: World;
  snapshot: () => Snapshot;
  duty: () => Duty;
};

const jitterShare = 0.2;
/** The first look at a target comes this soon after the start, so that regions are measured before traffic. */
const firstLookWithinMs = 1_500;
const regionIntervalMs = 30_000;
/** Until its speed is known a target is asked again this soon. */
const measureEveryMs = 4_000;
/** A time to first token older than this is measured again, even while calls succeed: plain calls show none. */
const staleTtftMs = 60_000;
/** While another node looks, what it has not told us of for an interval is asked about again this soon, should it end. */
const listenEveryMs = 1_000;
/** Where no route that leads to a target has had a call for so long, it is asked a tenth as often. */
const idleMs = 600_000;
const idleFactor = 10;

type Due = { target: Target; atMs: number; isWished: boolean };
type RegionDue = { readonly atMs: number; readonly isWished: boolean };

/** A schedule in which everything is due soon. */
export function createSchedule(deps: ScheduleDeps): Schedule {
  const due = new Map<string, Due>();
  const regionDue = new Map<string, RegionDue>();
  const startedMs = deps.now();
  const placeId = (place: RegionPlace): string =>
    `${place.provider} ${place.region} ${place.credential ?? ""}`;
  const jittered = (ms: number): number => deps.now() + ms * (1 + deps.random() * jitterShare);
  const soon = (): number => deps.now() + deps.random() * firstLookWithinMs;

  const intervalMs = (target: Target, stretch: number): number => {
    if (!isMeasured(deps.world, target)) {
      return Math.min(measureEveryMs, target.probe.intervalMs);
    }
    const isIdle = deps.now() - lastCallMs(deps, target, startedMs) > idleMs;
    return target.probe.intervalMs * stretch * deps.duty().spread * (isIdle ? idleFactor : 1);
  };
  /** Another node looks for us: this is when it would be our turn, were it gone. */
  const standInMs = (lookedMs: number | null, everyMs: number): number =>
    Math.max(deps.now() + listenEveryMs, (lookedMs ?? 0) + everyMs);
  /** What nobody has told us about is measured from here once. */
  const isOurs = (target: Target): boolean =>
    deps.duty().isRegular || !isMeasured(deps.world, target);

  const enlist = (): void => {
    const { targets } = deps.snapshot();
    for (const target of targets.values()) {
      const known = due.get(target.id);
      if (target.probe.mode === "regular" && known === undefined) {
        due.set(target.id, { target, atMs: soon(), isWished: false });
      } else if (known !== undefined) {
        known.target = target;
      }
    }
    for (const [id, { target, isWished }] of due) {
      if (!targets.has(id) && !isWished && !deps.snapshot().anyModel.has(target.provider)) {
        due.delete(id);
      }
    }
  };

  return {
    wish(wish) {
      const atMs = deps.now() + wish.afterMs;
      if (wish.type === "probe_region") {
        regionDue.set(placeId(wish), { atMs, isWished: true });
      } else if (wish.target.probe.mode !== "off") {
        due.set(wish.target.id, { target: wish.target, atMs, isWished: true });
      }
    },
    takeDue(stretch) {
      enlist();
      const nowMs = deps.now();
      const taken: DueProbe[] = [];
      for (const [id, { target, atMs, isWished }] of due) {
        if (nowMs < atMs || !mayProbe(deps, target)) {
          continue;
        }
        if (target.probe.mode === "regular") {
          const everyMs = intervalMs(target, stretch ?? 1);
          const nextMs =
            isWished || isOurs(target)
              ? jittered(everyMs)
              : standInMs(healthOf(deps.world, target).probe.atMs, everyMs);
          due.set(id, { target, atMs: nextMs, isWished: false });
        } else {
          due.delete(id);
        }
        const isWanted =
          isWished || (isOurs(target) && !isProvenByTraffic(deps.world, target, nowMs));
        if (stretch !== null && isWanted) {
          taken.push({ target, isWished });
        }
      }
      return taken;
    },
    takeDueRegions(places) {
      const nowMs = deps.now();
      return places.filter((place) => {
        const id = placeId(place);
        const known = regionDue.get(id);
        if (known === undefined) {
          regionDue.set(id, { atMs: soon(), isWished: false });
        }
        if (known === undefined || nowMs < known.atMs) {
          return false;
        }
        const { isRegular, spread } = deps.duty();
        const everyMs = regionIntervalMs * spread;
        const isOwn = known.isWished || isRegular;
        const lookedMs = placeOf(deps.world, place.provider, place.region).probe.atMs;
        const nextMs = isOwn ? jittered(everyMs) : standInMs(lookedMs, everyMs);
        regionDue.set(id, { atMs: nextMs, isWished: false });
        return isOwn;
      });
    },
    nextMs(targetId) {
      const next = due.get(targetId);
      const isComing =
        next !== undefined && mayProbe(deps, next.target) && (next.isWished || isOurs(next.target));
      return isComing ? next.atMs : null;
    },
  };
}

/** Draining targets are still watched; disabled ones are left in peace. */
function mayProbe({ snapshot, now }: ScheduleDeps, target: Target): boolean {
  return holdAt(snapshot(), target, now())?.intent !== "disabled";
}

/** When a route that leads to the target last had a call. */
function lastCallMs({ world, snapshot }: ScheduleDeps, target: Target, startedMs: number): number {
  const peers = snapshot().peers.get(target.model);
  let lastMs = startedMs;
  for (const health of world.targets.values()) {
    if (health.target.model === target.model || peers?.has(health.target.model) === true) {
      lastMs = Math.max(lastMs, health.lastStartMs ?? 0);
    }
  }
  return lastMs;
}

function isProvenByTraffic(world: World, target: Target, nowMs: number): boolean {
  const health = healthOf(world, target);
  const isMeasuredLately = health.speeds.some(
    (speed) => nowMs - (speed?.atMs ?? Number.NEGATIVE_INFINITY) < staleTtftMs,
  );
  return (
    labelOf(world, target, nowMs) === "closed" &&
    isMeasured(world, target) &&
    isMeasuredLately &&
    health.lastSuccessMs !== null &&
    nowMs - health.lastSuccessMs < target.probe.intervalMs
  );
}
