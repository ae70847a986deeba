/** The providers of a simulated world: what becomes of an attempt or a probe that reaches a target at a moment. */
import type { RateLimits } from "../core/events";
import type { Chance } from "./chance";
import { MinuteMeter } from "./minute-meter";
import { type PartOfDay, partOfDay } from "./callers";
import type { CallPlan, Fault, KeyPlan, Scenario } from "./scenario";
import type { Place, Topology } from "./topology";

/** How an attempt ends by itself, if no timer is faster. */
export type FateEnd =
  | { readonly kind: "answer" }
  | { readonly kind: "transport"; readonly code: string }
  | {
      readonly kind: "status";
      readonly status: number;
      readonly code: string;
      readonly retryAfterMs: number | null;
    }
  | { readonly kind: "cut" }
  | { readonly kind: "garbage" };

/** The course of one attempt in milliseconds from its start; Infinity: never. */
export type Fate = {
  connectMs: number;
  headMs: number;
  firstMs: number;
  /** From here on no more content. */
  stallMs: number;
  /** Bytes keep coming in spite of the stall. */
  stallAlive: boolean;
  endMs: number;
  end: FateEnd;
  /** Tokens of the whole answer. */
  tokens: number;
  msPerToken: number;
  limits: RateLimits | null;
};

/** A fate to be filled in; the simulator keeps one for every running attempt. */
export function blankFate(): Fate {
  return {
    connectMs: 0,
    headMs: 0,
    firstMs: 0,
    stallMs: 0,
    stallAlive: false,
    endMs: 0,
    end: answer,
    tokens: 0,
    msPerToken: 0,
    limits: null,
  };
}

const answer: FateEnd = { kind: "answer" };
const never = Number.POSITIVE_INFINITY;
/** Reading a prompt takes so long per token. */
const prefillMsPerToken = 0.02;
const coldConnectShare = 0.05;
const refusalMs = 40;
/** Short of the limit for the first content of a thinking model. */
const longestThoughtMs = 280_000;

export class Upstream {
  private readonly active: Fault[][];
  private readonly meters = new Map<string, MinuteMeter>();
  private readonly topology: Topology;

  private readonly pace: Scenario["pace"];

  constructor(topology: Topology, pace: Scenario["pace"]) {
    this.topology = topology;
    this.pace = pace;
    this.active = topology.places.map(() => []);
    for (const { target, model } of topology.places) {
      if (model.minuteLimit !== null && !this.meters.has(target.pair)) {
        this.meters.set(target.pair, new MinuteMeter(model.minuteLimit));
      }
    }
  }

  /** A fault begins; its targets are those it names. */
  strike(fault: Fault): void {
    for (const place of this.topology.places) {
      if (isStruck(place, fault)) {
        this.active[place.index]?.push(fault);
      }
    }
  }

  lift(fault: Fault): void {
    for (const list of this.active) {
      const index = list.indexOf(fault);
      if (index >= 0) {
        list.splice(index, 1);
      }
    }
  }

  faultsOf(index: number): readonly Fault[] {
    return this.active[index] ?? [];
  }

  /** Fills in what becomes of a call's attempt that starts now. */
  attempt(
    fate: Fate,
    place: Place,
    call: CallPlan,
    key: KeyPlan,
    nowMs: number,
    chance: Chance,
  ): void {
    this.wellFate(fate, place, call, nowMs, chance);
    if (key.poison !== null) {
      this.fail(fate, chance.between(30, 200), poisons[key.poison]);
      return;
    }
    for (const fault of this.faultsOf(place.index)) {
      if (isOn(fault, nowMs) && (fault.share >= 1 || chance.happens(fault.share))) {
        this.inflict(fate, fault, place, chance);
        if (fate.end !== answer || fate.endMs === never) {
          return;
        }
      }
    }
    const { manner } = place.model;
    if (manner.errorShare > 0 && chance.happens(manner.errorShare)) {
      this.fail(fate, chance.exponential(manner.errorAfterMs), serverError);
      return;
    }
    const meter = this.meters.get(place.target.pair);
    if (meter !== undefined) {
      const tokens = call.promptTokens + call.outputTokens;
      const refusal = meter.spend(tokens, nowMs);
      fate.limits = meter.tells ? meter.limits(nowMs) : null;
      if (refusal !== null) {
        this.fail(fate, refusalMs, refusal);
      }
    }
  }

  /** Fills in what becomes of a probe: a prompt of one token. */
  probe(fate: Fate, place: Place, nowMs: number, chance: Chance): void {
    this.wellFate(fate, place, probeCall, nowMs, chance);
    for (const fault of this.faultsOf(place.index)) {
      if (isOn(fault, nowMs) && (fault.share >= 1 || chance.happens(fault.share))) {
        this.inflict(fate, fault, place, chance);
      }
    }
  }

  /** Whether `GET /models` of the region answers, and with what; null: it does not. */
  regionStatus(provider: string, region: string, nowMs: number): number | null {
    for (const place of this.topology.places) {
      if (place.target.provider !== provider || place.target.region !== region) {
        continue;
      }
      for (const fault of this.faultsOf(place.index)) {
        if (fault.model === null && isOn(fault, nowMs) && fault.share >= 1) {
          const status = regionStatusUnder(fault);
          if (status !== 200) {
            return status;
          }
        }
      }
    }
    return 200;
  }

