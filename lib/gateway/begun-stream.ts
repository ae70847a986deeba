/**
 * A streamed answer up to its commit point, the first content, and from there on its way to a sink.
 *
 * Before the commit point a failure is just a failed attempt: what came so far (ids, roles) is held back. After it the
 * stream ends in one of the ways of `StreamEnd`, and never silently.
 */
import { type Failure, classify } from "../core/classify";
import type { Chunk } from "../dialects/openai";
import type { StreamEnd, StreamResult, StreamSink } from "./attempt-result";
import type { GatewayDeps } from "./deps";
import type { OpenAttempt } from "./open-attempt";
import type { Tally } from "./tally";
import { type StreamOrder, type UpstreamEnd, UpstreamStream } from "./upstream-stream";

/** Opens the stream and resolves at its first content, or with what came instead. Never rejects. */
export function beginStream(
  deps: GatewayDeps,
  order: StreamOrder,
  by: OpenAttempt,
): Promise<StreamResult> {
  return new Promise((resolve) => {
    let held: Chunk[] = [];
    let hasBegun = false;
    let sink: StreamSink | null = null;
    let end: StreamEnd | null = null;
    let tellEnd: ((end: StreamEnd) => void) | null = null;
    const give = (to: StreamSink, chunk: Chunk): boolean => {
      const wantsMore = to.take(chunk);
      if (!wantsMore) {
        upstream.abort();
        tellEnd?.({ kind: "stopped" });
      }
      return wantsMore;
    };
    const relay = (to: StreamSink): Promise<StreamEnd> =>
      new Promise((tell) => {
        sink = to;
        tellEnd = tell;
        const chunks = held;
        held = [];
        const wantsMore = chunks.every((chunk) => give(to, chunk));
        if (end !== null) {
          tell(end);
        } else if (wantsMore && !to.flush()) {
          upstream.pause();
        }
      });
    const upstream: UpstreamStream = new UpstreamStream(deps, order, by.cancel, {
      onHead: by.sawHead,
      onChunk(chunk) {
        if (sink === null) {
          held.push(chunk);
        } else {
          give(sink, chunk);
        }
        if (!hasBegun && upstream.tally.hasBegun) {
          hasBegun = true;
          by.sawContent();
          const { tally } = upstream;
          resolve({ kind: "stream", stream: { tally, relay, resume: () => upstream.resume() } });
        }
      },
      onPiece() {
        if (sink !== null && !sink.flush()) {
          upstream.pause();
        }
      },
      onEnd(how) {
        if (hasBegun) {
          end = endAfterContent(how, by);
          tellEnd?.(end);
        } else {
          resolve(unbegun(how, by, upstream.tally));
        }
      },
    });
  });
}

function endAfterContent(how: UpstreamEnd, by: OpenAttempt): StreamEnd {
  switch (how.kind) {
    case "complete":
      return how;
    case "failed":
      return { kind: "interrupted", failure: classify(how.signal, by.retryAfterWaitMs) };
    case "cancelled":
      return how.reason === "caller_left"
        ? { kind: "caller_left" }
        : { kind: "interrupted", failure: switchedOff(by) };
  }
}

/** A person's doing: it says nothing about the target's health. */
function switchedOff(by: OpenAttempt): Failure {
  const signal = { kind: "interrupted", detail: "the target was switched off" } as const;
  return { ...classify(signal, by.retryAfterWaitMs), health: "neutral" };
}

const noContent = { kind: "bad_answer", detail: "a stream without content", error: null } as const;

/** What a stream comes to that ended before anything of it was handed on. */
export function unbegun(
  how: UpstreamEnd,
  by: OpenAttempt,
  tally: Tally,
): Exclude<StreamResult, { kind: "stream" }> {
  if (how.kind === "cancelled") {
    return { kind: "cancelled", why: how.reason, tally };
  }
  const signal = how.kind === "failed" ? how.signal : noContent;
  const errorBody = how.kind === "failed" ? how.errorBody : null;
  return { kind: "failed", failure: classify(signal, by.retryAfterWaitMs), errorBody, tally };
}
