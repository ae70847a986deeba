import { compileSnapshot } from "@/lib/config/snapshot";
import { configDocument, type ConfigInput } from "@/lib/config/document";
import { type Failure, classify } from "@/lib/core/classify";
import type {
  AttemptMove,
  AttemptOutcome,
  CallConstraints,
  CallNeeds,
  CallSpec,
  Decision,
  Event,
  Move,
  ProbeResult,
  Transition,
} from "@/lib/core/events";
import type { Plan } from "@/lib/core/plan";
import { step } from "@/lib/core/step";
import type { Capabilities, Entry, Limits, Route, Rule, Snapshot, Target } from "@/lib/core/types";
import { type TargetHealth, type World, emptyWorld, healthOf, labelOf } from "@/lib/core/world";

export const input: ConfigInput = {
  providers: [
    {
      id: "acme",
      base_url: "https://api.acme.example/v1",
      api_key: "env:ACME_KEY",
      regions: [
        { id: "us", priority: 1 },
        { id: "eu", priority: 2 },
      ],
    },
    {
      id: "other",
      base_url: "https://api.other.example/v1",
      api_key: "env:OTHER_KEY",
    },
  ],
  models: [
    { id: "first", targets: [{ provider: "acme" }] },
    { id: "second", targets: [{ provider: "acme" }] },
    { id: "third", targets: [{ provider: "other" }] },
  ],
  routes: [
    { id: "auto", chain: ["first", "second"] },
    { id: "both", chain: ["first", "third"] },
  ],
};

/** The snapshot of the fixture under switches. */
export function snapshotOf(
  switches: {
    objectType: string;
    objectId: string;
    intent: "draining" | "disabled";
    untilMs: number | null;
  }[] = [],
  document: ConfigInput = input,
): Snapshot {
  return compileSnapshot(configDocument.parse(document), switches, 1, (ms) => ms);
}

/** The snapshot with other facts about some of its targets. */
export function retarget(
  snapshot: Snapshot,
  change: (target: Target) => Partial<Target>,
): Snapshot {
  const targets = new Map(
    [...snapshot.targets].map(([id, target]) => [id, { ...target, ...change(target) }]),
  );
  const entryOf = ({ model, targets: own }: Entry): Entry => ({
    model,
    targets: own.map((target) => targets.get(target.id) ?? target),
  });
  return {
    ...snapshot,
    targets,
    models: new Map([...snapshot.models].map(([id, entry]) => [id, entryOf(entry)])),
    routes: new Map(
      [...snapshot.routes].map(([id, route]) => [
        id,
        { ...route, entries: route.entries.map(entryOf) },
      ]),
    ),
  };
}

/** The fixture where these rules only observe. */
export function observing(...observed: Rule[]): Snapshot {
  return retarget(snapshotOf(), ({ breaker }) => ({
    breaker: { ...breaker, observeOnly: new Set(observed) },
  }));
}

/** The fixture where targets of this model can do something else, or something less. */
export function capable(model: string, over: Partial<Capabilities>): Snapshot {
  return retarget(snapshotOf(), (target) =>
    target.model === model ? { capabilities: { ...target.capabilities, ...over } } : {},
  );
}

export function targetOf(snapshot: Snapshot, id: string): Target {
  const target = snapshot.targets.get(id);
  if (target === undefined) {
    throw new Error(`no target ${id}`);
  }
  return target;
}

export function routeOf(snapshot: Snapshot, id: string): Route {
  const route = snapshot.routes.get(id);
  if (route === undefined) {
    throw new Error(`no route ${id}`);
  }
  return route;
}

export const anything: CallConstraints = {
  allowedModels: null,
  allowedRegions: null,
  region: null,
  regionMode: "prefer",
  fallback: true,
  ttftMs: null,
};

export const plain: CallNeeds = {
  stream: true,
  promptTokens: 100,
  maxTokens: 50,
  tools: false,
  vision: false,
  json: false,
  reasoning: false,
  promptCacheKey: null,
  deterministic: false,
  resumable: true,
  collectable: true,
  pinned: false,
  unrepeatable: false,
};

