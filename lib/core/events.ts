/**
 * What happens to a node's router, and what it decides: the whole vocabulary of `step`.
 *
 * Events are facts with no clock in them; `step` gets the time beside them. All of it is plain data, so that a recorded
 * run can be played again.
 */
import type { Failure } from "./classify";
import type { Plan } from "./plan";
import type { Limits, Route, Rule, Snapshot, Target } from "./types";

export type CallConstraints = {
  /** Null: all. Data residency: holds in every pass, in panic and in every resumption. */
  readonly allowedModels: ReadonlySet<string> | null;
  readonly allowedRegions: ReadonlySet<string> | null;
  readonly region: string | null;
  readonly regionMode: "prefer" | "require";
  readonly fallback: boolean;
  /** The caller's own limit for the first content, in milliseconds; nothing that was learned raises it. */
  readonly ttftMs: number | null;
};

/** What a call asks of a target, and what may be done with it. */
export type CallNeeds = {
  /** The caller reads a stream. */
  readonly stream: boolean;
  /** Estimated: text by its length, an image as 1 500. */
  readonly promptTokens: number;
  readonly maxTokens: number | null;
  readonly tools: boolean;
  readonly vision: boolean;
  readonly json: boolean;
  readonly reasoning: boolean;
  readonly promptCacheKey: string | null;
  /** Temperature 0: the same model is likely to say the same again. */
  readonly deterministic: boolean;
  /** One plain text: a broken stream of it may be continued elsewhere. */
  readonly resumable: boolean;
  /** A plain answer that can be put together from a stream without loss (n = 1, no logprobs, no audio). */
  readonly collectable: boolean;
  /** It carries ids that only one account knows: it stays on the provider and credential of its first choice. */
  readonly pinned: boolean;
  /** A tool that the provider runs may have acted already: not repeated once the request was written. */
  readonly unrepeatable: boolean;
};

export type CallSpec = {
  readonly id: string;
  /** The application key's id: one key's trouble must not move another's calls. */
  readonly key: string;
  readonly route: Route;
  /** The route's, as far as key and caller are not less patient. */
  readonly limits: Limits;
  readonly constraints: CallConstraints;
  readonly needs: CallNeeds;
};

/** What an answer's headers say of the room that is left; null where they say nothing. */
export type RateLimits = {
  readonly requests: RateLimit | null;
  readonly tokens: RateLimit | null;
};
export type RateLimit = {
  readonly limit: number | null;
  readonly remaining: number | null;
  readonly resetMs: number | null;
};

export type AttemptOutcome =
  | {
      readonly kind: "success";
      readonly outputTokens: number | null;
      /** It came in one piece although a stream was asked for. */
      readonly isPlain: boolean;
    }
  | { readonly kind: "failure"; readonly failure: Failure }
  /** The caller left, or its own deadline was shorter than ours. */
  | { readonly kind: "cancelled" }
  /** We took it back before the commit point: migrated, or a person switched the target off. */
  | { readonly kind: "withdrawn"; readonly why: "migrated" | "switched_off" };

export type ProbeVerdict =
  "pass" | "fail" | "capacity" | "credential" | "quota" | "access" | "configuration";

export type ProbeResult = {
  readonly verdict: ProbeVerdict;
  readonly latencyMs: number | null;
  readonly status: number | null;
  readonly reason: string | null;
  readonly retryAfterMs: number | null;
};

/** A broken stream that asks where it may go on. */
export type Resume = { readonly deliveredTokens: number };

