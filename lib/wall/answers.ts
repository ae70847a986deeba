export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ErrorFields {
  readonly message: string;
  readonly type: string;
  readonly code: string | null;
  readonly param?: string | null;
}

/** The OpenAI error envelope as JSON. */
export function errorBody({ message, type, code, param = null }: ErrorFields): string {
  return JSON.stringify({ error: { message, type, param, code } });
}

/** An OpenAI-shaped error answer. */
export function errorAnswer(status: number, error: ErrorFields): Answer {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: errorBody(error),
  };
}

/** A 400 `invalid_request_error` without a code, as OpenAI gives for malformed parameters. */
export function invalidRequest(message: string, param: string | null = null): Answer {
  return errorAnswer(400, { message, type: "invalid_request_error", code: null, param });
}

/** The 404 for a model that the wall does not serve. */
export function modelNotFound(model: string): Answer {
  return errorAnswer(404, {
    message: `The model \`${model.slice(0, 200)}\` does not exist or you do not have access to it.`,
    type: "invalid_request_error",
    code: "model_not_found",
    param: "model",
  });
}

/** OpenAI's rate limit headers, as they come with every success. */
export const rateLimitHeaders = {
  "x-ratelimit-limit-requests": "10000",
  "x-ratelimit-remaining-requests": "9999",
  "x-ratelimit-reset-requests": "6ms",
  "x-ratelimit-limit-tokens": "2000000",
  "x-ratelimit-remaining-tokens": "1999000",
  "x-ratelimit-reset-tokens": "30ms",
} as const;
