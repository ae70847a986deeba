/**
 * The experiment of the article that this project started from: three months of calls over a chain of four models in three
 * regions, with business hours, nights and peaks, and its share of calls that met a failing primary.
 */
import type { Move } from "../core/events";
import { holdAt } from "../core/types";
import { type PartOfDay, partOfDay } from "./callers";
import { Chance } from "./chance";
import { Sample } from "./ledger";
import type { Running } from "./running";
import {
  type Fault,
  type FaultKind,
  type Scenario,
  clearGossip,
  fault,
  plainCall,
} from "./scenario";
import { key, model } from "./scenarios";
import type { Reply, Step } from "./shell";
import { type SimulationResult, simulate } from "./simulation";
import type { Stage } from "./stage";

const second = 1_000;
const minute = 60 * second;
const day = 24 * 60 * minute;

/** What the article reports. Its counts of successes and failures leave some calls unaccounted for. */
export const article = {
  calls: 528_427,
  succeeded: 527_612,
  rescued: 1_247,
  failed: 568,
  recoveryMs: 142,
  latencyMs: { business: 128, night: 98, peak: 187, outage: 203 },
} as const;

const days = 91;
const regions = [
  { id: "us-east", farMs: 15 },
  { id: "eu-west", farMs: 60 },
  { id: "ap-south", farMs: 110 },
];
const chain = [
  { model: "gpt-4.1", provider: "openai", ttftMs: 108 },
  { model: "claude-sonnet-4-5", provider: "anthropic", ttftMs: 112 },
  { model: "gemini-2.5-flash", provider: "google", ttftMs: 105 },
  { model: "deepseek-v3", provider: "deepseek", ttftMs: 118 },
];

/** The article's three months, or the first part of them: `share` 0.1 is nine days and a tenth of the calls. */
export function articleScenario(seed: number, share = 1): Scenario {
  const durationMs = days * day * share;
  const calls = Math.round(article.calls * share);
  return {
    name: "source",
    pace: "day",
    seed,
    durationMs,
    maxCalls: calls,
    providers: chain.map(({ provider }) => ({ id: provider, regions })),
    models: chain.map((entry) =>
      model(entry.model, entry.provider, {
        manner: {
          ttftMs: entry.ttftMs,
          sigma: 0.25,
          msPerToken: 4,
          errorShare: 0.001,
          errorAfterMs: 60,
        },
      }),
    ),
    routes: [{ id: "auto", chain: chain.map((entry) => entry.model) }],
    midstream: "resume",
    workloads: [
      {
        route: "auto",
        // A little more than needed, so that the last call comes before the end.
        perSecond: (1.05 * calls) / (durationMs / second),
        curve: "day",
        fromMs: 0,
        untilMs: durationMs,
        keys: [key("web"), key("batch"), key("support")],
        calls: [
          { ...plainCall, promptTokens: 60, outputTokens: 40 },
          { ...plainCall, promptTokens: 60, outputTokens: 40, stream: false },
        ],
      },
    ],
    faults: troubles(seed, durationMs),
    toggles: [],
    resets: [],
    nodes: 1,
    freezes: [],
    gossip: clearGossip,
  };
}

const outages: readonly FaultKind[] = [
  "unavailable",
  "server_error",
  "hang",
  "refused",
  "overloaded",
  "reset",
];

/** Per week: an outage of the primary everywhere, one of one region, a brown-out, a wave of 429s, and one behind it. */
function troubles(seed: number, durationMs: number): Fault[] {
  const chance = new Chance(seed).place(91, 0, 0);
  const weeks = Math.max(1, Math.round(durationMs / (7 * day)));
  const during = (
    kind: FaultKind,
    provider: string,
    minutes: number,
    narrowed: Partial<Omit<Fault, "kind">> = {},
  ): Fault => {
    const fromMs = chance.between(0, durationMs - minutes * minute);
    return fault(kind, { provider, fromMs, untilMs: fromMs + minutes * minute, ...narrowed });
  };
  return Array.from({ length: weeks }, () => [
    during(chance.pick(outages), "openai", chance.between(4, 16)),
    during(chance.pick(outages), "openai", chance.between(4, 16), { region: "us-east" }),
    during("server_error", "openai", 10, { share: 0.3 }),
    during("slow", "openai", 10, { factor: 10 }),
    during("rate_limited", "openai", 4, { retryAfterMs: 5_000 }),
    during(chance.pick(outages), chance.pick(["anthropic", "google", "deepseek"]), 20),
  ]).flat();
}

export type ArticleResult = {
  readonly result: SimulationResult;
  readonly latencyMs: Readonly<Record<PartOfDay | "outage", Sample>>;
  /** Failed calls for which a healthy, enabled target was there and was not asked. */
  readonly neglected: number;
  /** Calls that met a failing primary or were kept from it. */
  readonly troubled: number;
};

/** Runs the experiment. */
export function runArticle(step: Step, seed: number, share = 1): ArticleResult {
  const latencyMs = {
    business: new Sample(),
    peak: new Sample(),
    night: new Sample(),
    other: new Sample(),
    outage: new Sample(),
  };
  let neglected = 0;
  let troubled = 0;
  const onReply = (run: Running, reply: Reply, _move: Move | null, stage: Stage): void => {
    if (reply === "failed" && hasNeglected(run, stage)) {
      neglected += 1;
    }
    troubled += run.failures > 0 || run.avoided || run.migrations > 0 ? 1 : 0;
    if (reply === "served") {
      const waitMs = run.lastStartedMs + run.fate.firstMs - run.startedMs;
      latencyMs[isOutage(stage) ? "outage" : partOfDay(run.startedMs)].add(waitMs);
    }
  };
  const result = simulate(articleScenario(seed, share), step, { onReply, skipIdleTicks: true });
  return { result, latencyMs, neglected, troubled };
}

function isOutage({ topology, watch }: Stage): boolean {
  return topology.places.some(
    ({ index, target }) => target.model === chain[0]?.model && watch.truth.isSick(index),
  );
}

function hasNeglected(run: Running, { watch, topology, snapshot, nowMs }: Stage): boolean {
  return run.candidates.some(({ target }) => {
    const place = topology.byTarget.get(target.id);
    return (
      place !== undefined &&
      holdAt(snapshot, target, nowMs) === null &&
      !watch.truth.isSick(place.index) &&
      !run.tried.includes(place)
    );
  });
}
