/** When which target and which region is asked next: regular looks, and those that the router wishes for. */
import type { ProbeWish, RegionProbeWish } from "../core/events";
import { isMeasured } from "../core/region";
import { type Snapshot, type Target, holdAt } from "../core/types";
import { type World, healthOf, labelOf } from "../core/world";

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
};

const jitterShare = 0.2;
/** The first look at a target comes this soon after the start, so that regions are measured before traffic. */
const firstLookWithinMs = 1_500;
const regionIntervalMs = 30_000;
/** Until its speed is known a target is asked again this soon. */
const measureEveryMs = 4_000;
/** A time to first token older than this is measured again, even while calls succeed: plain calls show none. */
const staleTtftMs = 60_000;
/** Where no route that leads to a target has had a call for so long, it is asked a tenth as often. */
const idleMs = 600_000;
const idleFactor = 10;

type Due = { target: Target; atMs: number; isWished: boolean };

/** A schedule in which everything is due soon. */
export function createSchedule(deps: ScheduleDeps): Schedule {
  const due = new Map<string, Due>();
  const regionDue = new Map<string, number>();
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
    return target.probe.intervalMs * stretch * (isIdle ? idleFactor : 1);
  };

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
        regionDue.set(placeId(wish), atMs);
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
          due.set(id, {
            target,
            atMs: jittered(intervalMs(target, stretch ?? 1)),
            isWished: false,
          });
        } else {
          due.delete(id);
        }
        if (stretch !== null && (isWished || !isProvenByTraffic(deps.world, target, nowMs))) {
          taken.push({ target, isWished });
        }
      }
      return taken;
    },
    takeDueRegions(places) {
      const nowMs = deps.now();
      return places.filter((place) => {
        const id = placeId(place);
        const atMs = regionDue.get(id);
        if (atMs === undefined) {
          regionDue.set(id, soon());
        }
        if (atMs === undefined || nowMs < atMs) {
          return false;
        }
        regionDue.set(id, jittered(regionIntervalMs));
        return true;
      });
    },
    nextMs(targetId) {
      const next = due.get(targetId);
      return next !== undefined && mayProbe(deps, next.target) ? next.atMs : null;
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
