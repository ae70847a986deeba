/**
 * The operator API's answers, as the browser and scripts see them. The browser takes the types only.
 *
 * Instants are epoch milliseconds, money is integer nano-USD, ratios are 0..1, durations are milliseconds.
 */
import * as z from "zod/mini";

export type { StreamEvent } from "./stream-events";

export const Intent = z.enum(["enabled", "draining", "disabled"]);
export type Intent = z.infer<typeof Intent>;

/** What a target is, in the words and shapes of the control room. */
export const DisplayState = z.enum([
  "healthy",
  "degraded",
  "down",
  "recovering",
  "draining",
  "off",
  "no_data",
]);
export type DisplayState = z.infer<typeof DisplayState>;

/** The one word for a target that all that a node sees of it adds up to, worst first. */
export const HealthLabel = z.enum([
  "credential_dead",
  "region_down",
  "blocked",
  "open",
  "half_open",
  "ramp",
  "probe_down",
  "suspect",
  "degraded",
  "closed",
]);
export type HealthLabel = z.infer<typeof HealthLabel>;

export const Actor = z.object({
  type: z.enum(["operator", "healer", "system", "file"]),
  name: z.string(),
});
export type Actor = z.infer<typeof Actor>;

/** `source` is `probe` when there were under 20 live attempts; `ratio` is null when there were under 3 probes too. */
export const Availability = z.object({
  ratio: z.nullable(z.number()),
  n: z.number(),
  source: z.enum(["live", "probe", "none"]),
});
export type Availability = z.infer<typeof Availability>;

export const SwitchView = z.object({
  intent: Intent,
  until: z.nullable(z.number()),
  reason: z.nullable(z.string()),
  actor: z.nullable(Actor),
  changedAt: z.nullable(z.number()),
  revision: z.number(),
});
export type SwitchView = z.infer<typeof SwitchView>;

export const LastError = z.object({
  at: z.number(),
  reason: z.string(),
  status: z.nullable(z.number()),
  message: z.nullable(z.string()),
});

/** The worst state of a span of time; null is a gap. */
export const StripState = z.nullable(z.enum(["healthy", "degraded", "down", "recovering", "off"]));
export type StripState = z.infer<typeof StripState>;

/** Failures of so many attempts, and how many of how many would open the breaker. */
const OpeningCount = z.object({
  failed: z.number(),
  counted: z.number(),
  opensAt: z.number(),
  outOf: z.number(),
});

/** What a target's breaker counts and what it goes by, of the node that decides how the target is shown. */
export const BreakerFigures = z.object({
  /** When it came to be as it is; null: it never was otherwise. */
  since: z.nullable(z.number()),
  /** Open: when a call may try it. */
  until: z.nullable(z.number()),
  runToOpen: z.number(),
  /** Of the newest few attempts. */
  share: OpeningCount,
  /** Of the newest 20 (60 of a degraded one), or all of the last 10 s: it opens only where another place fails less. */
  ratio: OpeningCount,
  /** Of the time that it stays open, from 0; it doubles with each, up to a limit. */
  step: z.number(),
  longestOpenMs: z.number(),
  /** Good answers that are missing until it is closed; null when it is. */
  goodToClose: z.nullable(z.number()),
  /** It only observes: it would open, and does not. */
  observed: z.boolean(),
});
export type BreakerFigures = z.infer<typeof BreakerFigures>;

export const TargetView = z.object({
  id: z.string(),
  provider: z.string(),
  region: z.string(),
  model: z.string(),
  upstreamModel: z.string(),
  switch: SwitchView,
  effectiveIntent: Intent,
  /** What holds it off: its own switch or that of its model, region or provider. */
  offBy: z.nullable(
    z.object({ type: z.enum(["provider", "region", "model", "target"]), id: z.string() }),
  ),
  state: DisplayState,
  /** The worst node's one word for it. */
  label: HealthLabel,
  /** The worst node's breaker axis. */
  breaker: z.enum(["closed", "open", "half_open", "ramp"]),
  /** When it came to be as it is shown: an outage begins once, whatever is tried meanwhile. Null: nobody knows. */
  since: z.nullable(z.number()),
  until: z.nullable(z.number()),
  reason: z.nullable(z.string()),
  consecutiveFailures: z.number(),
  /** Null: no node has said so yet. */
  figures: z.nullable(BreakerFigures),
  rateLimitedUntil: z.nullable(z.number()),
  availability: Availability,
  /** Live p50 of the whole attempt in the window; null without samples. */
  p50Ms: z.nullable(z.number()),
  p95Ms: z.nullable(z.number()),
  /** Attempts of any outcome in the window, and what they cost. */
  attempts: z.number(),
  costNanoUsd: z.number(),
  /** Served calls in the window whose first choice was here, and those of them that another place answered. */
  firstChoice: z.number(),
  movedOut: z.number(),
  /** The time to first token that region choice uses (moving average); null when unknown. */
  ttftMs: z.nullable(z.number()),
  inFlight: z.number(),
  lastError: z.nullable(LastError),
  nextProbeAt: z.nullable(z.number()),
  /** Who would answer the calls of the routes that it is in (three at most) if it died; `target` null: nobody. */
  successors: z.array(z.object({ route: z.string(), target: z.nullable(z.string()) })),
  lastProbe: z.nullable(
    z.object({
      at: z.number(),
      verdict: z.enum(["pass", "fail", "neutral"]),
      latencyMs: z.nullable(z.number()),
    }),
  ),
  /** What a probe costs at list price, about; null when that is not known. */
  probeCostNanoUsd: z.nullable(z.number()),
  /** How many live nodes see this state, of how many. */
  onNodes: z.object({ count: z.number(), of: z.number() }),
  /** Worst state of each minute, oldest first, 60 cells; null is a gap. */
  strip: z.array(StripState),
});
export type TargetView = z.infer<typeof TargetView>;

