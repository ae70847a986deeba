import { z } from "zod";
import { wallCatalog } from "./catalog";

const providerIds = wallCatalog.providers.map(({ id }) => id);
const regionIds = wallCatalog.providers.flatMap(({ regions }) => regions.map(({ id }) => id));
const modelIds = wallCatalog.models.map(({ id }) => id);

const ms = z.number().min(0).max(3_600_000);
const tokenCount = z.int().min(0).max(1_000_000);
const retryAfter = z.union([z.number().min(0), z.string().min(1)]);
const errorText = z.string().max(10_000);
const headerName = z.string().regex(/^[a-z0-9-]{1,64}$/);

const lifetime = {
  until: z.number().positive().optional(),
  for_ms: z.number().positive().optional(),
};

const reach = {
  provider: z.enum(["*", ...providerIds]).default("*"),
  region: z.enum(["*", ...regionIds]).default("*"),
};

const scope = {
  ...reach,
  ...lifetime,
  model: z.enum(["*", ...modelIds]).default("*"),
  probability: z.number().min(0).max(1).default(1),
  count: z.int().positive().optional(),
  /** Strikes only clients whose key is the wall's, a dot, and this. */
  account: z.string().min(1).max(200).optional(),
  /** Strikes only prompts with this text in them. */
  prompt: z.string().min(1).max(200).optional(),
};

// What breaks a machine or its network breaks every endpoint; the rest breaks only completions,
// unless asked otherwise.
const anywhere = { ...scope, on: z.enum(["any", "chat", "models"]).default("any") };
const completions = { ...scope, on: z.enum(["any", "chat", "models"]).default("chat") };
// These have no meaning outside a completion.
const completionsOnly = { ...scope, on: z.literal("chat").default("chat") };

const kinds = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("status"),
    status: z.int().min(200).max(599),
    retry_after: retryAfter.optional(),
    retry_after_ms: ms.optional(),
    code: errorText.nullable().optional(),
    message: errorText.optional(),
    type: errorText.optional(),
    ...anywhere,
  }),
  z.strictObject({
    kind: z.literal("rate_limit"),
    retry_after: retryAfter.optional(),
    retry_after_ms: ms.optional(),
    reset_ms: ms.default(1_000),
    of: z.enum(["requests", "tokens"]).default("requests"),
    /** Strikes only requests that ask for more tokens than this, and tells them so. */
    limit_tokens: tokenCount.optional(),
    ...completions,
  }),
  z.strictObject({ kind: z.literal("refuse"), ...anywhere }),
  z.strictObject({ kind: z.literal("reset"), after_ms: ms.default(0), ...anywhere }),
  z.strictObject({ kind: z.literal("silent"), ...anywhere }),
  z.strictObject({
    kind: z.literal("headers_then_silent"),
    keep_alive_ms: ms.min(1).optional(),
    ...completions,
  }),
  z.strictObject({
    kind: z.literal("slow_first_token"),
    ms,
    headers_first: z.boolean().default(true),
    ...completions,
  }),
  z.strictObject({
    kind: z.literal("slow_tokens"),
    ms: ms.optional(),
    factor: z.number().positive().max(10_000).optional(),
    ...completionsOnly,
  }),
  z.strictObject({
    kind: z.literal("brownout"),
    factor: z.number().positive().max(10_000).default(1),
    add_ms: ms.default(0),
    ...anywhere,
  }),
  z.strictObject({
    kind: z.literal("cut"),
    after_tokens: tokenCount.optional(),
    rst: z.boolean().default(false),
    ...completionsOnly,
  }),
  z.strictObject({
    kind: z.literal("stall"),
    after_tokens: tokenCount.optional(),
    keep_alive_ms: ms.min(1).optional(),
    ...completionsOnly,
  }),
  z.strictObject({
    kind: z.literal("malformed_event"),
    after_tokens: tokenCount.default(1),
    ...completionsOnly,
  }),
  z.strictObject({ kind: z.literal("no_done"), ...completionsOnly }),
  z.strictObject({ kind: z.literal("ignores_stream"), ...completionsOnly }),
  z.strictObject({
    kind: z.literal("no_finish"),
    after_tokens: tokenCount.optional(),
    ...completionsOnly,
  }),
  z.strictObject({
    kind: z.literal("error_in_stream"),
    after_tokens: tokenCount.default(0),
    code: errorText.nullable().default("server_error"),
    message: errorText.default("The server had an error while processing your request."),
    type: errorText.default("server_error"),
    ...completionsOnly,
  }),
  z.strictObject({
    kind: z.literal("error_in_200"),
    code: errorText.nullable().default("server_error"),
    message: errorText.default("The server had an error while processing your request."),
    type: errorText.default("server_error"),
    ...completions,
  }),
  z.strictObject({ kind: z.literal("wrong_content_type"), ...anywhere }),
  z.strictObject({ kind: z.literal("invalid_json"), ...completions }),
  z.strictObject({ kind: z.literal("empty_body"), ...completions }),
  z.strictObject({
    kind: z.literal("redirect"),
    location: z.string().min(1),
    status: z.union([z.literal(302), z.literal(307), z.literal(308)]).default(307),
    ...anywhere,
  }),
  z.strictObject({ kind: z.literal("huge"), bytes: z.int().positive(), ...completions }),
  z.strictObject({ kind: z.literal("prefill_refused"), ...completionsOnly }),
  z.strictObject({ kind: z.literal("prefill_repeated"), ...completionsOnly }),
  z.strictObject({ kind: z.literal("drift"), after_tokens: tokenCount, ...completionsOnly }),
  z.strictObject({ kind: z.literal("spaces_after"), ...completionsOnly }),
  z.strictObject({
    kind: z.literal("finish_early"),
    after_tokens: tokenCount.default(0),
    reason: z.string().min(1).max(100).default("insufficient_system_resource"),
    ...completionsOnly,
  }),
  z.strictObject({ kind: z.literal("no_usage"), ...completionsOnly }),
  z.strictObject({
    kind: z.literal("headers"),
    headers: z.record(headerName, z.string().max(1_000)),
    ...completions,
  }),
  z.strictObject({ kind: z.literal("context_length"), ...completionsOnly }),
  z.strictObject({ kind: z.literal("content_policy"), ...completionsOnly }),
  z.strictObject({ kind: z.literal("unauthorized"), ...anywhere }),
  z.strictObject({ kind: z.literal("quota"), ...completions }),
  z.strictObject({ kind: z.literal("listen"), ...reach, ...lifetime }),
]);

