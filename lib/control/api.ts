import { randomUUID } from "node:crypto";
import type * as z from "zod/mini";
import { shapeRefusal } from "../config/validate";
import { GatewayError, wrongParameter } from "../shared/errors";
import { type ActingPerson, type Permission, requirePermission } from "./actor";
import { authorize } from "./authorize";
import { errorResponse, jsonResponse } from "./responses";
import { type ControlRuntime, controlRuntime } from "./runtime";

/** What a handler gets: a request that is parsed as far as the address goes, and who sent it. */
export type ApiCall = {
  readonly request: Request;
  readonly url: URL;
  /** The parts of the path after `/api`, decoded. */
  readonly path: readonly string[];
  readonly actor: ActingPerson;
  readonly runtime: ControlRuntime;
};

/** A handler of the operator API; `permission` says who may call it. */
export type ApiHandler = ((request: Request) => Promise<Response>) & {
  readonly permission: Permission | "public";
};

/** The handler `run` behind `permission`. Whatever happens, it answers: JSON, uncached, with a request id. */
export function defineHandler(permission: Permission, run: (call: ApiCall) => unknown): ApiHandler {
  return answering(permission, (request) => {
    const runtime = controlRuntime();
    const actor = authorize(request, runtime.env);
    requirePermission(actor, permission);
    const url = new URL(request.url);
    return run({ request, url, path: pathSegments(url), actor, runtime });
  });
}

/** A handler that anybody may call, so it tells nothing and changes nothing. */
export function definePublicHandler(run: (request: Request) => unknown): ApiHandler {
  return answering("public", run);
}

function answering(
  permission: ApiHandler["permission"],
  run: (request: Request) => unknown,
): ApiHandler {
  const handler = async (request: Request): Promise<Response> => {
    const requestId = randomUUID();
    try {
      const answer = await run(request);
      return answer instanceof Response
        ? stamped(answer, requestId)
        : jsonResponse(200, answer, requestId);
    } catch (error) {
      return errorResponse(error, requestId);
    }
  };
  return Object.assign(handler, { permission });
}

function stamped(response: Response, requestId: string): Response {
  if (!response.headers.has("x-request-id")) {
    response.headers.set("x-request-id", requestId);
  }
  return response;
}

function pathSegments(url: URL): string[] {
  // From the raw path: an id may contain an encoded slash.
  return url.pathname
    .split("/")
    .slice(2)
    .map((segment) => {
      try {
        return decodeURIComponent(segment);
      } catch {
        throw new GatewayError("invalid_request", { message: "The address is not valid." });
      }
    });
}

const largestBodyBytes = 65_536;
/** A declarative file of some thousand models. */
export const largestFileBytes = 2 * 1024 * 1024;

/** The parsed body of a change. @throws {GatewayError} for another content type, bad JSON or a wrong shape. */
export async function readBody<T>(
  request: Request,
  schema: z.ZodMiniType<T>,
  mostBytes = largestBodyBytes,
): Promise<T> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new GatewayError("unsupported_media_type");
  }
  const parsed = schema.safeParse(parseJson(await readText(request, mostBytes)));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const told = issue === undefined ? null : shapeRefusal(issue);
    throw new GatewayError("invalid_request", {
      message: `The request is not valid: ${issue?.message ?? "wrong shape"}.`,
      refusal:
        told !== null && told.reason !== "value_invalid"
          ? told
          : {
              reason: "request_invalid",
              ...(issue !== undefined && { detail: [...issue.path, issue.message].join(" ") }),
            },
      ...(issue !== undefined && issue.path.length > 0 && { param: issue.path.join(".") }),
    });
  }
  return parsed.data;
}

async function readText(request: Request, mostBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  for (;;) {
    const chunk = await reader?.read();
    if (chunk?.value === undefined) {
      return Buffer.concat(chunks).toString("utf8");
    }
    size += chunk.value.byteLength;
    if (size > mostBytes) {
      await reader?.cancel();
      throw new GatewayError("request_too_large", {
        message: `The request body is larger than ${mostBytes / 1024} KB.`,
        refusal: { reason: "body_large", values: { kilobytes: mostBytes / 1024 } },
      });
    }
    chunks.push(chunk.value);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GatewayError("invalid_json", { cause });
  }
}

/** The revision of `If-Match`; null without one or for `*`. @throws {GatewayError} `invalid_request` for anything else. */
export function ifMatch(request: Request): number | null {
  const header = request.headers.get("if-match")?.trim() ?? "*";
  if (header === "*") {
    return null;
  }
  const number = /^(?:W\/)?"?(\d{1,9})"?$/.exec(header)?.[1];
  if (number === undefined) {
    throw wrongParameter("If-Match", "`If-Match` is the number of a revision.");
  }
  return Number(number);
}

/** Whether there shall be nothing yet: `If-None-Match: *`. @throws {GatewayError} `invalid_request` for anything else. */
export function ifNoneMatch(request: Request): boolean {
  const header = request.headers.get("if-none-match")?.trim();
  if (header !== undefined && header !== "*") {
    throw new GatewayError("invalid_request", {
      message: "`If-None-Match` can only be `*`: make it if there is none.",
      param: "If-None-Match",
    });
  }
  return header === "*";
}

/** The number of entries that a page asks for: 1 to 100, 50 when it does not say. */
export function pageLimit(url: URL): number {
  const text = url.searchParams.get("limit") ?? "50";
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > 100) {
    throw wrongParameter("limit", "`limit` is a number from 1 to 100.");
  }
  return limit;
}