/** What came of a probe that somebody asked for. */
export const ProbeNow = z.object({
  /**
   * What it proves; `unsure`: the node stood still meanwhile, or knows no such target. `nobody`: no node took it within 5 s;
   * `silent`: the one that did never said what came of it.
   */
  outcome: z.enum([
    "pass",
    "fail",
    "capacity",
    "credential",
    "quota",
    "access",
    "configuration",
    "unsure",
    "nobody",
    "silent",
  ]),
  /** The provider's answer, as far as there was one. */
  status: z.nullable(z.number()),
  reason: z.nullable(z.string()),
  latencyMs: z.nullable(z.number()),
  /** Null: its price is not known. */
  costNanoUsd: z.nullable(z.number()),
  node: z.nullable(z.string()),
});
export type ProbeNow = z.infer<typeof ProbeNow>;

/** What a person wants of the healer at one target. */
export const BreakerRequest = z.strictObject({
  /**
   * `reset`: forget its failures and try it again, on every node. `hold`: keep it out, whatever probes say, until `until`
   * or `release`; it is the target's own switch, draining.
   */
  action: z.enum(["reset", "hold", "release"]),
  /** Of a hold; null or absent: until it is released. */
  until: z.optional(z.nullable(z.number())),
  reason: z.optional(z.string().check(z.maxLength(500))),
});
export type BreakerRequest = z.infer<typeof BreakerRequest>;

export const NodeView = z.object({
  id: z.string(),
  live: z.boolean(),
  startedAt: z.number(),
  heartbeatAt: z.number(),
  appliedRevision: z.number(),
  appliedAt: z.number(),
  /** The newest configuration that it cannot obey, and why: it goes on with the one before. */
  refused: z.nullable(z.object({ revision: z.number(), problem: z.string() })),
});
export type NodeView = z.infer<typeof NodeView>;

const SwitchedObject = z.object({
  id: z.string(),
  switch: SwitchView,
  availability: Availability,
});

export const RouteView = z.object({
  id: z.string(),
  /** `route` is an alias; `model` the implicit route of a model's own name. Only routes can be reordered. */
  chain: z.array(z.string()),
  owner: z.enum(["file", "ui", "system"]),
  ownerPath: z.nullable(z.string()),
  overridden: z.boolean(),
  /** The revision that last changed this route: send it as If-Match. */
  revision: z.number(),
});
export type RouteView = z.infer<typeof RouteView>;

/** What amounts may be shown in beside US dollars: so much of `currency` is one dollar, as of the day `at`. */
export const Exchange = z.object({ currency: z.string(), perUsd: z.number(), at: z.string() });
export type Exchange = z.infer<typeof Exchange>;

export const HealthView = z.object({
  generatedAt: z.number(),
  /** Newest revision of any kind. */
  revision: z.number(),
  /** `only`: nothing but demo traffic so far, and the numbers are of it; `excluded`: demo runs, but is left out; `off`. */
  demo: z.enum(["only", "excluded", "off"]),
  /** Null: US dollars alone. */
  exchange: z.nullable(Exchange),
  windowMs: z.number(),
  nodes: z.array(NodeView),
  models: z.array(SwitchedObject),
  regions: z.array(SwitchedObject),
  providers: z.array(SwitchedObject),
  targets: z.array(TargetView),
  routes: z.array(RouteView),
});
export type HealthView = z.infer<typeof HealthView>;

export const PolicyValue = z.union([z.string().check(z.maxLength(64)), z.number(), z.boolean()]);
export type PolicyValue = z.infer<typeof PolicyValue>;

/** One setting of a route's policy. `value` null: the default holds; `defaultValue` null: off. */
export const PolicySetting = z.object({
  /** Its place in the configuration, such as `limits.ttft_s`. */
  place: z.string(),
  group: z.enum(["time", "tries", "streams", "breaker", "bodies"]),
  value: z.nullable(PolicyValue),
  defaultValue: z.nullable(PolicyValue),
  /** Of a number. */
  bounds: z.nullable(
    z.object({
      least: z.number(),
      most: z.number(),
      whole: z.boolean(),
      unit: z.nullable(z.string()),
    }),
  ),
  /** Of a choice. */
  options: z.array(PolicyValue),
});
export type PolicySetting = z.infer<typeof PolicySetting>;

/** What a model can do and costs, as the configuration says; null: it does not say. */
export const ChainModel = z.object({
  id: z.string(),
  contextTokens: z.nullable(z.number()),
  tools: z.nullable(z.boolean()),
  vision: z.nullable(z.boolean()),
  json: z.nullable(z.boolean()),
  priceUsdPerMTok: z.nullable(z.object({ input: z.number(), output: z.number() })),
  /** Of the week's calls to the route, those that it could not have answered, by why. `context`: at least so many. */
  lacks: z.object({ tools: z.number(), vision: z.number(), json: z.number(), context: z.number() }),
});
export type ChainModel = z.infer<typeof ChainModel>;

