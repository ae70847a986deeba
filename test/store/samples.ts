import { systemActor } from "@/lib/control/actor";
import { type Published, publishDocument } from "@/lib/control/publish-document";
import { type ControlDeps } from "@/lib/control/verb";
import { type ConfigInput } from "@/lib/config/document";

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
