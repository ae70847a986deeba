/**
 * What the words of a provider's error mean: its codes, types and statuses, never its free text, which changes with
 * every release and quotes what callers wrote.
 */

/** An upstream error as far as its dialect could read it; what is absent is empty. */
export type UpstreamError = {
  readonly code: string;
  readonly type: string;
  readonly message: string;
  readonly param?: string | null;
  /** Further words for programs: Gemini's reasons and quota ids, Anthropic's `error_code`, Azure's inner code. */
  readonly details?: readonly string[];
  /** How long Gemini's body asks us to wait, such as `31s`. */
  readonly retryDelay?: string;
};

export type WordReason =
  | "quota"
  | "overloaded"
  | "unauthorized"
  | "forbidden"
  | "model_not_found"
  | "context_length"
  | "content_policy";

/** Sources: the error references of OpenAI, Azure OpenAI, Anthropic, Gemini (google.api.ErrorReason), DeepSeek, Groq. */
const reasonByWord: ReadonlyMap<string, WordReason> = new Map<string, WordReason>([
  ["insufficient_quota", "quota"],
  ["billing_hard_limit_reached", "quota"],
  ["billing_error", "quota"],
  ["billing_not_active", "quota"],
  ["enforced_spend_limit_reached", "quota"],
  ["BILLING_DISABLED", "quota"],
  ["overloaded", "overloaded"],
  ["overloaded_error", "overloaded"],
  ["server_overloaded", "overloaded"],
  ["engine_overloaded", "overloaded"],
  ["engine_overloaded_error", "overloaded"],
  ["model_overloaded", "overloaded"],
  ["insufficient_system_resource", "overloaded"],
  ["invalid_api_key", "unauthorized"],
  ["API_KEY_INVALID", "unauthorized"],
  ["API_KEY_EXPIRED", "unauthorized"],
  ["FAILED_PRECONDITION", "forbidden"],
  ["unsupported_country_region_territory", "forbidden"],
  ["model_not_found", "model_not_found"],
  ["model_decommissioned", "model_not_found"],
  ["DeploymentNotFound", "model_not_found"],
  ["context_length_exceeded", "context_length"],
  ["request_too_large", "context_length"],
  ["content_policy_violation", "content_policy"],
  ["content_filter", "content_policy"],
  ["ResponsibleAIPolicyViolation", "content_policy"],
  ["invalid_prompt", "content_policy"],
]);

/** A parameter that one provider knows and another does not: worth asking elsewhere. */
const targetSpecificWords: ReadonlySet<string> = new Set([
  "unsupported_parameter",
  "unsupported_value",
  "unknown_parameter",
  "OperationNotSupported",
]);

/** The HTTP status that an error would have had, where it came inside a 200. */
const statusByWord: ReadonlyMap<string, number> = new Map([
  ["invalid_request_error", 400],
  ["INVALID_ARGUMENT", 400],
  ["OUT_OF_RANGE", 400],
  ["validationException", 400],
  ["authentication_error", 401],
  ["UNAUTHENTICATED", 401],
  ["permission_error", 403],
  ["PERMISSION_DENIED", 403],
  ["not_found_error", 404],
  ["NOT_FOUND", 404],
  ["conflict_error", 409],
  ["ABORTED", 409],
  ["rate_limit_error", 429],
  ["rate_limit_exceeded", 429],
  ["tokens", 429],
  ["requests", 429],
  ["RESOURCE_EXHAUSTED", 429],
  ["throttlingException", 429],
  ["api_error", 500],
  ["server_error", 500],
  ["internal_server_error", 500],
  ["INTERNAL", 500],
  ["UNKNOWN", 500],
  ["internalServerException", 500],
  ["modelStreamErrorException", 500],
  ["service_unavailable", 503],
  ["UNAVAILABLE", 503],
  ["serviceUnavailableException", 503],
  ["timeout_error", 504],
  ["DEADLINE_EXCEEDED", 504],
]);

/** What the error's words say, money before everything else; null when they say nothing beyond its status. */
export function reasonOfWords(error: UpstreamError): WordReason | null {
  let reason: WordReason | null = null;
  for (const word of wordsOf(error)) {
    // Gemini's quota ids, such as GenerateRequestsPerDayPerProjectPerModel-FreeTier: no minute's wait helps.
    const said = word.includes("PerDay") ? "quota" : (reasonByWord.get(word) ?? null);
    if (said === "quota") {
      return said;
    }
    reason ??= said;
  }
  return reason;
}

/** The HTTP status that stands for the error, 400..599, or null when its words are unknown. */
export function statusOfWords(error: UpstreamError): number | null {
  if (/^[45]\d\d$/.test(error.code)) {
    return Number(error.code);
  }
  for (const word of wordsOf(error)) {
    const status = statusByWord.get(word);
    if (status !== undefined) {
      return status;
    }
  }
  return reasonOfWords(error) === null ? null : 400;
}

/** Whether another provider × model may well take the same request. */
export function isTargetSpecific(error: UpstreamError): boolean {
  return wordsOf(error).some((word) => targetSpecificWords.has(word));
}

/** Whether a rate limit is about tokens, so that a smaller request may still pass. */
export function isAboutTokens(error: UpstreamError): boolean {
  return error.type === "tokens" || wordsOf(error).some((word) => word.includes("Tokens"));
}

/** More than this of a message is no sentence of the provider's own. */
const maxMessageChars = 1_000;

/**
 * Whether the request is larger than the whole limit, so that no wait lets it through: OpenAI and Groq say
 * `Limit 10000, Requested 12000` under `rate_limit_exceeded` of type `tokens`.
 */
export function isRequestOverLimit(error: UpstreamError): boolean {
  if (error.code !== "rate_limit_exceeded" || error.type !== "tokens") {
    return false;
  }
  const message = error.message.slice(0, maxMessageChars);
  const limit = numberAfter("Limit", message);
  const requested = numberAfter("Requested", message);
  return limit !== null && requested !== null && requested > limit;
}

/** A whole number: `30,000` could mean thirty or thirty thousand, so it is none. */
function numberAfter(word: "Limit" | "Requested", message: string): number | null {
  const found = new RegExp(`\\b${word}:? (\\d+)(?![\\d]|[.,]\\d)`).exec(message);
  return found === null ? null : Number(found[1]);
}

function wordsOf(error: UpstreamError): readonly string[] {
  return [error.code, error.type, ...(error.details ?? [])];
}