/** What a route's policy did in the last 7 days, or since it is counted. */
export const PolicyWeek = z.object({
  from: z.number(),
  to: z.number(),
  calls: z.number(),
  failed: z.number(),
  attempts: z.number(),
  /** Failed attempts by why: `ttft_timeout`, `server_error`, … */
  reasons: z.record(z.string(), z.number()),
  rescued: z.record(z.string(), z.number()),
  /** Calls by the error that their callers got. */
  codes: z.record(z.string(), z.number()),
  /** Breakers of its models that opened, that only would have, and the longest time that one was away. */
  opened: z.number(),
  wouldHaveOpened: z.number(),
  longestAwayMs: z.nullable(z.number()),
});
export type PolicyWeek = z.infer<typeof PolicyWeek>;

/** A route beyond its order: its numbers with their bounds, and what its models can do. */
export const RoutePolicyView = z.object({
  generatedAt: z.number(),
  id: z.string(),
  revision: z.number(),
  /** False: the file owns it. */
  editable: z.boolean(),
  settings: z.array(PolicySetting),
  /** All models of the configuration, in its order. */
  models: z.array(ChainModel),
  week: PolicyWeek,
  /** The route as a configuration file says it. */
  yaml: z.string(),
});
export type RoutePolicyView = z.infer<typeof RoutePolicyView>;

/** Who answered for every route in a range, and who made it as it is. */
export const RoutesView = z.object({
  generatedAt: z.number(),
  range: z.string(),
  /** What is counted, in whole quarters of an hour: they are kept for 8 days. */
  from: z.number(),
  to: z.number(),
  routes: z.array(
    z.object({
      id: z.string(),
      /** Calls that were answered; of them, by the model that answered. */
      served: z.number(),
      answered: z.record(z.string(), z.number()),
      /** The change that left it as it is. */
      changed: z.nullable(z.object({ revision: z.number(), at: z.number(), actor: Actor })),
    }),
  ),
});
export type RoutesView = z.infer<typeof RoutesView>;

/** The last 24 hours of every target, a cell for every five minutes, the running one last. */
export const FilmView = z.object({
  generatedAt: z.number(),
  /** Start of the first cell. */
  from: z.number(),
  cellMs: z.number(),
  targets: z.array(
    z.object({
      id: z.string(),
      provider: z.string(),
      region: z.string(),
      model: z.string(),
      strip: z.array(StripState),
    }),
  ),
});
export type FilmView = z.infer<typeof FilmView>;

export const MetricsBucket = z.object({
  /** Start of the bucket. */
  t: z.number(),
  firstTry: z.number(),
  rescued: z.number(),
  failed: z.number(),
  refused: z.number(),
  cancelled: z.number(),
  /** Attempts at providers that count for health. */
  attemptsSucceeded: z.number(),
  attemptsFailed: z.number(),
  costNanoUsd: z.number(),
  /** Prompt and completion of the calls whose cost is known. */
  pricedTokens: z.number(),
  /** Of served calls; null without any. */
  p95Ms: z.nullable(z.number()),
  ttftP50Ms: z.nullable(z.number()),
  /** No call at all: a gap, not a zero. */
  gap: z.boolean(),
});

export const Annotation = z.object({
  id: z.string(),
  t: z.number(),
  kind: z.enum(["config", "opened", "closed", "degraded"]),
  title: z.string(),
});

/** Calls that happened and are missing from every number, between two instants; `calls` null: nobody knows how many. */
export const LogGap = z.object({
  nodeId: z.string(),
  from: z.number(),
  to: z.number(),
  calls: z.nullable(z.number()),
  reason: z.enum(["spool_full", "disk", "refused", "damaged"]),
});
export type LogGap = z.infer<typeof LogGap>;

const CallTotals = z.object({
  calls: z.number(),
  served: z.number(),
  failed: z.number(),
  refused: z.number(),
  cancelled: z.number(),
  servedRate: z.nullable(z.number()),
  availability: Availability,
  rescued: z.number(),
  fallbacks: z.number(),
  regionSwitches: z.number(),
  p50Ms: z.nullable(z.number()),
  p95Ms: z.nullable(z.number()),
  ttftP50Ms: z.nullable(z.number()),
  ttftN: z.number(),
  overheadP50Us: z.nullable(z.number()),
  costNanoUsd: z.number(),
  promptTokens: z.number(),
  completionTokens: z.number(),
  /** Cost per million tokens (prompt and completion together) in nano-USD; null without tokens. */
  costPerMTokNanoUsd: z.nullable(z.number()),
  unpriced: z.number(),
});
export type CallTotals = z.infer<typeof CallTotals>;

