/** What is really wrong with each target at the moment: what the router has to find out. */
import type { Fault, FaultKind } from "./scenario";
import type { Place, Topology } from "./topology";
import { isStruck } from "./upstream";

/** A target with more errors than this is not healthy, fault or not. */
const backgroundShare = 0.05;

type Truth = {
  sick: number;
  sickSinceMs: number;
  /** Since when nothing that calls for turning away has been wrong. */
  wellSinceMs: number;
  struck: number;
  /** Since when nothing at all has been wrong, limits included. */
  clearSinceMs: number;
};

export class GroundTruth {
  /** No fault has ever struck. */
  isCalm = true;
  private readonly truths: Truth[];
  private readonly topology: Topology;

  constructor(topology: Topology) {
    this.topology = topology;
    this.truths = topology.places.map(({ model }) => ({
      sick: model.manner.errorShare > backgroundShare ? 1 : 0,
      sickSinceMs: 0,
      wellSinceMs: 0,
      struck: 0,
      clearSinceMs: 0,
    }));
    this.isCalm = topology.places.every(
      ({ model }) => model.manner.errorShare === 0 && model.minuteLimit === null,
    );
  }

  strike(fault: Fault, nowMs: number): void {
    this.isCalm = false;
    for (const truth of this.truthsUnder(fault)) {
      truth.struck += 1;
      if (isSickening(fault)) {
        truth.sickSinceMs = truth.sick === 0 ? nowMs : truth.sickSinceMs;
        truth.sick += 1;
      }
    }
  }

  lift(fault: Fault, nowMs: number): void {
    for (const truth of this.truthsUnder(fault)) {
      truth.struck -= 1;
      truth.clearSinceMs = nowMs;
      if (isSickening(fault)) {
        truth.sick -= 1;
        truth.wellSinceMs = nowMs;
      }
    }
  }

  isSick(index: number): boolean {
    return (this.truths[index]?.sick ?? 0) > 0;
  }

  sickForMs(index: number, nowMs: number): number {
    return nowMs - (this.truths[index]?.sickSinceMs ?? nowMs);
  }

  /** 0 while it is sick. */
  wellForMs(index: number, nowMs: number): number {
    const truth = this.truths[index];
    return truth === undefined || truth.sick > 0 ? 0 : nowMs - truth.wellSinceMs;
  }

  /** 0 while anything is wrong. */
  clearForMs(index: number, nowMs: number): number {
    const truth = this.truths[index];
    return truth === undefined || truth.struck > 0 || truth.sick > 0
      ? 0
      : nowMs - Math.max(truth.clearSinceMs, truth.wellSinceMs);
  }

  private truthsUnder(fault: Fault): readonly Truth[] {
    const { places } = this.topology;
    const struck = places.filter((place) => isStruck(place, fault));
    return places
      .filter((place) => struck.some((one) => shares(place, one, fault.kind)))
      .flatMap((place) => this.truths[place.index] ?? []);
  }
}

/** Limits and long prompts say nothing about a target's health. */
function isSickening(fault: Fault): boolean {
  return fault.kind !== "rate_limited" && fault.kind !== "too_big" && fault.share > backgroundShare;
}

/** Whether what strikes `struck` is also known of `place`: they have the account or the way there in common. */
function shares(place: Place, struck: Place, kind: FaultKind): boolean {
  if (place === struck) {
    return true;
  }
  const isSameProvider = place.target.provider === struck.target.provider;
  if (kind === "unauthorized" || kind === "no_money") {
    return isSameProvider;
  }
  return (
    (kind === "refused" || kind === "blackhole") &&
    isSameProvider &&
    place.target.region === struck.target.region
  );
}