export type Event =
  | { readonly type: "snapshot"; readonly snapshot: Snapshot }
  /** Answered by `planned`. */
  | { readonly type: "call_started"; readonly call: CallSpec }
  /** Answered by `attempt`, `pause` (then asked again) or `finish`. */
  | { readonly type: "next"; readonly call: string; readonly resume: Resume | null }
  /** The first byte of an answer, whatever its status. */
  | { readonly type: "head"; readonly attempt: number; readonly limits: RateLimits | null }
  | { readonly type: "first_content"; readonly attempt: number }
  | { readonly type: "attempt_ended"; readonly attempt: number; readonly outcome: AttemptOutcome }
  | { readonly type: "call_ended"; readonly call: string }
  /** `seq` grows with every probe that starts: what comes late or twice is left out. */
  | {
      readonly type: "probe_ended";
      readonly target: string;
      readonly seq: number;
      readonly result: ProbeResult;
    }
  | {
      readonly type: "region_probe_ended";
      readonly seq: number;
      readonly provider: string;
      readonly region: string;
      readonly credential: string | null;
      readonly result: ProbeResult;
    }
  /** Names that callers made up have no room any more; whoever is under way goes later. */
  | { readonly type: "forget"; readonly targets: readonly string[] }
  /** Another node's word about a target: worth a look of our own, and nothing more. */
  | { readonly type: "hint"; readonly target: string }
  /** A person wants the target's failures forgotten. */
  | { readonly type: "reset"; readonly target: string }
  | { readonly type: "fleet"; readonly nodes: number }
  /** Time passed; a few times a second. */
  | { readonly type: "tick" };

/** The one word for a target that all its axes add up to, worst first in `labelOrder`. */
export type HealthLabel =
  | "credential_dead"
  | "region_down"
  | "blocked"
  | "open"
  | "half_open"
  | "ramp"
  | "probe_down"
  | "suspect"
  | "degraded"
  | "closed";

export type Evidence = Readonly<Record<string, string | number | null>>;

export type Transition = {
  readonly type: "transition";
  readonly target: Target;
  readonly from: HealthLabel;
  readonly to: HealthLabel;
  readonly rule: Rule;
  readonly reason: string;
  readonly evidence: Evidence;
  /** The rule only observes: this is what it would have done. */
  readonly observed: boolean;
};

export type ProbeWish = {
  readonly type: "probe";
  readonly target: Target;
  readonly afterMs: number;
};

export type RegionProbeWish = {
  readonly type: "probe_region";
  readonly provider: string;
  readonly region: string;
  readonly credential: string | null;
  readonly afterMs: number;
};

/** How long each part of an attempt may take, in milliseconds from its start unless said otherwise. */
export type AttemptTimes = {
  readonly connectMs: number;
  /** To the first content of a stream; to the end of a plain answer. */
  readonly firstMs: number;
  /** Without a byte, once content has come. */
  readonly idleMs: number;
  /** Without content, while bytes keep coming. */
  readonly progressMs: number;
  /** To the end of a stream that makes progress. */
  readonly totalMs: number;
  /** The limit above is the caller's own patience: its running out says nothing about the target. */
  readonly impatient: boolean;
};

export type AttemptHow = "first" | "retry" | "next" | "trial" | "panic" | "migrated" | "resume";

export type AttemptMove = {
  readonly type: "attempt";
  readonly attempt: number;
  readonly target: Target;
  /** Place of its model in the chain, from 0. */
  readonly entryIndex: number;
  readonly how: AttemptHow;
  /** How its answer joins what was delivered; null for an answer of its own. */
  readonly splice: "prefill" | "restart" | null;
  /** Whether the provider is asked for a stream (a plain call may be, see `upstream_stream`). */
  readonly streamed: boolean;
  readonly times: AttemptTimes;
};

export type FinishWhy =
  "exhausted" | "refused" | "deadline" | "no_target" | "rate_limited" | "interrupted";

export type TriedAttempt = { readonly target: Target; readonly failure: Failure };

export type Move =
  | AttemptMove
  | { readonly type: "pause"; readonly forMs: number; readonly why: "retry" | "capacity" }
  | {
      readonly type: "finish";
      readonly why: FinishWhy;
      readonly tried: readonly TriedAttempt[];
      /** When the soonest rate-limited target has room again; null when none is. */
      readonly retryInMs: number | null;
    };

export type Decision =
  | Transition
  | ProbeWish
  | RegionProbeWish
  | { readonly type: "planned"; readonly plan: Plan }
  /** Take this attempt back and ask `next` for the call again. */
  | { readonly type: "migrate"; readonly attempt: number }
  | Move;