/** The failure of an answer with this status. */
export function statusFailure(
  status: number,
  over: { code?: string; type?: string; retryAfterMs?: number } = {},
): Failure {
  return classify(
    {
      kind: "status",
      status,
      retryAfterMs: over.retryAfterMs ?? null,
      error: { code: over.code ?? "", type: over.type ?? "", message: "" },
      isHtml: false,
      shouldRetry: null,
    },
    2_000,
  );
}

export const overloaded: Failure = statusFailure(503);

/** No first content in time. */
export const silentTooLong: Failure = classify({ kind: "timeout", phase: "ttft" }, 2_000);
export const refused: Failure = classify(
  { kind: "transport", code: "ECONNREFUSED", elapsedMs: 1 },
  2_000,
);
export const resetEarly: Failure = classify(
  { kind: "transport", code: "ECONNRESET", elapsedMs: 1 },
  2_000,
);
export const cutOff: Failure = classify({ kind: "interrupted", detail: "cut" }, 2_000);

/** The targets that these decisions want to have probed, in order. */
export function probed(decisions: readonly Decision[]): readonly string[] {
  return decisions.flatMap((one) => (one.type === "probe" ? [one.target.id] : []));
}

/** The attempts that these decisions take back, in order. */
export function migrated(decisions: readonly Decision[]): readonly number[] {
  return decisions.flatMap((one) => (one.type === "migrate" ? [one.attempt] : []));
}

export type CallOver = {
  route?: string;
  key?: string;
  needs?: Partial<CallNeeds>;
  constraints?: Partial<CallConstraints>;
  limits?: Partial<Limits>;
};

/** A router with a clock that a test turns by hand. Chance is always one half, unless a test says otherwise. */
export class Bench {
  readonly world: World = emptyWorld();
  readonly told: Decision[] = [];
  /** Every event with its time, to play it again. */
  readonly heard: { readonly event: Event; readonly nowMs: number }[] = [];
  nowMs = 1_000;
  random = 0.5;
  calls = 0;
  probes = 0;

  readonly snapshot: Snapshot;

  constructor(snapshot: Snapshot = snapshotOf()) {
    this.snapshot = snapshot;
    this.apply({ type: "snapshot", snapshot });
  }

  apply(event: Event): readonly Decision[] {
    this.heard.push({ event, nowMs: this.nowMs });
    const decisions = step(this.world, event, this.nowMs, () => this.random);
    this.told.push(...decisions);
    return decisions;
  }

  target(id: string): Target {
    return targetOf(this.world.snapshot, id);
  }

  health(id: string): TargetHealth {
    return healthOf(this.world, this.target(id));
  }

  label(id: string): string {
    return labelOf(this.world, this.target(id), this.nowMs);
  }

  transitions(): readonly Transition[] {
    return this.told.filter((one) => one.type === "transition");
  }

  /** Lets time pass in ticks of 250 ms. */
  wait(ms: number): readonly Decision[] {
    const told: Decision[] = [];
    const untilMs = this.nowMs + ms;
    while (this.nowMs < untilMs) {
      this.nowMs = Math.min(untilMs, this.nowMs + 250);
      told.push(...this.apply({ type: "tick" }));
    }
    return told;
  }

  spec(over: CallOver = {}): CallSpec {
    this.calls += 1;
    const route = routeOf(this.world.snapshot, over.route ?? "auto");
    return {
      id: `call-${String(this.calls)}`,
      key: over.key ?? "key",
      route,
      limits: { ...route.limits, ...over.limits },
      constraints: { ...anything, ...over.constraints },
      needs: { ...plain, ...over.needs },
    };
  }

  /** Begins a call; its id and plan. */
  call(over: CallOver = {}): { id: string; plan: Plan } {
    const spec = this.spec(over);
    const planned = this.apply({ type: "call_started", call: spec }).find(
      (one) => one.type === "planned",
    );
    if (planned === undefined) {
      throw new Error("not planned");
    }
    return { id: spec.id, plan: planned.plan };
  }

  /** Begins a call and its first attempt. */
  begin(over: CallOver = {}): { id: string; move: AttemptMove } {
    const { id } = this.call(over);
    return { id, move: this.attempt(id) };
  }

