/**
 * The way of a chat completion: authenticate → admit → plan → attempt → relay → record.
 *
 * It reads top to bottom like the diagram in ARCHITECTURE.md. Expected trouble upstream is a value; an exception ends
 * the call.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type CallCourse, attemptCap, nextMove } from "../core/call";
import { type Plan, planCall } from "../core/plan";
import { resolveChain, resolveName } from "../core/resolve";
import type { Limits, Route, Snapshot } from "../core/types";
import { GatewayError, toGatewayError } from "../shared/errors";
import type { Admission } from "./admit";
import type { AnyModels } from "./any-models";
import { attempt, attemptTimes } from "./attempt";
import type { Answer, CommittedStream } from "./attempt-result";
import { authenticate } from "./authenticate";
import { type CallTrace, beginTrace, recordCall } from "./call-trace";
import { type ChatRequest, parseChatRequest } from "./chat-request";
import { callConstraints, callLimits } from "./constraints";
import type { GatewayDeps } from "./deps";
import { exhaustedError, plannedNothingError } from "./exhausted";
import type { AppKey } from "./live";
import { type OpenAttempt, beginAttempt, onceCounted } from "./open-attempt";
import { interruptedError, relay } from "./relay";
import { sendError, sendJson } from "./respond";
import { answerHeaders, idHeaders } from "./response-headers";
import type { RunningAttempts } from "./running";

export type ChatDeps = GatewayDeps & {
  readonly admission: Admission;
  readonly anyModels: AnyModels;
  readonly running: RunningAttempts;
};

type Answered = { readonly by: OpenAttempt; readonly result: Answer | CommittedStream };

/** Answers `POST /v1/chat/completions`; the response is always ended and the call always recorded. */
export async function chat(
  req: IncomingMessage,
  res: ServerResponse,
  deps: ChatDeps,
): Promise<void> {
  const trace = beginTrace(deps);
  const gone = callerGone(res);
  let leave: (() => void) | null = null;
  try {
    const key = authenticate(req, deps.live);
    trace.key = key;
    leave = deps.admission.enter();
    const request = parseChatRequest(await deps.admission.readBody(req));
    trace.request = request;
    const snapshot = deps.live.snapshot();
    const route = resolveRoute(snapshot, request, key, deps);
    trace.route = route.id;
    const limits = callLimits(req, route.limits);
    const constraints = callConstraints(req, snapshot, key);
    const plan = planCall(snapshot, deps.healer.world, route, constraints, deps.now(), deps.random);
    trace.plan = plan;
    if (plan.candidates.length === 0) {
      throw plannedNothingError(plan, constraints);
    }
    const answered = await execute(request, limits, plan, trace, gone, deps);
    await deliver(answered, res, trace, deps);
  } catch (error) {
    trace.error = gone.aborted ? new GatewayError("client_closed") : toGatewayError(error);
    sendError(res, trace.error, answerHeaders(trace));
  } finally {
    leave?.();
    recordCall(deps, trace);
  }
}

/** Fires when the caller leaves before the answer is out. */
function callerGone(res: ServerResponse): AbortSignal {
  const gone = new AbortController();
  res.once("close", () => {
    if (!res.writableFinished) {
      gone.abort();
    }
  });
  return gone.signal;
}

function resolveRoute(
  snapshot: Snapshot,
  request: ChatRequest,
  key: AppKey,
  deps: ChatDeps,
): Route {
  const options = {
    defaultRouteOnModelName: key.defaultRouteOnModelName ?? snapshot.defaultRouteOnModelName,
    anyModelRoute: (providerId: string, upstreamModel: string) =>
      deps.anyModels.find(snapshot, providerId, upstreamModel),
  };
  const { model, models } = request;
  const resolved =
    models === null
      ? { name: model, ...resolveName(snapshot, model, options) }
      : resolveChain(snapshot, models.includes(model) ? models : [model, ...models], options);
  if (resolved.kind === "route") {
    return resolved.route;
  }
  const nearest = resolved.nearest.map((name) => `"${name}"`).join(", ");
  throw new GatewayError("unknown_model", {
    param: models === null ? "model" : "models",
    message:
      `There is no route or model "${resolved.name ?? model}".` +
      (nearest === "" ? " GET /v1/models lists them." : ` Nearest names: ${nearest}.`),
  });
}

/**
 * Tries the plan's targets until one answers or commits to a stream; the attempt that did is still open.
 *
 * @throws {GatewayError} the error that names every attempt, or `client_closed`.
 */
async function execute(
  request: ChatRequest,
  limits: Limits,
  plan: Plan,
  trace: CallTrace,
  gone: AbortSignal,
  deps: ChatDeps,
): Promise<Answered> {
  const maxAttempts = attemptCap(plan, limits.attempts);
  const deadlineMs = trace.startedMs + limits.totalMs;
  const { fallbackOnContentPolicy } = limits;
  const course: CallCourse = { plan, maxAttempts, fallbackOnContentPolicy, deadlineMs, tried: [] };
  let lastErrorBody: Buffer | null = null;
  for (;;) {
    const { world } = deps.healer;
    const move = nextMove(course, deps.live.snapshot(), world, deps.now(), deps.random);
    if (move.kind === "finish") {
      throw exhaustedError(course, move.why, lastErrorBody);
    }
    if (move.afterMs > 0) {
      await pause(move.afterMs, gone);
      trace.waitedMs += move.afterMs;
    }
    if (gone.aborted) {
      throw new GatewayError("client_closed");
    }
    const { target } = move.candidate;
    const times = attemptTimes(request, limits, deadlineMs - deps.now());
    const by = beginAttempt(deps, trace, move.candidate, move.how, gone);
    const result = await attempt(deps, request, target, times, by.signal);
    switch (result.kind) {
      case "answer":
        return { by, result };
      case "stream":
        return { by, result: result.stream };
      case "cancelled":
        by.cancel();
        throw new GatewayError("client_closed");
      case "failed":
        by.fail(onceCounted(course, target.id, result.failure));
        course.tried.push({ target, failure: result.failure });
        lastErrorBody = result.errorBody;
    }
  }
}

/** Hands the answer to the caller and ends the attempt that gave it. */
async function deliver(
  { by, result }: Answered,
  res: ServerResponse,
  trace: CallTrace,
  deps: ChatDeps,
): Promise<void> {
  if ("body" in result) {
    by.succeed(result);
    trace.endedMs = deps.now();
    sendJson(res, 200, result.body, answerHeaders(trace));
    return;
  }
  by.sawFirstToken(result.firstContentMs);
  const end = await relay(result, res, { ...answerHeaders(trace, by.trace), ...idHeaders(trace) });
  trace.endedMs = deps.now();
  switch (end.kind) {
    case "complete":
      by.succeed(end);
      return;
    case "cancelled":
      by.cancel(end);
      trace.error = new GatewayError("client_closed");
      return;
    case "interrupted":
      by.fail(end.failure, end);
      trace.error = interruptedError(end.failure.message);
  }
}

function pause(ms: number, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      gone.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    gone.addEventListener("abort", wake);
  });
}