export const MetricsView = z.object({
  generatedAt: z.number(),
  /** Its name, or both instants with a slash between. */
  range: z.string(),
  from: z.number(),
  to: z.number(),
  bucketMs: z.number(),
  /** Start of the bucket that is not complete yet. */
  partialFrom: z.number(),
  demo: z.boolean(),
  totals: CallTotals,
  /** The same hours `shiftMs` before: last week's, or for longer ranges those of the span before. Whole buckets only. */
  former: z.object({ shiftMs: z.number(), totals: CallTotals }),
  /** What the installation promises its callers: `settings.slo_served_percent`. */
  sloServedPercent: z.number(),
  /** Applications that called in the last five minutes, and those of them that failures reached, most first. */
  apps: z.object({
    active: z.number(),
    failing: z.array(z.object({ id: z.string(), failed: z.number(), calls: z.number() })),
  }),
  series: z.array(MetricsBucket),
  annotations: z.array(Annotation),
  /** What the log lost in this range, newest first: the buckets that they touch are not the whole truth. */
  gaps: z.array(LogGap),
});
export type MetricsView = z.infer<typeof MetricsView>;

/** A figure of one target that is far from what it was in the hours that it is compared with. */
export const Mover = z.object({
  target: z.string(),
  provider: z.string(),
  region: z.string(),
  model: z.string(),
  /** `p95`: milliseconds; `errors`: a ratio of the attempts that count; `cost`: nano-USD an answer. */
  measure: z.enum(["p95", "errors", "cost"]),
  now: z.number(),
  former: z.number(),
  /** Attempts that each of both rests on, 20 or more. */
  n: z.number(),
  formerN: z.number(),
  /** Calls that felt it: answers for p95 and cost, failed attempts for errors (answers, where errors became fewer). */
  affected: z.number(),
});
export type Mover = z.infer<typeof Mover>;

export const MoversView = z.object({
  generatedAt: z.number(),
  range: z.string(),
  from: z.number(),
  to: z.number(),
  shiftMs: z.number(),
  /** Targets with 20 attempts or more in both spans. */
  compared: z.number(),
  /** Five at most, by calls affected. */
  rows: z.array(Mover),
});
export type MoversView = z.infer<typeof MoversView>;

const ErrorCounts = z.record(z.string(), z.number());

/** What the attempts at all targets of a model, or in a region, came to. */
export const ObjectFigures = z.object({
  id: z.string(),
  attempts: z.number(),
  /** Those of the failed attempts that count for health. */
  failed: z.number(),
  /** Of all answers in the range, its own; null without any. */
  servedShare: z.nullable(z.number()),
  availability: Availability,
  /** Failed attempts by class: `server`, `timeout`, `rate_limited`, … */
  errors: ErrorCounts,
  p50Ms: z.nullable(z.number()),
  p95Ms: z.nullable(z.number()),
  ttftP50Ms: z.nullable(z.number()),
  ttftP95Ms: z.nullable(z.number()),
  tokensPerSecond: z.nullable(z.number()),
  costNanoUsd: z.number(),
  /** Null without tokens. */
  costPerMTokNanoUsd: z.nullable(z.number()),
  /** Served calls that somebody else answered in its place, and that it answered in the place of somebody else. */
  movedOut: z.number(),
  movedIn: z.number(),
});
export type ObjectFigures = z.infer<typeof ObjectFigures>;

/** What the configuration says of a model beside what was counted. */
const ObjectRow = z.extend(ObjectFigures, {
  /** Null: regions are of several providers. */
  owner: z.nullable(z.enum(["file", "ui", "system"])),
  ownerPath: z.nullable(z.string()),
  /** USD per million tokens; null where nobody wrote one, and of regions. */
  listPrice: z.nullable(
    z.object({
      input: z.number(),
      output: z.number(),
      cachedInput: z.optional(z.nullable(z.number())),
    }),
  ),
});
export type ObjectRow = z.infer<typeof ObjectRow>;

export const ObjectsView = z.object({
  generatedAt: z.number(),
  range: z.string(),
  kind: z.enum(["model", "region"]),
  rows: z.array(ObjectRow),
});
export type ObjectsView = z.infer<typeof ObjectsView>;

export const ObjectBucket = z.object({
  t: z.number(),
  /** No attempt at all. */
  gap: z.boolean(),
  attempts: z.number(),
  failed: z.number(),
  errors: ErrorCounts,
  /** Of each region of a model, or model of a region: attempts that count, how many of them worked, and their speed. */
  parts: z.record(
    z.string(),
    z.object({
      n: z.number(),
      succeeded: z.number(),
      tokensPerSecond: z.nullable(z.number()),
      /** Looks of our own, and how many of them went well. */
      probes: z.number(),
      probesPassed: z.number(),
    }),
  ),
  /** Streamed answers, of which the next three are. */
  ttftN: z.number(),
  ttftP50Ms: z.nullable(z.number()),
  ttftP95Ms: z.nullable(z.number()),
  ttftP99Ms: z.nullable(z.number()),
  /** Attempts that were answered, of which the next three are. */
  totalN: z.number(),
  p50Ms: z.nullable(z.number()),
  p95Ms: z.nullable(z.number()),
  p99Ms: z.nullable(z.number()),
  movedOut: z.number(),
  movedIn: z.number(),
  /** The same by who answered instead, and by whose place it took. */
  movedTo: z.record(z.string(), z.number()),
  movedFrom: z.record(z.string(), z.number()),
});
export type ObjectBucket = z.infer<typeof ObjectBucket>;

