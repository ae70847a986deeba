import { systemActor } from "@/lib/control/actor";
import { type Published, publishDocument } from "@/lib/control/publish-document";
import { type ControlDeps } from "@/lib/control/verb";
import { type ConfigInput } from "@/lib/config/document";
import { type TargetStateRow } from "@/lib/store/target-states";

/** Two models at a provider with two regions, one of them at a provider without regions too. */
export const sampleDocument: ConfigInput = {
  providers: [
    {
      id: "alpha",
      base_url: "https://alpha.example/v1",
      api_key: "env:ALPHA_KEY",
      regions: [{ id: "us-east" }, { id: "eu-west" }],
    },
    { id: "beta", base_url: "https://beta.example/v1", api_key: "env:BETA_KEY" },
  ],
  models: [
    { id: "gpt-4.1", targets: [{ provider: "alpha" }, { provider: "beta" }] },
    { id: "deepseek-v3", targets: [{ provider: "alpha" }] },
  ],
  routes: [
    { id: "auto", chain: ["gpt-4.1", "deepseek-v3"] },
    { id: "cheap", chain: ["deepseek-v3"] },
  ],
};

/** Publishes the sample with `changes` as the first start would. */
export function publishSample(
  deps: ControlDeps,
  changes: Partial<ConfigInput> = {},
): Promise<Published> {
  return publishDocument(systemActor, deps, {
    document: { ...sampleDocument, ...changes },
    source: { kind: "bootstrap", demo: false },
  });
}

/** A healthy target's state with `changes`. */
export function targetState(changes: Partial<TargetStateRow> = {}): TargetStateRow {
  return {
    breaker: "closed",
    soft: "none",
    since: null,
    until: null,
    reason: null,
    openings: 0,
    consecutiveFailures: 0,
    rateLimitedUntil: null,
    probe: "unknown",
    lastProbe: null,
    nextProbeAt: null,
    inFlight: 0,
    ttftMs: null,
    lastError: null,
    ...changes,
  };
}