  private wellFate(fate: Fate, place: Place, call: CallPlan, nowMs: number, chance: Chance): void {
    const { manner } = place.model;
    const farMs = place.region.farMs;
    const thinkingMs = call.reasoning ? Math.min(longestThoughtMs, chance.exponential(45_000)) : 0;
    const paceFactor = this.pace === "day" ? paces[partOfDay(nowMs)] : 1;
    const ttftMs = paceFactor * chance.lognormal(manner.ttftMs, manner.sigma);
    fate.connectMs = chance.happens(coldConnectShare) ? farMs + 30 : 0;
    fate.firstMs =
      fate.connectMs + farMs + ttftMs + call.promptTokens * prefillMsPerToken + thinkingMs;
    fate.headMs = fate.connectMs + farMs + (call.reasoning ? 50 : ttftMs * 0.8);
    fate.tokens = Math.max(1, Math.round(chance.lognormal(call.outputTokens, 0.4)));
    fate.msPerToken = manner.msPerToken;
    fate.stallMs = never;
    fate.stallAlive = false;
    fate.endMs = fate.firstMs + fate.tokens * fate.msPerToken;
    fate.end = answer;
    fate.limits = null;
  }

  private fail(fate: Fate, afterMs: number, end: FateEnd): void {
    fate.headMs = end.kind === "status" ? fate.connectMs + afterMs : never;
    fate.firstMs = never;
    fate.stallMs = never;
    fate.endMs = fate.connectMs + afterMs;
    fate.end = end;
  }

  private hang(fate: Fate): void {
    fate.headMs = never;
    fate.firstMs = never;
    fate.stallMs = never;
    fate.endMs = never;
  }

  private inflict(fate: Fate, fault: Fault, place: Place, chance: Chance): void {
    const farMs = place.region.farMs;
    switch (fault.kind) {
      case "refused":
        this.fail(fate, farMs + 1, { kind: "transport", code: "ECONNREFUSED" });
        break;
      case "blackhole":
        fate.connectMs = never;
        this.hang(fate);
        break;
      case "reset":
        this.fail(fate, chance.exponential(400), { kind: "transport", code: "ECONNRESET" });
        break;
      case "hang":
        this.hang(fate);
        break;
      case "slow":
        fate.headMs *= fault.factor;
        fate.firstMs *= fault.factor;
        fate.endMs = fate.firstMs + fate.tokens * fate.msPerToken;
        break;
      case "cut":
      case "stall":
      case "stall_alive":
        breakOff(fate, fault);
        break;
      case "garbage":
        this.fail(fate, farMs + 20, { kind: "garbage" });
        break;
      case "server_error":
      case "unavailable":
      case "overloaded":
      case "rate_limited":
      case "too_big":
      case "unauthorized":
      case "forbidden":
      case "not_found":
      case "no_money":
        this.fail(fate, farMs + chance.between(5, 60), statusEnd(fault));
        break;
    }
  }
}

/** How much slower or faster answers come than on an average working hour. */
const paces: Readonly<Record<PartOfDay, number>> = {
  business: 1,
  peak: 1.55,
  night: 0.72,
  other: 0.9,
};

const serverError: FateEnd = { kind: "status", status: 500, code: "", retryAfterMs: null };
const poisons = {
  server_error: serverError,
  bad_request: { kind: "status", status: 400, code: "invalid_value", retryAfterMs: null },
} as const satisfies Record<string, FateEnd>;

const probeCall: CallPlan = {
  share: 1,
  stream: false,
  promptTokens: 8,
  outputTokens: 1,
  tools: false,
  reasoning: false,
  deterministic: false,
  region: null,
  totalMs: null,
  patienceMs: null,
  clientRetries: 0,
};

const statusOf = {
  server_error: { status: 500, code: "" },
  unavailable: { status: 503, code: "" },
  overloaded: { status: 529, code: "overloaded_error" },
  rate_limited: { status: 429, code: "rate_limit_exceeded" },
  too_big: { status: 413, code: "" },
  unauthorized: { status: 401, code: "invalid_api_key" },
  forbidden: { status: 403, code: "" },
  not_found: { status: 404, code: "model_not_found" },
  no_money: { status: 402, code: "insufficient_quota" },
} as const;

function statusEnd(fault: Fault): FateEnd {
  const known = Object.hasOwn(statusOf, fault.kind)
    ? statusOf[fault.kind as keyof typeof statusOf]
    : statusOf.server_error;
  return { kind: "status", ...known, retryAfterMs: fault.retryAfterMs };
}

/** Ends the content of an answer that is long enough after the fault's token. */
function breakOff(fate: Fate, fault: Fault): void {
  if (fate.tokens <= fault.atToken) {
    return;
  }
  const atMs = fate.firstMs + fault.atToken * fate.msPerToken;
  if (fault.kind === "cut") {
    fate.endMs = atMs;
    fate.end = { kind: "cut" };
    return;
  }
  fate.stallMs = atMs;
  fate.stallAlive = fault.kind === "stall_alive";
  fate.endMs = never;
}

/** Whether the fault is about this target. */
export function isStruck(place: Place, fault: Fault): boolean {
  const { target } = place;
  return (
    (fault.provider === null || fault.provider === target.provider) &&
    (fault.region === null || fault.region === target.region) &&
    (fault.model === null || fault.model === target.model)
  );
}

function isOn(fault: Fault, nowMs: number): boolean {
  return fault.flapMs === 0 || Math.floor((nowMs - fault.fromMs) / fault.flapMs) % 2 === 0;
}

function regionStatusUnder(fault: Fault): number | null {
  switch (fault.kind) {
    case "refused":
    case "blackhole":
    case "hang":
      return null;
    case "unauthorized":
      return 401;
    case "unavailable":
      return 503;
    case "reset":
    case "server_error":
    case "overloaded":
    case "slow":
    case "rate_limited":
    case "too_big":
    case "cut":
    case "stall":
    case "stall_alive":
    case "forbidden":
    case "not_found":
    case "no_money":
    case "garbage":
      return 200;
  }
}
