/** The last steps of a call: its answer goes to the caller, and the attempt that gave it ends. */
import { type Json, type Usage, readStreamChunk } from "../dialects/openai";
import { GatewayError } from "../shared/errors";
import type { AttemptResult } from "./attempt-result";
import type { Call } from "./call";
import { recordCall } from "./call-record";
import { callCostNanoUsd, usageOf } from "./call-trace";
import type { CallerStream } from "./caller-stream";
import type { Joint } from "./joint";
import type { OpenAttempt } from "./open-attempt";
import { Relay } from "./relay";
import { sendJson } from "./respond";
import { answerHeaders } from "./response-headers";
import { type Part, continueElsewhere } from "./resume";
import type { Tally } from "./tally";

export type Answered = {
  readonly by: OpenAttempt;
  readonly result: Exclude<AttemptResult, { kind: "failed" | "cancelled" }>;
};

/**
 * Hands an answer to the caller, and the call to the log before its last byte goes out.
 *
 * @throws {GatewayError} `stream_interrupted` after a break that nobody could go on from, `client_closed`.
 */
export async function deliver(call: Call, { by, result }: Answered): Promise<void> {
  const { deps, trace, res } = call;
  trace.answering = by.trace;
  switch (result.kind) {
    case "answer":
      by.succeed(result.tally);
      trace.endedMs = deps.now();
      await recordCall(deps, trace);
      trace.body?.answered(result.body);
      sendJson(res, 200, result.body, answerHeaders(trace, trace.endedMs));
      return;
    case "events":
      trace.firstTokenMs = deps.now();
      await deliverEvents(call, streamOf(call), { by, tally: result.tally, events: result.events });
      return;
    case "stream":
      trace.firstTokenMs = by.trace.firstTokenMs;
      await deliverStream(call, streamOf(call), { by, stream: result.stream });
  }
}

function streamOf({ out }: Call): CallerStream {
  if (out === null) {
    throw new Error("a stream has no caller that reads one");
  }
  return out;
}

function beginRelay({ deps, request, spec, trace }: Call, out: CallerStream): Relay {
  out.begin(answerHeaders(trace, deps.now()));
  return new Relay(out, {
    body: trace.body,
    wantsUsage: request.wantsUsage,
    keepsText: spec.needs.resumable && spec.limits.midstream === "resume",
  });
}

async function deliverEvents(
  call: Call,
  out: CallerStream,
  kept: { by: OpenAttempt; tally: Tally; events: readonly string[] },
): Promise<void> {
  const relay = beginRelay(call, out);
  for (const data of kept.events) {
    const chunk = readStreamChunk(data);
    if (chunk.kind === "chunk") {
      relay.take(chunk);
    }
  }
  kept.by.succeed(kept.tally);
  await finish(call, out, relay, null);
}

async function deliverStream(call: Call, out: CallerStream, first: Part): Promise<void> {
  const { deps, trace } = call;
  const relay = beginRelay(call, out);
  let part = first;
  let joint: Joint | null = null;
  let interruption = "";
  try {
    for (;;) {
      const { by, stream } = part;
      out.listen(stream.resume);
      const end = await stream.relay(relay);
      trace.endedMs = deps.now();
      switch (end.kind) {
        case "caller_left":
          by.giveUp("caller_left", stream.tally);
          throw new GatewayError("client_closed");
        case "complete":
        case "stopped":
          if (relay.settle()) {
            by.succeed(stream.tally);
            await finish(call, out, relay, joint);
            return;
          }
          by.giveUp("diverged", stream.tally);
          throw interruptedError(interruption);
        case "interrupted":
          interruption = interruption === "" ? end.failure.message : interruption;
          by.fail(end.failure, stream.tally);
      }
      relay.flush();
      const delivered = relay.continuable;
      const next = delivered === null ? null : await continueElsewhere(call, delivered, by);
      if (next === null) {
        throw interruptedError(interruption);
      }
      ({ part, joint } = next);
      trace.answering = part.by.trace;
      relay.join(joint);
    }
  } catch (error) {
    relay.drain();
    trace.joinedUsage = joint?.usage(relay.deliveredTokens) ?? null;
    throw error;
  }
}

/** The error of a stream that its provider did not bring to an end. */
function interruptedError(detail: string): GatewayError {
  return new GatewayError("stream_interrupted", {
    message: `The provider's stream broke before its end: ${detail}.`,
  });
}

async function finish(
  call: Call,
  out: CallerStream,
  relay: Relay,
  joint: Joint | null,
): Promise<void> {
  const { trace, request } = call;
  const tokens = relay.deliveredTokens;
  trace.endedMs = call.deps.now();
  trace.joinedUsage = joint?.usage(tokens) ?? null;
  const marks: Json = {
    ...(out.isSpent ? answerMarks(call) : {}),
    ...(joint !== null && request.wantsUsage ? joint.tellLast(tokens) : {}),
  };
  const hasMarks = Object.keys(marks).length > 0;
  await recordCall(call.deps, trace);
  relay.complete(answerUsage(call), hasMarks ? marks : null);
}

function answerUsage({ trace }: Call): Usage | null {
  const { answering, joinedUsage } = trace;
  return joinedUsage ?? (answering === null ? null : usageOf(trace, answering));
}

/** What the headers would have said, had they not gone out before the answer. */
function answerMarks({ trace }: Call): Json {
  const { answering, attempts } = trace;
  const cost = callCostNanoUsd(trace);
  return {
    model: answering?.target.model,
    region: answering?.target.region,
    attempts: attempts.length,
    cost_usd: cost === null ? null : cost / 1e9,
  };
}
