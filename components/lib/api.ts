import type { ApiError, CreatedKey, KeyRequest, WriteResult } from "@/lib/shared/contract";
import { contractHeader, contractMark } from "@/lib/shared/contract-mark";
import type { CarriedRefusal } from "@/lib/shared/refusals";

/** An answer of the operator API that is not the one asked for. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  /** 0 when nothing answered. */
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  /** The field that is wrong. */
  readonly param: string | null;
  /** Why, in one word, with what its sentence is made of. */
  readonly refusal: CarriedRefusal;
  /** What else the server says: both versions of a conflict, or a problem by field. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: string,
    message: string,
    requestId: string | null,
    {
      param = null,
      refusal = {},
      details = {},
    }: Partial<Pick<ApiFailure, "param" | "refusal" | "details">> = {},
  ) {
    super(message);
    this.param = param;
    this.refusal = refusal;
    this.details = details;
    this.status = status;
    this.code = code;
    this.requestId = requestId;
  }
}

/**
 * The code of an error: the API's own, `unreachable` when the server did not answer, or `outdated` when it is of another
 * release than the page.
 */
export function failureCode(error: unknown): string {
  return error instanceof ApiFailure ? error.code : "unreachable";
}

// What the server says is taken at its word: `request` refuses answers of another contract than the page's own, and checking
// each of them here would cost every page 22 kB and a slow phone a tenth of a second.

/** The answer of `GET path`. */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await request(path, { ...(signal && { signal }) });
  return (await response.json()) as T;
}

/** The answer to a question that is too long for an address. */
export async function postJson<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const response = await request(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
  return (await response.json()) as T;
}

/** The answer to `body`, sent as JSON. */
export async function sendJson<T>({
  method,
  path,
  body,
}: Pick<Sent, "method" | "path" | "body">): Promise<T> {
  const response = await request(path, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return (await response.json()) as T;
}

interface Sent {
  method: "PATCH" | "PUT" | "POST";
  path: string;
  body: unknown;
  /** The revision that the change was decided on; `new`: there is none of it yet. */
  ifMatch?: number | "new";
}

/** Sends a change; the answer names the revision that the nodes must now follow. */
export async function sendChange({ method, path, body, ifMatch }: Sent): Promise<WriteResult> {
  const response = await request(path, {
    method,
    headers: {
      "content-type": "application/json",
      ...(ifMatch === "new" && { "if-none-match": "*" }),
      ...(typeof ifMatch === "number" && { "if-match": String(ifMatch) }),
    },
    body: JSON.stringify(body),
  });
  return (await response.json()) as WriteResult;
}

/** A new application key, with its secret. */
export function createKey(body: KeyRequest): Promise<CreatedKey> {
  return postJson("/api/keys", body);
}

/** Ends the secret before a key's last rotation. */
export async function endFormerSecret(id: string): Promise<void> {
  await request(`/api/keys/${encodeURIComponent(id)}/former`, { method: "DELETE" });
}

export async function revokeKey(id: string, reason: string | null): Promise<void> {
  const search = reason === null ? "" : `?reason=${encodeURIComponent(reason)}`;
  await request(`/api/keys/${encodeURIComponent(id)}${search}`, { method: "DELETE" });
}

/** Removes an object that was looked at as of revision `ifMatch`; null: whatever is there. */
export async function removeObject(path: string, ifMatch: number | null): Promise<WriteResult> {
  const headers = { "if-match": ifMatch === null ? "*" : String(ifMatch) };
  const response = await request(path, { method: "DELETE", headers });
  return (await response.json()) as WriteResult;
}

async function request(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { cache: "no-store", ...init });
  } catch (error) {
    if (init.signal?.aborted === true) {
      throw error;
    }
    throw new ApiFailure(0, "unreachable", "", null);
  }
  const requestId = response.headers.get("x-request-id");
  if ((response.headers.get(contractHeader) ?? contractMark) !== contractMark) {
    throw new ApiFailure(response.status, "outdated", "", requestId);
  }
  if (response.ok) {
    return response;
  }
  const { error } = ((await response.json().catch(() => null)) ?? {}) as Partial<ApiError>;
  throw error === undefined
    ? new ApiFailure(response.status, "internal", response.statusText, requestId)
    : failureOf(response.status, error, requestId);
}

function failureOf(
  status: number,
  { code, message, param, reason, values, details }: ApiError["error"],
  requestId: string | null,
): ApiFailure {
  return new ApiFailure(status, code, message, requestId, {
    param,
    refusal: { reason, values },
    details: details ?? {},
  });
}
