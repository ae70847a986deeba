/** The way of spans to a collector: a bounded queue, sent in batches beside the calls, never waited for by one. */
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import { rejectedSpans } from "./otlp-answer";
import { jsonContentType } from "./otlp-json";
import type { Span } from "./span";

export type ExporterCounts = {
  readonly exported: number;
  /** For want of room, refused, or given up. */
  readonly dropped: number;
  readonly queued: number;
};

export type Exporter = {
  /** Takes spans; never blocks and never throws. */
  offer(spans: readonly Span[]): void;
  counts: () => ExporterCounts;
  /** Sends what is there, for as long as `limitMs`; what is left then is counted as dropped. */
  stop(limitMs: number): Promise<void>;
};

export type ExporterOptions = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  encode: (spans: readonly Span[]) => Buffer;
  /** Gets a line for the console, at the first trouble and when it is over. */
  tell: (line: string) => void;
  readonly times?: Partial<ExporterTimes>;
};

export type ExporterTimes = {
  /** Spans wait this long for others to go with. */
  readonly gatherMs: number;
  readonly timeoutMs: number;
  readonly retryFirstMs: number;
  readonly retryLongestMs: number;
};

const defaultTimes: ExporterTimes = {
  gatherMs: 1_000,
  timeoutMs: 10_000,
  retryFirstMs: 1_000,
  retryLongestMs: 30_000,
};
/** About 4 MB. */
export const maxQueuedSpans = 2_048;
/** Writing a batch keeps the event loop: it must be short beside a call. */
const maxBatch = 128;
const maxTries = 5;
/** The answers that the protocol lets us repeat. */
const repeatable: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const connectTimeoutMs = 3_000;

type Sent = { readonly kind: "ok"; readonly rejected: number } | Refusal;
type Refusal = {
  readonly kind: "refused" | "later";
  readonly why: string;
  readonly afterMs: number | null;
};

/** An exporter that sends to `url`. A collector that hangs, refuses or is gone costs spans, and nothing else. */
export function createExporter(options: ExporterOptions): Exporter {
  const times = { ...defaultTimes, ...options.times };
  const agent = new Agent({ connections: 1, connect: { timeout: connectTimeoutMs } });
  const ending = new AbortController();
  let queue: Span[] = [];
  let exported = 0;
  let dropped = 0;
  let troubled = false;
  let hasToldRejected = false;
  let timer: NodeJS.Timeout | null = null;
  let sending: Promise<void> | null = null;

  const send = async (spans: readonly Span[]): Promise<Sent> => {
    try {
      const { statusCode, headers, body } = await request(options.url, {
        dispatcher: agent,
        method: "POST",
        headers: { ...options.headers, "content-type": options.contentType },
        body: options.encode(spans),
        signal: AbortSignal.any([ending.signal, AbortSignal.timeout(times.timeoutMs)]),
      });
      if (statusCode >= 200 && statusCode < 300) {
        const answer = Buffer.from(await body.arrayBuffer());
        const isJson = options.contentType === jsonContentType;
        return { kind: "ok", rejected: Math.min(spans.length, rejectedSpans(answer, isJson)) };
      }
      await body.dump();
      const seconds = Number(headers["retry-after"]);
      return {
        kind: repeatable.has(statusCode) ? "later" : "refused",
        why: `status ${statusCode}`,
        afterMs: Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : null,
      };
    } catch (error) {
      return { kind: "later", why: String(error), afterMs: null };
    }
  };

  const sendUntilSettled = async (spans: readonly Span[]): Promise<Sent> => {
    let waitMs = times.retryFirstMs;
    for (let tries = 1; ; tries += 1) {
      const sent = await send(spans);
      if (sent.kind !== "later" || tries === maxTries || ending.signal.aborted) {
        return sent;
      }
      tellTrouble(sent);
      const pauseMs = Math.min(times.retryLongestMs, Math.max(waitMs, sent.afterMs ?? 0));
      await sleep(pauseMs, undefined, { signal: ending.signal, ref: false }).catch(() => undefined);
      waitMs *= 2;
    }
  };

  const tellTrouble = ({ why }: Refusal): void => {
    if (!troubled && !ending.signal.aborted) {
      options.tell(`Traces do not reach the collector, calls go on: ${why}`);
    }
    troubled = true;
  };

  const sendAll = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.slice(0, maxBatch);
      queue = queue.slice(batch.length);
      const sent = await sendUntilSettled(batch);
      if (sent.kind === "ok") {
        exported += batch.length - sent.rejected;
        dropped += sent.rejected;
        if (sent.rejected > 0 && !hasToldRejected) {
          hasToldRejected = true;
          options.tell(`The collector rejects spans: ${sent.rejected} of ${batch.length}.`);
        }
        if (troubled) {
          options.tell("Traces reach the collector again.");
        }
        troubled = false;
      } else {
        dropped += batch.length;
        tellTrouble(sent);
      }
    }
  };

  const start = (): Promise<void> => {
    sending ??= sendAll().finally(() => {
      sending = null;
    });
    return sending;
  };
  const schedule = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      start().catch(() => undefined);
    }, times.gatherMs).unref();
  };

  return {
    offer(spans) {
      if (ending.signal.aborted || queue.length + spans.length > maxQueuedSpans) {
        dropped += spans.length;
        return;
      }
      queue.push(...spans);
      if (sending === null) {
        schedule();
      }
    },
    counts: () => ({ exported, dropped, queued: queue.length }),
    async stop(limitMs) {
      clearTimeout(timer ?? undefined);
      const limit = setTimeout(() => {
        ending.abort();
      }, limitMs);
      // A batch that waits for its next try has nothing to hope for within the limit.
      await start();
      clearTimeout(limit);
      ending.abort();
      dropped += queue.length;
      queue = [];
      await agent.destroy();
    },
  };
}
