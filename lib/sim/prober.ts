/** The active probes of one simulated node: a regular look at every target and place, and the looks that `core` wishes. */
import type { ProbeResult, ProbeWish, RegionProbeWish } from "../core/events";
import { labelOf } from "../core/world";
import { holdAt } from "../core/types";
import { happening } from "./happenings";
import type { Shell } from "./shell";
import { probeResult, regionResult } from "./signals";
import type { Stage } from "./stage";
import { blankFate } from "./upstream";

type Watched = { dueMs: number; version: number; isBusy: boolean; isWished: boolean };
type RegionWatched = Watched & { readonly provider: string; readonly region: string };
type UnderWay = {
  readonly seq: number;
  readonly result: ProbeResult;
  readonly index: number;
  readonly freezes: number;
  isLast: boolean;
};

const firstLookWithinMs = 1_500;
const jitterShare = 0.2;
const regionIntervalMs = 30_000;
const regionTimeoutMs = 5_000;
const reasoningTimeoutMs = 15_000;
const lateByMs = 10_000;
const afterLossMs = 1_000;
/** Streams of chance: below the serial numbers of calls. */
const probeStream = -2;
const regionStream = -3;
const tellStream = -4;

export class Prober {
  private readonly stage: Stage;
  private readonly shell: Shell;
  private readonly targets: Watched[];
  private readonly regions: RegionWatched[] = [];
  private readonly underWay = new Map<number, UnderWay>();
  private readonly fate = blankFate();
  private launched = 0;
  private noted = 0;
  private seq = 0;

  constructor(stage: Stage, shell: Shell) {
    this.stage = stage;
    this.shell = shell;
    this.targets = stage.topology.places.map(() => newWatched());
    for (const { target } of stage.topology.places) {
      if (!this.regions.some((one) => isAt(one, target.provider, target.region))) {
        this.regions.push({ ...newWatched(), provider: target.provider, region: target.region });
      }
    }
  }

  /** The first looks, at random moments. */
  begin(): void {
    this.stage.stepChance.place(probeStream, 0, this.shell.node);
    for (const index of this.targets.keys()) {
      this.schedule(index, this.stage.stepChance.between(0, firstLookWithinMs), false);
    }
    for (const index of this.regions.keys()) {
      this.scheduleRegion(index, this.stage.stepChance.between(0, firstLookWithinMs));
    }
  }

  wish(wish: ProbeWish | RegionProbeWish): void {
    const dueMs = this.stage.nowMs + wish.afterMs;
    if (wish.type === "probe") {
      const index = this.stage.topology.byTarget.get(wish.target.id)?.index ?? -1;
      const watched = this.targets[index];
      if (watched !== undefined && (dueMs < watched.dueMs || !watched.isWished)) {
        this.schedule(index, Math.min(dueMs, watched.dueMs), true);
      }
      return;
    }
    const index = this.regions.findIndex((one) => isAt(one, wish.provider, wish.region));
    const watched = this.regions[index];
    if (watched !== undefined && dueMs < watched.dueMs) {
      this.scheduleRegion(index, dueMs);
    }
  }

  due(index: number, version: number): void {
    const watched = this.targets[index];
    const place = this.stage.topology.places[index];
    if (watched?.version !== version || place === undefined || watched.isBusy) {
      return;
    }
    const { target } = place;
    const { nowMs } = this.stage;
    const wished = watched.isWished;
    const chance = this.stage.stepChance.place(probeStream, (this.launched += 1), index);
    const everyMs = target.probe.intervalMs * this.stage.scenario.nodes;
    this.schedule(index, nowMs + everyMs * (1 + jitterShare * chance.next()), false);
    if (holdAt(this.stage.snapshot, target, nowMs)?.intent === "disabled") {
      return;
    }
    if (!wished && this.isProvenByTraffic(index)) {
      return;
    }
    this.stage.fateChance.place(probeStream, this.launched, index);
    this.stage.upstream.probe(this.fate, place, nowMs, this.stage.fateChance);
    const timeoutMs = target.capabilities.reasoning ? reasoningTimeoutMs : target.probe.timeoutMs;
    const { afterMs, result } = probeResult(this.fate, timeoutMs);
    watched.isBusy = true;
    this.stage.ledger.probed();
    this.launch(index, result, afterMs, happening.probeEnd);
  }

  regionDue(index: number, version: number): void {
    const watched = this.regions[index];
    if (watched?.version !== version || watched.isBusy) {
      return;
    }
    const { nowMs } = this.stage;
    const chance = this.stage.stepChance.place(regionStream, (this.launched += 1), index);
    const everyMs = regionIntervalMs * this.stage.scenario.nodes;
    this.scheduleRegion(index, nowMs + everyMs * (1 + jitterShare * chance.next()));
    const status = this.stage.upstream.regionStatus(watched.provider, watched.region, nowMs);
    const { afterMs, result } = regionResult(status, regionTimeoutMs);
    watched.isBusy = true;
    this.launch(index, result, afterMs, happening.regionProbeEnd);
  }

