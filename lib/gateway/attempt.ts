/**
 * One try of a call at a target, as a value: answered, begun as a stream, failed or cancelled.
 *
 * What a failure means is core's to say; what happens here only tells what the wire did.
 */
import type { AttemptResult, StreamResult } from "./attempt-result";
import { beginStream } from "./begun-stream";
import type { Call } from "./call";
import type { BodyShape } from "./chat-request";
import { bufferStream, collectStream } from "./kept-stream";
import type { OpenAttempt } from "./open-attempt";
import { readAnswer } from "./plain-answer";
import { Tally } from "./tally";
import type { StreamOrder } from "./upstream-stream";

/**
 * Tries the target of `by` once.
 *
 * @throws {GatewayError} `invalid_json` when the request cannot be written again.
 */
export async function attempt(call: Call, by: OpenAttempt): Promise<AttemptResult> {
  const order = orderFor(call, by, null);
  if (order === null) {
    return notSent(by);
  }
  const { deps, request, spec } = call;
  if (!by.move.streamed) {
    return readAnswer(deps, order, by);
  }
  if (!request.stream) {
    return collectStream(deps, order, by);
  }
  return spec.limits.midstream === "buffer"
    ? bufferStream(deps, order, by)
    : beginStream(deps, order, by);
}

/** Asks the target of `by` to go on with a broken answer, of which `prefill` is there; null: to start over. */
export async function continuation(
  call: Call,
  by: OpenAttempt,
  prefill: BodyShape["prefill"],
): Promise<StreamResult> {
  const order = orderFor(call, by, prefill);
  return order === null ? notSent(by) : beginStream(call.deps, order, by);
}

/** Null when the attempt was taken back already, or the call's configuration has no such target. */
function orderFor(
  { deps, endpoints, request, trace }: Call,
  by: OpenAttempt,
  prefill: BodyShape["prefill"],
): StreamOrder | null {
  const { target, streamed, times } = by.move;
  const endpoint = endpoints.find(target);
  if (by.cancel.reason !== null || endpoint === undefined) {
    return null;
  }
  try {
    return {
      endpoint,
      request: {
        method: "POST",
        path: `${endpoint.basePath}/chat/completions`,
        headers: deps.traces?.headersOf(trace, by.trace, endpoint.headers) ?? endpoint.headers,
        body: request.bodyFor({ upstreamModel: target.upstreamModel, streamed, prefill }),
      },
      times,
      choices: request.choices,
    };
  } catch (error) {
    by.giveUp("not_sent", new Tally());
    throw error;
  }
}

function notSent(by: OpenAttempt): Extract<AttemptResult, { kind: "cancelled" }> {
  // A target that the configuration has lost is as good as switched off.
  return { kind: "cancelled", why: by.cancel.reason ?? "switched_off", tally: new Tally() };
}
