import { compileSnapshot } from "@/lib/config/snapshot";
import { configDocument, type ConfigInput } from "@/lib/config/document";
import { type Failure, classify } from "@/lib/core/classify";
import { type Decision, type World, emptyWorld, healthOf, step } from "@/lib/core/health";
import type { CallConstraints } from "@/lib/core/plan";
import type { Route, Snapshot, Target } from "@/lib/core/types";

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
  ],
  models: [
    { id: "first", targets: [{ provider: "acme" }] },
    { id: "second", targets: [{ provider: "acme" }] },
  ],
  routes: [{ id: "auto", chain: ["first", "second"] }],
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
};

export const overloaded: Failure = classify(
  { kind: "status", status: 503, retryAfterMs: null, error: { code: "", type: "", message: "" } },
  2_000,
);

/** A world with a clock that a test turns by hand. */
export class Bench {
  readonly world: World = emptyWorld();
  nowMs = 1_000;
  attempts = 0;

  apply(event: Parameters<typeof step>[1]): readonly Decision[] {
    return step(this.world, event, this.nowMs, () => 0.5);
  }

  begin(target: Target): { attempt: number; epoch: number } {
    this.attempts += 1;
    this.apply({ type: "attempt_started", target, attempt: this.attempts });
    return { attempt: this.attempts, epoch: healthOf(this.world, target.id).epoch };
  }

  end(
    target: Target,
    ticket: { attempt: number; epoch: number },
    outcome: { kind: "success" } | { kind: "failure"; failure: Failure } | { kind: "cancelled" },
  ): readonly Decision[] {
    return this.apply({ type: "attempt_ended", target, ...ticket, outcome });
  }

  fail(target: Target, failure: Failure = overloaded): readonly Decision[] {
    return this.end(target, this.begin(target), { kind: "failure", failure });
  }

  succeed(target: Target): readonly Decision[] {
    return this.end(target, this.begin(target), { kind: "success" });
  }

  probe(target: Target, verdict: "pass" | "fail"): readonly Decision[] {
    const result = { verdict, latencyMs: 10, status: null, reason: null, retryAfterMs: null };
    return this.apply({ type: "probe_ended", target, result });
  }

  state(target: Target): string {
    return healthOf(this.world, target.id).breaker.state;
  }
}
