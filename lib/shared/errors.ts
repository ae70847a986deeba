import { carried, type Refusal } from "./refusals";

/**
 * Every error that a caller or an operator can meet, with its HTTP status and its public sentence.
 *
 * `message` is public; a `GatewayError` may replace it by a more exact public sentence. `detail` and `cause` go to the
 * log only. `outcome` is what the call counts as (ARCHITECTURE.md, vocabulary).
 */
export const errorCatalog = {
  invalid_json: {
    status: 400,
    type: "invalid_request_error",
    outcome: "refused",
    message: "The request body is not valid JSON.",
  },
  invalid_request: {
    status: 400,
    type: "invalid_request_error",
    outcome: "refused",
    message: "The request is not valid.",
  },
  unsupported_media_type: {
    status: 415,
    type: "invalid_request_error",
    outcome: "refused",
    message: "Send the body as application/json.",
  },
  missing_api_key: {
    status: 401,
    type: "authentication_error",
    outcome: "refused",
    message: "No API key was sent. Send it as `Authorization: Bearer <key>`.",
  },
  invalid_api_key: {
    status: 401,
    type: "authentication_error",
    outcome: "refused",
    message: "The API key is not valid.",
  },
  model_not_allowed: {
    status: 403,
    type: "permission_error",
    outcome: "refused",
    message: "This API key may not use the requested model.",
  },
  region_not_allowed: {
    status: 403,
    type: "permission_error",
    outcome: "refused",
    message: "This API key may not use the requested region.",
  },
  unknown_model: {
    status: 404,
    type: "invalid_request_error",
    outcome: "refused",
    message: "No route or model has this name.",
  },
  unknown_region: {
    status: 400,
    type: "invalid_request_error",
    outcome: "refused",
    message: "No region has this name.",
  },
  not_found: {
    status: 404,
    type: "invalid_request_error",
    outcome: "refused",
    message: "There is nothing at this address.",
  },
  method_not_allowed: {
    status: 405,
    type: "invalid_request_error",
    outcome: "refused",
    message: "This address does not answer that method.",
  },
  request_too_large: {
    status: 413,
    type: "invalid_request_error",
    outcome: "refused",
    message: "The request body is larger than 32 MB.",
  },
  request_timeout: {
    status: 408,
    type: "invalid_request_error",
    outcome: "refused",
    message: "The request did not arrive in time.",
  },
  rate_limit_exceeded: {
    status: 429,
    type: "rate_limit_error",
    outcome: "refused",
    message: "This API key is at its limit of requests or tokens per minute.",
  },
  too_many_parallel: {
    status: 429,
    type: "rate_limit_error",
    outcome: "refused",
    message: "This API key has as many calls under way as it may have at a time.",
  },
  budget_exceeded: {
    status: 429,
    type: "insufficient_quota",
    outcome: "refused",
    message: "This API key has no money left in its budget for this month.",
  },
  upstream_refused: {
    status: 400,
    type: "invalid_request_error",
    outcome: "refused",
    message: "The provider refused the request.",
  },
  region_unavailable: {
    status: 503,
    type: "upstream_error",
    outcome: "failed",
    message: "The required region cannot answer now.",
  },
  no_target: {
    status: 503,
    type: "upstream_error",
    outcome: "failed",
    message: "No target may answer this request: all are switched off or not allowed.",
  },
  targets_exhausted: {
    status: 502,
    type: "upstream_error",
    outcome: "failed",
    message: "All targets failed.",
  },
  rate_limited: {
    status: 429,
    type: "rate_limit_error",
    outcome: "failed",
    message: "All targets are rate-limited.",
  },
  upstream_timeout: {
    status: 504,
    type: "upstream_error",
    outcome: "failed",
    message: "No target answered in time.",
  },
  upstream_unreachable: {
    status: 502,
    type: "upstream_error",
    outcome: "failed",
    message: "No target could be reached.",
  },
  upstream_auth: {
    status: 502,
    type: "upstream_error",
    outcome: "failed",
    message: "The provider refused the gateway's credential.",
  },
  provider_quota: {
    status: 503,
    type: "upstream_error",
    outcome: "failed",
    message: "The gateway's account at the provider has used up its quota.",
  },
  stream_interrupted: {
    status: 502,
    type: "upstream_error",
    outcome: "failed",
    message: "The provider's stream broke before its end.",
  },
  overloaded: {
    status: 503,
    type: "server_error",
    outcome: "failed",
    message: "The gateway is at its limit. Try again shortly.",
  },
  shutting_down: {
    status: 503,
    type: "server_error",
    outcome: "failed",
    message: "This gateway is shutting down. Try again.",
  },
  not_ready: {
    status: 503,
    type: "server_error",
    outcome: "failed",
    message: "The gateway is not ready yet. Try again shortly.",
  },
  gateway_unreachable: {
    status: 502,
    type: "server_error",
    outcome: "failed",
    message: "The gateway does not answer on its own port.",
  },
  client_closed: {
    status: 499,
    type: "invalid_request_error",
    outcome: "cancelled",
    message: "The caller left before the answer.",
  },
  conflict: {
    status: 409,
    type: "conflict_error",
    outcome: "refused",
    message: "Somebody changed this in the meantime.",
  },
  forbidden: {
    status: 403,
    type: "permission_error",
    outcome: "refused",
    message: "This is not allowed from here.",
  },
  unauthorized: {
    status: 401,
    type: "authentication_error",
    outcome: "refused",
    message: "The operator token is not valid.",
  },
  database_unavailable: {
    status: 503,
    type: "server_error",
    outcome: "failed",
    message: "The database does not answer. Calls go on; this page cannot change anything now.",
  },
  internal: {
    status: 500,
    type: "server_error",
    outcome: "failed",
    message: "Something went wrong on our side.",
  },
} as const satisfies Record<string, ErrorRow>;