  ended(id: number): void {
    const one = this.underWay.get(id);
    const watched = this.targets[one?.index ?? -1];
    const place = this.stage.topology.places[one?.index ?? -1];
    this.underWay.delete(id);
    if (one === undefined || watched === undefined || place === undefined) {
      return;
    }
    if (one.isLast) {
      this.free(watched, one.index, happening.probeDue);
    }
    if (this.isOurFault(one)) {
      this.askAgain(happening.probeEnd, one.index);
    } else {
      const { seq, result } = one;
      this.shell.tell(
        { type: "probe_ended", target: place.target.id, seq, result },
        tellStream,
        id,
      );
    }
  }

  regionEnded(id: number): void {
    const one = this.underWay.get(id);
    const watched = this.regions[one?.index ?? -1];
    this.underWay.delete(id);
    if (one === undefined || watched === undefined) {
      return;
    }
    if (one.isLast) {
      this.free(watched, one.index, happening.regionProbeDue);
    }
    if (this.isOurFault(one)) {
      this.askAgain(happening.regionProbeEnd, one.index);
    } else {
      const { seq, result } = one;
      const { provider, region } = watched;
      this.shell.tell(
        { type: "region_probe_ended", seq, provider, region, credential: null, result },
        tellStream,
        id,
      );
    }
  }

  /** What a probe saw while our own loop stood still says more about us than about the provider. */
  private isOurFault(one: UnderWay): boolean {
    return one.result.verdict === "fail" && one.freezes !== this.shell.freezes;
  }

  private isProvenByTraffic(index: number): boolean {
    const place = this.stage.topology.places[index];
    const health = this.shell.world.targets.get(place?.target.id ?? "");
    const lastMs = health?.lastSuccessMs ?? null;
    return (
      health !== undefined &&
      lastMs !== null &&
      this.stage.nowMs - lastMs < health.target.probe.intervalMs &&
      labelOf(this.shell.world, health.target, this.stage.nowMs) === "closed"
    );
  }

  private launch(index: number, result: ProbeResult, afterMs: number, kind: number): void {
    const { gossip } = this.stage.scenario;
    const chance = this.stage.stepChance;
    this.seq += 1;
    const one = { seq: this.seq, result, index, freezes: this.shell.freezes };
    const endMs = this.stage.nowMs + afterMs;
    const isLost = chance.happens(gossip.probeLostShare);
    const lateMs = chance.happens(gossip.probeLateShare) ? chance.between(0, lateByMs) : 0;
    const isTwice = !isLost && chance.happens(gossip.probeTwiceShare);
    if (isLost) {
      this.askAgain(kind, index);
      return;
    }
    this.deliver({ ...one, isLast: !isTwice }, endMs + lateMs, kind);
    if (isTwice) {
      this.deliver({ ...one, isLast: true }, endMs + lateMs + chance.between(0, lateByMs), kind);
    }
  }

  private deliver(one: UnderWay, atMs: number, kind: number): void {
    this.noted += 1;
    this.underWay.set(this.noted, one);
    this.stage.agenda.note(atMs, kind, this.shell.node, this.noted);
  }

  /** The router never hears of this one; the prober knows, and does as it does after a lag of its own. */
  private askAgain(kind: number, index: number): void {
    const watched = (kind === happening.probeEnd ? this.targets : this.regions)[index];
    if (watched === undefined) {
      return;
    }
    watched.isBusy = false;
    const dueMs = Math.min(watched.dueMs, this.stage.nowMs + afterLossMs);
    if (kind === happening.probeEnd) {
      this.schedule(index, dueMs, true);
    } else {
      this.scheduleRegion(index, dueMs);
    }
  }

  /** A wish that came while the probe was under way is granted now. */
  private free(watched: Watched, index: number, kind: number): void {
    watched.isBusy = false;
    if (watched.dueMs <= this.stage.nowMs) {
      watched.version += 1;
      this.note(kind, index, watched.version, this.stage.nowMs);
    }
  }

  private schedule(index: number, dueMs: number, isWished: boolean): void {
    const watched = this.targets[index];
    if (watched !== undefined) {
      watched.dueMs = dueMs;
      watched.isWished = isWished;
      watched.version += 1;
      this.note(happening.probeDue, index, watched.version, dueMs);
    }
  }

  private scheduleRegion(index: number, dueMs: number): void {
    const watched = this.regions[index];
    if (watched !== undefined) {
      watched.dueMs = dueMs;
      watched.version += 1;
      this.note(happening.regionProbeDue, index, watched.version, dueMs);
    }
  }

  private note(kind: number, index: number, version: number, atMs: number): void {
    const { agenda, scenario } = this.stage;
    agenda.note(atMs, kind, index * scenario.nodes + this.shell.node, version);
  }
}

function newWatched(): Watched {
  return { dueMs: Number.POSITIVE_INFINITY, version: 0, isBusy: false, isWished: false };
}

function isAt(
  one: { readonly provider: string; readonly region: string },
  provider: string,
  region: string,
): boolean {
  return one.provider === provider && one.region === region;
}