  /** The state of a target's own breaker. */
  breaker(id: string): string {
    return this.health(id).circuit.breaker.state;
  }

  /** So many calls that all come to the same end, `everyMs` apart. */
  many(count: number, outcome: "ok" | Failure, over: CallOver = {}, everyMs = 0): void {
    for (let call = 0; call < count; call += 1) {
      this.nowMs += everyMs;
      this.one(outcome, over);
    }
  }

  /** So many calls whose first content takes `ttftMs` each, one after the other. */
  measured(count: number, ttftMs: number, over: CallOver = {}): void {
    for (let call = 0; call < count; call += 1) {
      const { id, move } = this.begin(over);
      this.wait(ttftMs);
      this.content(move);
      this.succeed(move);
      this.endCall(id);
    }
  }

  next(id: string, deliveredTokens: number | null = null): Move {
    const resume = deliveredTokens === null ? null : { deliveredTokens };
    const move = this.apply({ type: "next", call: id, resume }).find(
      (one): one is Move => one.type === "attempt" || one.type === "pause" || one.type === "finish",
    );
    if (move === undefined) {
      throw new Error("no move");
    }
    return move;
  }

  /** The next move, which must be an attempt. */
  attempt(id: string, deliveredTokens: number | null = null): AttemptMove {
    const move = this.next(id, deliveredTokens);
    if (move.type !== "attempt") {
      throw new Error(`not an attempt but ${JSON.stringify(move)}`);
    }
    return move;
  }

  head(move: AttemptMove): void {
    this.apply({ type: "head", attempt: move.attempt, limits: null });
  }

  content(move: AttemptMove): readonly Decision[] {
    this.head(move);
    return this.apply({ type: "first_content", attempt: move.attempt });
  }

  end(move: AttemptMove, outcome: AttemptOutcome): readonly Decision[] {
    return this.apply({ type: "attempt_ended", attempt: move.attempt, outcome });
  }

  succeed(move: AttemptMove): readonly Decision[] {
    return this.end(move, { kind: "success", outputTokens: 10, isPlain: false });
  }

  fail(move: AttemptMove, failure: Failure = overloaded): readonly Decision[] {
    return this.end(move, { kind: "failure", failure });
  }

  endCall(id: string): void {
    this.apply({ type: "call_ended", call: id });
  }

  /** One whole call that asks for this target's region first; fails or succeeds at its first attempt, then ends. */
  one(
    outcome: "ok" | Failure,
    over: CallOver = {},
  ): { target: string; how: string; decisions: readonly Decision[] } {
    const { id } = this.call(over);
    const move = this.attempt(id);
    const decisions = outcome === "ok" ? this.succeed(move) : this.fail(move, outcome);
    this.endCall(id);
    return { target: move.target.id, how: move.how, decisions };
  }

  /** The targets that a call tries in order when each fails with `failure`, until it finishes. */
  tries(failure: Failure, over: CallOver = {}): { ids: string[]; end: Move } {
    const { id } = this.call(over);
    const ids: string[] = [];
    for (;;) {
      const move = this.next(id);
      if (move.type === "finish") {
        this.endCall(id);
        return { ids, end: move };
      }
      if (move.type === "pause") {
        this.nowMs += move.forMs;
        continue;
      }
      ids.push(move.target.id);
      this.fail(move, failure);
    }
  }

  probe(id: string, over: Partial<ProbeResult> | ProbeResult["verdict"]): readonly Decision[] {
    this.probes += 1;
    const partial = typeof over === "string" ? { verdict: over } : over;
    const result: ProbeResult = {
      verdict: "pass",
      latencyMs: 10,
      status: null,
      reason: null,
      retryAfterMs: null,
      ...partial,
    };
    return this.apply({ type: "probe_ended", target: id, seq: this.probes, result });
  }

  probeRegion(
    where: { provider: string; region: string; credential?: string | null },
    verdict: ProbeResult["verdict"],
  ): readonly Decision[] {
    this.probes += 1;
    return this.apply({
      type: "region_probe_ended",
      credential: null,
      ...where,
      seq: this.probes,
      result: { verdict, latencyMs: 10, status: null, reason: null, retryAfterMs: null },
    });
  }
}
