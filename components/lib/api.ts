import * as z from "zod/mini";
import { ApiError, CreatedKey, type KeyRequest, WriteResult } from "@/lib/shared/contract";

/** An answer of the operator API that is not the one asked for. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  /** 0 when nothing answered. */
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  /** The field that is wrong. */
  readonly param: string | null;
  /** What else the server says: both versions of a conflict, or a problem by field. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: string,
    message: string,
    requestId: string | null,
    { param = null, details = {} }: Partial<Pick<ApiFailure, "param" | "details">> = {},
  ) {
    super(message);
    this.param = param;
    this.details = details;
    this.status = status;
    this.code = code;
    this.requestId = requestId;
  }
}

/** The code of an error: the API's own, or `unreachable` when the server did not answer. */
export function failureCode(error: unknown): string {
  return error instanceof ApiFailure ? error.code : "unreachable";
}

/** The parsed answer of `GET path`. */
export async function getJson<T>(
  path: string,
  schema: z.ZodMiniType<T>,
  signal?: AbortSignal,
): Promise<T> {
  const response = await request(path, { ...(signal && { signal }) });
  return z.parse(schema, await response.json());
}

/** The parsed answer to a question that is too long for an address. */
export async function postJson<T>(
  path: string,
  body: unknown,
  schema: z.ZodMiniType<T>,
  signal?: AbortSignal,
): Promise<T> {
  const response = await request(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
  return z.parse(schema, await response.json());
}

interface Sent {
  method: "PATCH" | "PUT" | "POST";
  path: string;
  body: unknown;
  /** The revision that the change was decided on. */
  ifMatch?: number;
}

/** Sends a change; the answer names the revision that the nodes must now follow. */
export async function sendChange({ method, path, body, ifMatch }: Sent): Promise<WriteResult> {
  const response = await request(path, {
    method,
    headers: {
      "content-type": "application/json",
      ...(ifMatch === undefined ? {} : { "if-match": String(ifMatch) }),
    },
    body: JSON.stringify(body),
  });
  return z.parse(WriteResult, await response.json());
}

/** A new application key, with its secret. */
export function createKey(body: z.infer<typeof KeyRequest>): Promise<CreatedKey> {
  return postJson("/api/keys", body, CreatedKey);
}

/** Ends the secret before a key's last rotation. */
export async function endFormerSecret(id: string): Promise<void> {
  await request(`/api/keys/${encodeURIComponent(id)}/former`, { method: "DELETE" });
}

export async function revokeKey(id: string): Promise<void> {
  await request(`/api/keys/${encodeURIComponent(id)}`, { method: "DELETE" });
}

/** The parsed answer to `body`, sent as JSON. */
export async function sendJson<T>(
  { method, path, body }: Pick<Sent, "method" | "path" | "body">,
  schema: z.ZodMiniType<T>,
): Promise<T> {
  const response = await request(path, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return z.parse(schema, await response.json());
}

/** Removes an object that was looked at as of revision `ifMatch`; null: whatever is there. */
export async function removeObject(path: string, ifMatch: number | null): Promise<WriteResult> {
  const headers = { "if-match": ifMatch === null ? "*" : String(ifMatch) };
  const response = await request(path, { method: "DELETE", headers });
  return z.parse(WriteResult, await response.json());
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
  if (response.ok) {
    return response;
  }
  const requestId = response.headers.get("x-request-id");
  const parsed = z.safeParse(ApiError, await response.json().catch(() => null));
  throw parsed.success
    ? failureOf(response.status, parsed.data.error, requestId)
    : new ApiFailure(response.status, "internal", response.statusText, requestId);
}

function failureOf(
  status: number,
  { code, message, param, details }: z.infer<typeof ApiError>["error"],
  requestId: string | null,
): ApiFailure {
  return new ApiFailure(status, code, message, requestId, { param, details: details ?? {} });
}