export const ObjectView = z.object({
  generatedAt: z.number(),
  range: z.string(),
  from: z.number(),
  to: z.number(),
  bucketMs: z.number(),
  partialFrom: z.number(),
  kind: z.enum(["model", "region"]),
  figures: ObjectFigures,
  sloServedPercent: z.number(),
  series: z.array(ObjectBucket),
  /** Who answered in whose place, most first. */
  flows: z.array(z.object({ from: z.string(), to: z.string(), calls: z.number() })),
  /** What people and the healer did to it. */
  annotations: z.array(Annotation),
});
export type ObjectView = z.infer<typeof ObjectView>;

export const AttemptView = z.object({
  seq: z.number(),
  startedAt: z.number(),
  targetId: z.string(),
  provider: z.string(),
  region: z.string(),
  model: z.string(),
  outcome: z.enum(["succeeded", "failed", "cancelled"]),
  reason: z.nullable(z.string()),
  status: z.nullable(z.number()),
  error: z.nullable(z.string()),
  health: z.boolean(),
  ttftMs: z.nullable(z.number()),
  durationMs: z.number(),
});
export type AttemptView = z.infer<typeof AttemptView>;

export const CallView = z.object({
  id: z.string(),
  startedAt: z.number(),
  keyId: z.nullable(z.string()),
  demo: z.boolean(),
  route: z.nullable(z.string()),
  askedModel: z.nullable(z.string()),
  model: z.nullable(z.string()),
  provider: z.nullable(z.string()),
  region: z.nullable(z.string()),
  /** The model of the first target of its plan. */
  firstModel: z.nullable(z.string()),
  /**
   * `unknown_crash`: its gateway process ended before the call did, and nobody knows what the caller heard; charts count it
   * as failed.
   */
  outcome: z.enum(["served", "failed", "refused", "cancelled", "unknown_crash"]),
  status: z.number(),
  errorCode: z.nullable(z.string()),
  errorMessage: z.nullable(z.string()),
  stream: z.boolean(),
  rescuedBy: z.nullable(z.enum(["retry", "sibling", "fallback", "resume", "avoidance"])),
  fallback: z.boolean(),
  regionSwitch: z.boolean(),
  totalMs: z.number(),
  ttftMs: z.nullable(z.number()),
  overheadUs: z.number(),
  promptTokens: z.nullable(z.number()),
  completionTokens: z.nullable(z.number()),
  cachedTokens: z.nullable(z.number()),
  tokensEstimated: z.boolean(),
  costNanoUsd: z.nullable(z.number()),
  /**
   * Of a rescued call: what it cost more (below zero: less) than `firstModel` would have for the same tokens, at the prices
   * that it was answered by; null where one of them is unknown.
   */
  rescueNanoUsd: z.nullable(z.number()),
  revision: z.number(),
  /** The caller's own words about the call (`x-bellwether-metadata`). */
  metadata: z.nullable(z.record(z.string(), z.string())),
  attempts: z.array(AttemptView),
});
export type CallView = z.infer<typeof CallView>;

export const PlanEntry = z.object({
  target: z.string(),
  /** `eligible`: tried at this place of the order; `skipped`: not at its turn, some of them when nothing better is left. */
  decision: z.enum(["eligible", "skipped"]),
  /** A reason code of core/plan: `chain_order`, `slower_region`, `open`, `disabled`, … */
  reason: z.string(),
  /** What was counted at that moment, where something was. */
  counters: z.optional(z.record(z.string(), z.nullable(z.union([z.string(), z.number()])))),
});
export type PlanEntry = z.infer<typeof PlanEntry>;

export const CallDetail = z.extend(CallView, {
  plan: z.array(PlanEntry),
  nodeId: z.string(),
  /** The trace that it was told to; null where none is kept. */
  traceId: z.nullable(z.string()),
  /** Until when its body is kept; null when it is not. */
  bodyUntil: z.nullable(z.number()),
  /** Who opened its body, newest first. */
  bodyOpenings: z.array(z.object({ at: z.number(), actor: Actor })),
  /** The abilities that it asked for: `tools`, `vision`, `json`. */
  needs: z.array(z.string()),
  /** The revision that it was decided by; null when it is not kept. */
  decidedBy: z.nullable(
    z.object({ at: z.number(), actor: Actor, summary: z.record(z.string(), z.unknown()) }),
  ),
});
export type CallDetail = z.infer<typeof CallDetail>;

/** What another target of a call's plan would probably have meant, had it been asked first. */
export const CallAlternative = z.extend(
  z.pick(PlanEntry, { target: true, decision: true, reason: true }),
  {
    provider: z.string(),
    region: z.string(),
    model: z.string(),
    /** Whether it is of the provider that answered; null: nobody did. */
    sameProvider: z.nullable(z.boolean()),
    /** The median of its `answers` between the two instants around the call; null of fewer than 20. */
    p50Ms: z.nullable(z.number()),
    answers: z.number(),
    fromMs: z.number(),
    toMs: z.number(),
    /** The call's own tokens at the price that was in force then; null where one of them is unknown. */
    costNanoUsd: z.nullable(z.number()),
    /** That in relation to what the call cost; null where that is nothing, or not known in full. */
    costRatio: z.nullable(z.number()),
  },
);
export type CallAlternative = z.infer<typeof CallAlternative>;

