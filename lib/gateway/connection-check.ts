/** One try of a provider's address with its key: the cheapest request that only somebody with the key may make. */
import { Agent, request } from "undici";
import { findErrorCode } from "../shared/start-error";
import { isBlockedHost } from "../shared/addresses";
import { connectOptions, privateAddressCode } from "../shared/egress";
import { isRecord } from "../shared/record";
import type { ConnectionResult } from "../shared/provider-contract";
import { readError } from "../dialects/openai";
import { modelProbeBody } from "../probes/probe";
import { redact, redactAlways } from "./redact";
import { connectTimeoutMs } from "./upstreams";

export type ConnectionCheck = {
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly allowPrivateNetwork: boolean;
  readonly secret: string;
  /** Asked with one token where the provider does not list its models; null: it is not. */
  readonly model: string | null;
  readonly node: string;
};

type Answer = {
  readonly status: number;
  readonly date: string | undefined;
  readonly body: string;
};

const answerTimeoutMs = 8_000;
const maxBodyBytes = 1024 * 1024;
const mostModels = 200;
const tellSkewMs = 60_000;
const maxWords = 300;

/** What comes of asking; trouble on the way is a result like any other. */
export async function checkConnection(check: ConnectionCheck): Promise<ConnectionResult> {
  redactAlways(check.secret);
  const url = new URL(check.baseUrl);
  const nothing = { ...emptyResult, node: check.node };
  if (!check.allowPrivateNetwork && isBlockedHost(url.hostname)) {
    return { ...nothing, outcome: "private_address", detail: url.hostname };
  }
  const agent = new Agent({
    connect: connectOptions(check.allowPrivateNetwork, connectTimeoutMs),
    pipelining: 0,
  });
  const startedMs = performance.now();
  try {
    const listed = await ask(agent, check, "GET", "/models", null);
    const isUnlisted = listed.status === 404 || listed.status === 405;
    const answer =
      isUnlisted && check.model !== null
        ? await ask(agent, check, "POST", "/chat/completions", modelProbeBody(check.model, false))
        : listed;
    return {
      ...nothing,
      ...judged(answer, answer === listed),
      latencyMs: Math.round(performance.now() - startedMs),
      skewMs: skewOf(answer.date, Date.now()),
    };
  } catch (error) {
    const code = codeOf(error);
    return {
      ...nothing,
      outcome: transportOutcome(code),
      detail: code,
      latencyMs: Math.round(performance.now() - startedMs),
    };
  } finally {
    await agent.destroy();
  }
}

/** A result that knows of nothing. */
export const emptyResult: ConnectionResult = {
  outcome: "ok",
  status: null,
  detail: null,
  message: null,
  latencyMs: null,
  skewMs: null,
  models: [],
  node: null,
};

async function ask(
  agent: Agent,
  { baseUrl, headers, secret }: ConnectionCheck,
  method: "GET" | "POST",
  path: string,
  body: string | null,
): Promise<Answer> {
  const answer = await request(baseUrl.replace(/\/+$/, "") + path, {
    dispatcher: agent,
    method,
    headers: {
      ...headers,
      ...(body !== null && { "content-type": "application/json" }),
      authorization: `Bearer ${secret}`,
      "user-agent": "bellwether-probe",
    },
    body,
    signal: AbortSignal.timeout(answerTimeoutMs),
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) {
      break;
    }
    chunks.push(chunk);
  }
  const { date } = answer.headers;
  return {
    status: answer.statusCode,
    date: Array.isArray(date) ? date[0] : date,
    body: Buffer.concat(chunks).toString("utf8"),
  };
}

type Judged = Pick<ConnectionResult, "outcome" | "status" | "message" | "models">;

/** What an answer says; `isList`: it was asked for the list of models. */
export function judged({ status, body }: Omit<Answer, "date">, isList: boolean): Judged {
  const content = parsedOrNull(body);
  const models = isList ? modelIds(content) : [];
  if (status >= 200 && status < 300) {
    const isApi = isRecord(content) && (!isList || Array.isArray(content["data"]));
    return { outcome: isApi ? "ok" : "not_an_api", status, message: null, models };
  }
  const error = readError(content);
  const message = redact(error.message).slice(0, maxWords) || null;
  return { outcome: statusOutcome(status, content, isList), status, message, models };
}

function statusOutcome(
  status: number,
  content: unknown,
  isList: boolean,
): ConnectionResult["outcome"] {
  if (status >= 300 && status < 400) {
    return "redirect";
  }
  switch (status) {
    case 401:
      return "bad_key";
    case 402:
      return "no_money";
    case 403:
      return "no_access";
    case 404:
    case 405:
    case 410:
      return isList ? "bad_address" : "no_model";
    case 429:
      return "limited";
    default:
      break;
  }
  if (status >= 500) {
    return "provider_error";
  }
  // Google answers a wrong key with 400.
  return /api.?key/i.test(readError(content).message) ? "bad_key" : "bad_address";
}

const outcomeByCode: Readonly<Record<string, ConnectionResult["outcome"]>> = {
  [privateAddressCode]: "private_address",
  ECONNREFUSED: "refused",
  ENOTFOUND: "unknown_name",
  EAI_AGAIN: "unknown_name",
  EAI_NODATA: "unknown_name",
  UND_ERR_CONNECT_TIMEOUT: "timeout",
  ETIMEDOUT: "timeout",
  TIMEOUT: "timeout",
  EPROTO: "tls",
};

/** What a transport error's code says. */
export function transportOutcome(code: string): ConnectionResult["outcome"] {
  const isTls =
    /^(CERT_|ERR_TLS|ERR_SSL|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH)/.test(code);
  return outcomeByCode[code] ?? (isTls ? "tls" : "unreachable");
}

function codeOf(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") {
    return "TIMEOUT";
  }
  const [inner] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  const cause = error instanceof Error ? error.cause : undefined;
  return findErrorCode(error) ?? findErrorCode(inner) ?? findErrorCode(cause) ?? "UNKNOWN";
}

function modelIds(content: unknown): string[] {
  const list = isRecord(content) && Array.isArray(content["data"]) ? content["data"] : [];
  return list
    .flatMap((one: unknown) => (isRecord(one) && typeof one["id"] === "string" ? [one["id"]] : []))
    .slice(0, mostModels);
}

function skewOf(date: string | undefined, nowMs: number): number | null {
  const theirs = date === undefined ? Number.NaN : Date.parse(date);
  const skewMs = theirs - nowMs;
  return Number.isNaN(skewMs) || Math.abs(skewMs) < tellSkewMs ? null : skewMs;
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
