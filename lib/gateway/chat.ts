/**
 * The way of a chat completion: authenticate → admit → plan → attempt → relay → record.
 *
 * It reads top to bottom like the diagram in ARCHITECTURE.md. Expected trouble upstream is a value; an exception ends
 * the call.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { CallSpec } from "../core/events";
import { GatewayError, toGatewayError } from "../shared/errors";
import { retrySoon } from "./admit";
import { attempt } from "./attempt";
import { authenticate } from "./authenticate";
import type { Call, ChatDeps } from "./call";
import { beginBody } from "./call-body";
import { recordBegin, recordCall } from "./call-record";
import { callSpec } from "./call-spec";
import { type CallTrace, affordsAnother, beginTrace, callUse } from "./call-trace";
import { callerNotes } from "./caller-notes";
import { CallerStream } from "./caller-stream";
import { Canceller } from "./canceller";
import { callSize, parseChatRequest } from "./chat-request";
import { type Answered, deliver } from "./deliver";
import { drilledResult } from "./drill";
import { exhaustedError, plannedNothingError } from "./exhausted";
import { beginAttempt } from "./open-attempt";
import { pause } from "./pause";
import { observeCall } from "./observe-call";
import { logInternal, sendError } from "./respond";
import { answerHeaders, idHeaders } from "./response-headers";
import { Tally } from "./tally";

/** Answers `POST /v1/chat/completions`; the response is always ended and the call always recorded. */
export async function chat(
  req: IncomingMessage,
  res: ServerResponse,
  deps: ChatDeps,
): Promise<void> {
  const trace = beginTrace(deps);
  const gone = callerGone(res);
  let leave: (() => void) | null = null;
  let out: CallerStream | null = null;
  let spec: CallSpec | null = null;
  try {
    const key = authenticate(req, deps.live);
    trace.key = key;
    trace.ticket = deps.limiter.ticketFor(key);
    trace.ticket?.enter();
    trace.context = deps.traces?.begin(trace.id, req.headers) ?? null;
    trace.notes = callerNotes(req);
    leave = deps.admission.enter(gone);
    const request = parseChatRequest(await deps.admission.readBody(req));
    trace.request = request;
    // From here to the plan nothing is waited for: the call sees one configuration, and keeps it.
    spec = callSpec(trace.id, req, request, key, deps);
    trace.route = spec.route.id;
    trace.body = beginBody(spec.route, trace.notes, request.raw);
    trace.revision = deps.live.snapshot().revision;
    const endpoints = deps.upstreams.endpoints();
    const plan = deps.router.plan(spec);
    trace.plan = plan;
    if (plan.candidates.length === 0) {
      throw plannedNothingError(plan, spec.constraints);
    }
    const leased = trace.ticket?.reserve(plan.candidates, callSize(request)) ?? null;
    if (leased !== null) {
      await leased;
    }
    out = request.stream ? new CallerStream(res, deps.now, deps.timing, idHeaders(trace)) : null;
    const call: Call = { deps, res, request, spec, endpoints, trace, gone, out };
    await deliver(call, await execute(call));
  } catch (error) {
    trace.error = takenBack(gone) ?? toGatewayError(error);
    await recordCall(deps, trace);
    answerError(res, out, trace, deps.now());
  } finally {
    out?.stop();
    if (spec !== null) {
      deps.router.endCall(spec.id);
    }
    trace.ticket?.leave(callUse(trace));
    leave?.();
    observeCall(deps, trace);
    // Behind the answer: no caller waits for it.
    if (trace.body !== null) {
      deps.log.keepBody(trace.id, trace.body);
    }
  }
}

/** The error of a call that ended before its time; null for one that did not. */
function takenBack({ reason }: Canceller): GatewayError | null {
  if (reason === null) {
    return null;
  }
  return reason === "shutting_down"
    ? new GatewayError("shutting_down", { headers: retrySoon })
    : new GatewayError("client_closed");
}

/** Cancelled when the caller leaves before the answer is out, or when this node may not wait for it any longer. */
function callerGone(res: ServerResponse): Canceller {
  const gone = new Canceller();
  res.once("close", () => {
    if (!res.writableFinished) {
      gone.cancel("caller_left");
    }
  });
  return gone;
}

/**
 * Does what the router says until a target answers or begins a stream; the attempt that did is still open.
 *
 * @throws {GatewayError} the error that names every attempt, or `client_closed`.
 */
async function execute(call: Call): Promise<Answered> {
  const { router } = call.deps;
  for (;;) {
    if (call.gone.reason !== null) {
      throw new GatewayError("client_closed");
    }
    const move = router.next(call.spec.id);
    if (move.type === "finish") {
      throw exhaustedError(move);
    }
    if (move.type === "pause") {
      await pause(call, move.forMs);
      continue;
    }
    if (call.trace.attempts.length === 0) {
      recordBegin(call.deps, call.trace);
    }
    const by = beginAttempt(call, move);
    if (!affordsAnother(call.trace)) {
      by.giveUp("not_sent", new Tally());
      throw new GatewayError("budget_exceeded");
    }
    const result =
      drilledResult(call.trace.key, move.target, Date.now()) ?? (await attempt(call, by));
    switch (result.kind) {
      case "answer":
      case "events":
      case "stream":
        return { by, result };
      case "failed":
        by.fail(result.failure, result.tally);
        break;
      case "cancelled":
        by.giveUp(result.why, result.tally);
    }
  }
}

/** An error is an answer with a status of its own, or the last event of a stream that has begun. */
function answerError(
  res: ServerResponse,
  out: CallerStream | null,
  trace: CallTrace,
  nowMs: number,
): void {
  const { error } = trace;
  if (error === null || res.destroyed) {
    return;
  }
  if (res.headersSent && out !== null) {
    logInternal(error);
    out.fail(error);
  } else {
    sendError(res, error, answerHeaders(trace, nowMs));
  }
}