/** Of those targets that the call did not try, in the order of its plan. */
export const CallAlternatives = z.object({
  generatedAt: z.number(),
  alternatives: z.array(CallAlternative),
});
export type CallAlternatives = z.infer<typeof CallAlternatives>;

/** Words of a call; the last `missingBytes` of them were not kept. */
const BodyText = z.object({ text: z.string(), missingBytes: z.number() });
export type BodyText = z.infer<typeof BodyText>;

/** What the caller sent and got, or why that cannot be told. */
export const CallBody = z.discriminatedUnion("state", [
  z.object({
    state: z.literal("open"),
    expiresAt: z.number(),
    request: BodyText,
    /** Null: nothing of an answer went out. */
    answer: z.nullable(BodyText),
  }),
  /** Its route does not say so, the caller asked for that, there was no room, or it is long over. */
  z.object({ state: z.literal("not_logged") }),
  z.object({ state: z.literal("expired"), expiresAt: z.number() }),
  /** It was sealed with another secret: the database's password was changed since, or is another one here. */
  z.object({ state: z.literal("key_changed"), expiresAt: z.number() }),
]);
export type CallBody = z.infer<typeof CallBody>;

/** An application key as its owner has it: what else is typed could not stand in a header. */
export const AppSecret = z.string().check(z.maxLength(512), z.regex(/^[!-~]+$/));

/** Body of POST /api/calls/{id}/replay: the secret of an application key to send it with. */
export const ReplayRequest = z.strictObject({ key: AppSecret });

/** What came of it; what was answered stands in the log. */
export const ReplayResult = z.object({
  status: z.number(),
  /** The id of the new call; null when it came to no plan, or no gateway answered. */
  callId: z.nullable(z.string()),
  code: z.nullable(z.string()),
  message: z.nullable(z.string()),
});
export type ReplayResult = z.infer<typeof ReplayResult>;

export const CallsPage = z.object({
  generatedAt: z.number(),
  calls: z.array(CallView),
  /** Null: there are no older ones. With a filter a page may hold fewer calls than asked for, and go on. */
  nextCursor: z.nullable(z.string()),
});
export type CallsPage = z.infer<typeof CallsPage>;

const Facets = z.array(z.object({ id: z.string(), calls: z.number() }));

/** About how many calls of a range there are of each outcome, and of the models and applications with most of them. */
export const CallFacets = z.object({
  generatedAt: z.number(),
  range: z.string(),
  /** Rescued ones are served ones too; `failed` has those that a crash cut off. */
  outcomes: z.object({
    served: z.number(),
    rescued: z.number(),
    failed: z.number(),
    refused: z.number(),
    cancelled: z.number(),
  }),
  /** Those that answered. */
  models: Facets,
  apps: Facets,
});
export type CallFacets = z.infer<typeof CallFacets>;

const limit = z.nullable(z.number());

/** An application key without its secret. */
export const KeyView = z.object({
  id: z.string(),
  name: z.string(),
  last4: z.string(),
  /** The secret before the last rotation, and until when it is good too. */
  former: z.nullable(z.object({ last4: z.string(), until: z.number() })),
  kind: z.enum(["live", "demo"]),
  /** `file`: the configuration file owns it. */
  source: z.enum(["file", "minted"]),
  revokedAt: z.nullable(z.number()),
  revision: z.number(),
  /** Null: not limited, or all. */
  limits: z.object({
    rpm: limit,
    tpm: limit,
    parallel: limit,
    budgetUsdPerMonth: limit,
    strictBudget: z.boolean(),
    allowedModels: z.nullable(z.array(z.string())),
    allowedRegions: z.nullable(z.array(z.string())),
  }),
  /** To the minute within 8 days, to the day before; null: never. */
  lastUsedAt: z.nullable(z.number()),
  callsInHour: z.number(),
  /** In this month, UTC. */
  spentNanoUsd: z.number(),
});
export type KeyView = z.infer<typeof KeyView>;

export const KeysView = z.object({ generatedAt: z.number(), keys: z.array(KeyView) });
export type KeysView = z.infer<typeof KeysView>;

const names = z.optional(z.nullable(z.array(z.string()).check(z.maxLength(1000))));
const KeyLimits = z.strictObject({
  rpm: z.optional(limit),
  tpm: z.optional(limit),
  parallel: z.optional(limit),
  budgetUsdPerMonth: z.optional(limit),
  allowedModels: names,
  allowedRegions: names,
});

/** Body of POST /api/keys. A limit that is left out or null does not limit; without a name it is its id. */
export const KeyRequest = z.strictObject({
  id: z.string(),
  name: z.optional(z.string()),
  limits: z.optional(KeyLimits),
});
export type KeyRequest = z.infer<typeof KeyRequest>;

/** Body of PATCH /api/keys/{id}. What is left out stays as it is; a limit of null limits nothing. */
export const KeyEdit = z.strictObject({
  name: z.optional(z.string()),
  limits: z.optional(KeyLimits),
});
export type KeyEdit = z.infer<typeof KeyEdit>;

/** The secret is shown this once. */
export const CreatedKey = z.object({ id: z.string(), secret: z.string(), revision: z.number() });
export type CreatedKey = z.infer<typeof CreatedKey>;

const ChangedValue = z.nullable(
  z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]),
);

