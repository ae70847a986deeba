/** Worlds that once broke a rule, shrunk to what it takes, with what was wrong; replayed by every test run. */
import { type Scenario, fault, plainCall } from "@/lib/sim/scenario";
import { key, model, outline } from "@/lib/sim/scenarios";

export type Pinned = { readonly was: string; readonly scenario: Scenario };

const minute = 60_000;
const acme = {
  id: "acme",
  regions: [
    { id: "us", farMs: 120 },
    { id: "eu", farMs: 84 },
  ],
};

export const pinnedSeeds: readonly Pinned[] = [
  {
    was: "attempts went to well siblings until none was left for models that were down",
    scenario: outline({
      seed: 42,
      perSecond: 2,
      durationMs: 20_000,
      providers: [acme],
      models: ["first", "second", "third", "fourth"].map((id) => model(id, "acme")),
      keys: [key("poison", { poison: "server_error" })],
      calls: [{ ...plainCall, clientRetries: 3 }],
    }),
  },
  {
    was: "a caller whose time for a silent target was over asked the same one again",
    scenario: outline({
      seed: 27,
      perSecond: 2,
      durationMs: 2.5 * minute,
      calls: [{ ...plainCall, totalMs: 9_000 }],
      faults: [
        fault("hang", { provider: "acme", fromMs: minute, untilMs: 2 * minute, share: 0.5 }),
      ],
    }),
  },
  {
    was: "one key's poison prompts opened the fallback that only it used, and failed every trial of it",
    scenario: outline({
      perSecond: 20,
      durationMs: 6 * minute,
      keys: [key("ada"), key("bo"), key("poison", { share: 0.3, poison: "server_error" })],
    }),
  },
  {
    was: "a call went to a limited target three minutes after its time",
    scenario: outline({
      seed: 64_437_202,
      perSecond: 10,
      durationMs: 5.6 * minute,
      models: [
        model("first", "acme", { minuteLimit: { requests: 60, tokens: 600_000, tells: false } }),
        model("second", "bolt", { reasoning: true }),
      ],
      calls: [plainCall],
      faults: [fault("hang", { provider: "bolt", fromMs: 28_000, untilMs: 33_000 })],
    }),
  },
];