type ErrorRow = {
  status: number;
  type: string;
  outcome: "failed" | "refused" | "cancelled";
  message: string;
};

export type ErrorCode = keyof typeof errorCatalog;

export type ErrorBody = {
  error: {
    message: string;
    type: string;
    param: string | null;
    code: string;
    /** Why the operator API refuses, in one stable word, with what its sentence is made of. */
    reason?: string;
    values?: Readonly<Record<string, string | number>>;
    /** What a program needs to act on it, such as both versions of a conflict. */
    details?: Readonly<Record<string, unknown>>;
  };
};

const brand = Symbol.for("bellwether.GatewayError");

type GatewayErrorOptions = {
  /** Replaces the catalogue's public sentence. */
  message?: string;
  /** The field of the request that is wrong, such as `messages[2].role`. */
  param?: string;
  /** The same for readers of other languages: the control room words it. */
  refusal?: Refusal;
  /** Public, and for programs; the sentence says it for people. */
  details?: Readonly<Record<string, unknown>>;
  /** For the log only. */
  detail?: string;
  cause?: unknown;
  headers?: Readonly<Record<string, string>>;
  /** Replaces the catalogue's status; for upstream errors that are passed on. */
  status?: number;
  /** The provider's own type and code, where its words are passed on; empty ones are replaced by ours. */
  upstream?: { readonly type: string; readonly code: string };
};

/** Ends a request; `code` decides status and type through `errorCatalog`. */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly param: string | null;
  readonly refusal: Refusal | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly detail: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly upstream: { readonly type: string; readonly code: string } | undefined;

  constructor(code: ErrorCode, options: GatewayErrorOptions = {}) {
    super(options.message ?? errorCatalog[code].message, { cause: options.cause });
    this.name = "GatewayError";
    this.code = code;
    this.status = options.status ?? errorCatalog[code].status;
    this.param = options.param ?? null;
    this.refusal = options.refusal;
    this.details = options.details;
    this.detail = options.detail;
    this.headers = options.headers ?? {};
    this.upstream = options.upstream;
    Object.defineProperty(this, brand, { value: true });
  }
}

/** `invalid_request` for a part of an address, or a head, that is not what it has to be. */
export function wrongParameter(name: string, message: string): GatewayError {
  return new GatewayError("invalid_request", {
    message,
    param: name,
    refusal: { reason: "parameter", values: { name } },
  });
}

/** Whether `error` is a GatewayError, also when another copy of this module made it. */
export function isGatewayError(error: unknown): error is GatewayError {
  return typeof error === "object" && error !== null && brand in error;
}

/** `error` itself when it is a GatewayError; anything else becomes `internal` and tells the caller nothing. */
export function toGatewayError(error: unknown): GatewayError {
  return isGatewayError(error) ? error : new GatewayError("internal", { cause: error });
}

/** The OpenAI-shaped body of an error. */
export function errorBody(error: GatewayError): ErrorBody {
  const { upstream } = error;
  return {
    error: {
      message: error.message,
      type: present(upstream?.type) ?? errorCatalog[error.code].type,
      param: error.param,
      code: present(upstream?.code) ?? error.code,
      ...carried(error.refusal),
      ...(error.details === undefined ? {} : { details: error.details }),
    },
  };
}

function present(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