/** What a revision changed, one value a line; null stands for a default. Literal secrets are masked. */
export const ChangeLine = z.object({
  /** Such as `route:auto`, `target:acme:eu:gpt-4.1`, `settings` or `order:models`. */
  object: z.string(),
  kind: z.enum(["added", "removed", "changed"]),
  /** Such as `chain` or `limits.ttft_s`; null for the object as a whole. */
  field: z.nullable(z.string()),
  from: ChangedValue,
  to: ChangedValue,
});
export type ChangeLine = z.infer<typeof ChangeLine>;

/** One line of the feed: a person's revision, a transition that the healer made, or somebody who opened a call's body. */
export const Change = z.object({
  id: z.string(),
  at: z.number(),
  kind: z.enum(["config", "switch", "key", "reset", "health", "opening"]),
  actor: Actor,
  /** Revision number; null for health events and openings. */
  revision: z.nullable(z.number()),
  reason: z.nullable(z.string()),
  /**
   * What happened, for the page to word; `type` says which of these it is: `switch {objectType, objectId, from, to, until}`
   * (from and to are intents), `reorder {route, from, to}` (chains), `config {source, added, removed, changed}` (names such
   * as `model:gpt-4.1`), `key {id, action, from?, to?}` (an edit's name and limits), `reset {target}`,
   * `health {target, provider, model, region, from, to, reason, evidence, node}` (from and to: `HealthLabel`; with
   * `observed` 1 in its evidence the rule only observes, and nothing was done), `opening {callId}`.
   */
  summary: z.record(z.string(), z.unknown()),
  /** The first 20 of them; none for health and openings. */
  lines: z.array(ChangeLine),
  /** How many lines there are in all. */
  lineCount: z.number(),
  reverts: z.nullable(z.number()),
  revertable: z.boolean(),
});
export type Change = z.infer<typeof Change>;

export const ChangesPage = z.object({
  generatedAt: z.number(),
  changes: z.array(Change),
  nextCursor: z.nullable(z.string()),
});
export type ChangesPage = z.infer<typeof ChangesPage>;

/** What taking a revision back would change of what is in force now; the first 100 lines. */
export const RevertPreview = z.object({
  revision: z.number(),
  /** To be sent as If-Match with the revert. */
  basedOn: z.number(),
  lines: z.array(ChangeLine),
  lineCount: z.number(),
});
export type RevertPreview = z.infer<typeof RevertPreview>;

const ComparedRevision = z.object({
  /** 0: before the first. */
  revision: z.number(),
  at: z.nullable(z.number()),
  actor: z.nullable(Actor),
  reason: z.nullable(z.string()),
});

/** What is different between what people had decided as of two revisions; the first 500 lines. */
export const Comparison = z.object({
  from: ComparedRevision,
  to: ComparedRevision,
  lines: z.array(ChangeLine),
  lineCount: z.number(),
});
export type Comparison = z.infer<typeof Comparison>;

/** What people had decided at an instant. */
export const StateAsOf = z.object({
  at: z.number(),
  /** The newest one at that instant; null: there was none. */
  revision: z.nullable(ComparedRevision),
  /** When the next one came; null: it is the newest. */
  until: z.nullable(z.number()),
  /** What was switched off, such as `model:gpt-4.1`. */
  off: z.array(z.object({ object: z.string(), intent: Intent })),
});
export type StateAsOf = z.infer<typeof StateAsOf>;

/** Of all calls; null of fewer than 20. */
const EffectSide = z.object({
  n: z.number(),
  servedRate: z.nullable(z.number()),
  p95Ms: z.nullable(z.number()),
});

/** How calls went in the 15 minutes before and after an instant; 31 minutes, the instant's own in the middle. */
export const Effect = z.object({
  at: z.number(),
  before: EffectSide,
  after: EffectSide,
  points: z.array(z.object({ servedRate: z.nullable(z.number()), p95Ms: z.nullable(z.number()) })),
});
export type Effect = z.infer<typeof Effect>;

export const EffectsView = z.object({ generatedAt: z.number(), effects: z.array(Effect) });
export type EffectsView = z.infer<typeof EffectsView>;

/** The answer to every write. The page then watches `nodes` until all live ones have applied `revision`. */
export const WriteResult = z.object({
  revision: z.number(),
  /** Every revision of a write that changed several objects; `revision` is the newest of them. */
  revisions: z.optional(z.array(z.number())),
  createdAt: z.number(),
  nodes: z.array(NodeView),
  /** Routes and models that nobody can answer for now, because all of their targets are switched off. */
  silencedRoutes: z.array(z.string()),
});
export type WriteResult = z.infer<typeof WriteResult>;

/** What changes together with what the address names, all of it or nothing. */
const Also = z.optional(z.array(z.string().check(z.maxLength(500))).check(z.maxLength(1000)));

/**
 * Body of PATCH /api/{targets|models|regions|providers}/{id}. `until` is epoch milliseconds or null; `also` are the ids of
 * others of the same type.
 */
export const SwitchRequest = z.strictObject({
  intent: Intent,
  also: Also,
  until: z.optional(z.nullable(z.number())),
  reason: z.optional(z.string().check(z.maxLength(500))),
});
export type SwitchRequest = z.infer<typeof SwitchRequest>;