/** Accepts one fault; fields that its kind does not have are refused, defaults are filled in. */
export const faultDto = kinds
  .refine((fault) => fault.until === undefined || fault.for_ms === undefined, {
    message: "give either until or for_ms, not both",
    path: ["for_ms"],
  })
  .refine(
    (fault) =>
      fault.kind !== "slow_tokens" || (fault.ms === undefined) !== (fault.factor === undefined),
    { message: "slow_tokens takes either ms or factor", path: ["ms"] },
  );

export type FaultInput = z.input<typeof faultDto>;
export type FaultDto = z.output<typeof faultDto>;
export type ListenFault = Extract<FaultDto, { kind: "listen" }>;
export type CallFault = Exclude<FaultDto, ListenFault>;

type Of<Kind extends CallFault["kind"]> = Extract<CallFault, { kind: Kind }>;

/** Slow an attempt; several add up, and one breaking fault may come on top. */
export type PacingFault = Of<"slow_first_token" | "slow_tokens" | "brownout">;
/** Change what an answer says; it stays well-formed. Several add up. */
export type WordingFault = Of<
  "prefill_repeated" | "drift" | "spaces_after" | "finish_early" | "no_usage"
>;
/** Add headers to an answer, whatever it is. */
export type HeadersFault = Of<"headers">;
/** Act on the connection before there is an answer. */
export type SocketFault = Of<"refuse" | "reset" | "silent" | "headers_then_silent">;
/** Break the answer while it is being given. */
export type WithinFault = Of<
  | "cut"
  | "stall"
  | "malformed_event"
  | "no_done"
  | "no_finish"
  | "error_in_stream"
  | "ignores_stream"
>;
/** Break a stream while it is being given. */
export type StreamFault = Exclude<WithinFault, { kind: "ignores_stream" }>;
/** Give a whole other answer. */
export type AnswerFault = Exclude<
  CallFault,
  PacingFault | WordingFault | HeadersFault | SocketFault | WithinFault
>;
export type BreakingFault = SocketFault | WithinFault | AnswerFault;

const pacing = new Set<string>(["slow_first_token", "slow_tokens", "brownout"]);
const wording = new Set<string>([
  "prefill_repeated",
  "drift",
  "spaces_after",
  "finish_early",
  "no_usage",
]);
const socket = new Set<string>(["refuse", "reset", "silent", "headers_then_silent"]);
const within = new Set<string>([
  "cut",
  "stall",
  "malformed_event",
  "no_done",
  "no_finish",
  "error_in_stream",
  "ignores_stream",
]);

/** Whether a fault only slows. */
export function isPacingFault(fault: CallFault): fault is PacingFault {
  return pacing.has(fault.kind);
}

/** Whether a fault only changes what an answer says. */
export function isWordingFault(fault: CallFault): fault is WordingFault {
  return wording.has(fault.kind);
}

/** Whether a fault leaves no answer at all. */
export function isSocketFault(fault: CallFault): fault is SocketFault {
  return socket.has(fault.kind);
}

/** Whether a fault lets the answer begin. */
export function isWithinFault(fault: CallFault): fault is WithinFault {
  return within.has(fault.kind);
}
