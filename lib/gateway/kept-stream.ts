/**
 * A streamed answer that is kept back until it is whole: put together for a caller who asked for a plain answer, or
 * event by event for one who wants nothing that may break off.
 *
 * Until its end it is an attempt like any other: whatever happens to it, the next target may still answer.
 */
import type { AttemptResult } from "./attempt-result";
import { unbegun } from "./begun-stream";
import type { Chunk } from "../dialects/openai";
import { Collector } from "../dialects/collector";
import type { GatewayDeps } from "./deps";
import type { OpenAttempt } from "./open-attempt";
import type { Tally } from "./tally";
import { type StreamOrder, type UpstreamEnd, UpstreamStream } from "./upstream-stream";

const maxKeptChars = 32 * 1024 * 1024;

/** Resolves with one chat completion, put together from the stream of `order`. Never rejects. */
export function collectStream(
  deps: GatewayDeps,
  order: StreamOrder,
  by: OpenAttempt,
): Promise<AttemptResult> {
  const collector = new Collector();
  return keepStream(
    deps,
    order,
    by,
    (chunk) => {
      collector.add(chunk);
    },
    (tally) => ({ kind: "answer", body: collector.body(), tally }),
    (body, tally) => ({ kind: "answer", body, tally }),
  );
}

/** Resolves with all events of the stream of `order`. Never rejects. */
export function bufferStream(
  deps: GatewayDeps,
  order: StreamOrder,
  by: OpenAttempt,
): Promise<AttemptResult> {
  const events: string[] = [];
  return keepStream(
    deps,
    order,
    by,
    ({ data }) => {
      events.push(data);
    },
    (tally) => ({ kind: "events", events, tally }),
  );
}

function keepStream(
  deps: GatewayDeps,
  order: StreamOrder,
  by: OpenAttempt,
  keep: (chunk: Chunk) => void,
  whole: (tally: Tally) => AttemptResult,
  plain?: (body: Buffer, tally: Tally) => AttemptResult,
): Promise<AttemptResult> {
  return new Promise((resolve) => {
    let keptChars = 0;
    let hasBegun = false;
    const onEnd = (how: UpstreamEnd): void => {
      const { tally } = upstream;
      if (how.kind !== "complete") {
        resolve(unbegun(how, by, tally));
      } else if (tally.finishes < order.choices) {
        const signal = {
          kind: "interrupted",
          detail: "the stream ended without a finish",
        } as const;
        resolve(unbegun({ kind: "failed", signal, errorBody: null }, by, tally));
      } else {
        resolve(whole(tally));
      }
    };
    const upstream: UpstreamStream = new UpstreamStream(deps, order, by.cancel, {
      onHead: by.sawHead,
      onChunk(chunk) {
        keptChars += chunk.data.length;
        if (keptChars > maxKeptChars) {
          upstream.abort();
          onEnd({ kind: "failed", signal: { kind: "too_large" }, errorBody: null });
          return;
        }
        keep(chunk);
        if (!hasBegun && upstream.tally.hasBegun) {
          hasBegun = true;
          by.sawContent();
        }
      },
      onPiece: () => undefined,
      ...(plain && {
        onPlain(body: Buffer) {
          resolve(plain(body, upstream.tally));
        },
      }),
      onEnd,
    });
  });
}