/**
 * Body of PUT /api/routes/{id}: its chain, and of its policy what changes (`limits.ttft_s`), null for the default. With
 * `If-None-Match: *` it makes the route.
 */
export const RouteRequest = z.strictObject({
  chain: z.array(z.string()).check(z.minLength(1), z.maxLength(32)),
  policy: z.optional(z.record(z.string().check(z.maxLength(64)), z.nullable(PolicyValue))),
  reason: z.optional(z.string().check(z.maxLength(500))),
});
export type RouteRequest = z.infer<typeof RouteRequest>;

/**
 * Body of POST /api/changes/{revision}/revert; `also` are further revisions, which are taken back with it or not at all.
 * `overrule`: switches too that were changed again since, up to the revision of If-Match, which the person has seen.
 */
export const RevertRequest = z.strictObject({
  also: z.optional(z.array(z.int().check(z.minimum(1))).check(z.maxLength(1000))),
  overrule: z.optional(z.boolean()),
  reason: z.optional(z.string().check(z.maxLength(500))),
});

/** Where a model is answered. */
export const ModelPlace = z.strictObject({
  provider: z.string(),
  /** Null: the provider calls it as we do. */
  upstreamModel: z.optional(z.nullable(z.string().check(z.maxLength(200)))),
  /** Null: all of the provider's. */
  regions: z.optional(z.nullable(z.array(z.string()))),
});

/** Body of POST /api/impact: a change that is not made yet. */
export const ImpactRequest = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("switch"),
    objectType: z.enum(["provider", "region", "model", "target"]),
    objectId: z.string().check(z.maxLength(500)),
    also: Also,
    intent: Intent,
  }),
  z.strictObject({
    type: z.literal("chain"),
    routeId: z.string().check(z.maxLength(200)),
    chain: z.array(z.string()).check(z.minLength(1), z.maxLength(32)),
  }),
  z.strictObject({ type: z.literal("route_removal"), routeId: z.string().check(z.maxLength(200)) }),
  z.strictObject({ type: z.literal("revert"), revision: z.int().check(z.minimum(1)) }),
  // The places that it would have; a model without any is removed.
  z.strictObject({
    type: z.literal("model"),
    modelId: z.string().check(z.maxLength(200)),
    targets: z.array(ModelPlace),
  }),
  // The regions and further credentials that it would have, by their ids.
  z.strictObject({
    type: z.literal("provider"),
    providerId: z.string().check(z.maxLength(64)),
    regions: z.array(z.string()),
    credentials: z.array(z.string()),
  }),
]);
export type ImpactRequest = z.infer<typeof ImpactRequest>;

const ImpactPlace = z.object({ target: z.string(), model: z.string(), region: z.string() });

/** A name that applications ask for, and who would answer it first: now, and after the change. */
export const ImpactRoute = z.object({
  id: z.string(),
  callsPerMinute: z.number(),
  /** Null: nobody can. */
  from: z.nullable(ImpactPlace),
  to: z.nullable(ImpactPlace),
  /** Targets that are on and not known to be down. */
  usableBefore: z.number(),
  usableAfter: z.number(),
});
export type ImpactRoute = z.infer<typeof ImpactRoute>;

/** What a change would do, by the last 15 minutes of traffic. */
export const ImpactView = z.object({
  generatedAt: z.number(),
  windowMs: z.number(),
  /** `T0`: at once; `T1`: after a look at this; `T2`: after typing the object's name, with a reason. */
  tier: z.enum(["T0", "T1", "T2"]),
  /** Why it is no lower tier. */
  because: z.array(
    z.enum([
      "removes",
      "empties",
      "most_moves",
      "cuts_running",
      "much_moves",
      "whole_object",
      "targets_gone",
    ]),
  ),
  /** Names that would have nobody left to answer for them. */
  emptied: z.array(z.string()),
  routes: z.array(ImpactRoute),
  apps: z.array(z.object({ id: z.string(), callsPerMinute: z.number() })),
  movedPerMinute: z.number(),
  /** Of all traffic; null of fewer than 20 calls. */
  movedShare: z.nullable(z.number()),
  /** Calls that run there now. */
  inFlight: z.number(),
  /** Of who answers now and who would, in the last 24 hours, each of 20 calls or more. */
  p95: z.nullable(z.object({ fromMs: z.number(), toMs: z.number() })),
  /** More (or less, below zero) per hour at this pace, by the tokens of its calls and the prices; null when unknown. */
  costNanoUsdPerHour: z.nullable(z.number()),
});
export type ImpactView = z.infer<typeof ImpactView>;

export const ApiError = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.nullable(z.string()),
    code: z.string(),
    /** Why, in one stable word, with what its sentence is made of. */
    reason: z.optional(z.string()),
    values: z.optional(z.record(z.string(), z.union([z.string(), z.number()]))),
    /** With `conflict`: `{current, yours}`, the object as it is now, by whom and since when, and as it was asked to be. */
    details: z.optional(z.record(z.string(), z.unknown())),
  }),
});
export type ApiError = z.infer<typeof ApiError>;

/** `database` is false while it does not answer: the views then are as old as their `generatedAt` says. */
export const Ping = z.object({ generatedAt: z.number(), database: z.boolean() });
export type Ping = z.infer<typeof Ping>;
