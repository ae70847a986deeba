/**
 * One streamed answer of a target: its events one by one, under its time limits, until one of three ends.
 *
 * It knows nothing of callers: what is done with the events, and what an end means, is for who listens.
 */
import type { IncomingHttpHeaders } from "node:http";
import type { Signal } from "../core/classify";
import type { AttemptTimes } from "../core/events";
import { type Chunk, isProviderFailure, readStreamChunk } from "../dialects/openai";
import { unfinished } from "../dialects/rewrite";
import { type SseParser, sseParser } from "../dialects/sse";
import type { CancelReason, Canceller } from "./canceller";
import type { GatewayDeps } from "./deps";
import { maxAnswerBytes, readInto } from "./plain-body";
import { StreamClock, type TimeoutPhase } from "./stream-clock";
import { Tally } from "./tally";
import type { Endpoint } from "./upstreams";
import { type Wire, type WireHandler, type WireRequest, send } from "./wire";
import { isHtml, statusSignal, transportSignal } from "./wire-signals";

/** What a provider owes us in a streamed answer. */
export type StreamOrder = {
  readonly endpoint: Endpoint;
  readonly request: WireRequest;
  readonly times: AttemptTimes;
  /** Of the call: each has to come to its finish reason. */
  readonly choices: number;
};

export type UpstreamEnd =
  | { readonly kind: "complete" }
  | { readonly kind: "failed"; readonly signal: Signal; readonly errorBody: Buffer | null }
  /** `impatient`: the caller's own patience has run out before the first content. */
  | { readonly kind: "cancelled"; readonly reason: CancelReason | "impatient" };

export type UpstreamListener = {
  onHead(headers: IncomingHttpHeaders): void;
  onChunk(chunk: Chunk): void;
  /** The events of one piece of the body are told. */
  onPiece(): void;
  /** The provider does not stream: the whole answer, in the provider's own bytes. Absent: that is a failure. */
  onPlain?(body: Buffer): void;
  /** Told once, and nothing after it. */
  onEnd(end: UpstreamEnd): void;
};

const maxEventBytes = 16 * 1024 * 1024;
const maxErrorBytes = 64 * 1024;

export class UpstreamStream implements WireHandler {
  readonly tally = new Tally();
  readonly #deps: GatewayDeps;
  readonly #order: StreamOrder;
  readonly #cancel: Canceller;
  readonly #listener: UpstreamListener;
  readonly #clock: StreamClock;
  readonly #parser: SseParser;
  readonly #wire: Wire;
  /** What is no stream: an error, or an answer in one piece. */
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #isPlain = false;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #over = false;
  #nowMs = 0;

  constructor(
    deps: GatewayDeps,
    order: StreamOrder,
    cancel: Canceller,
    listener: UpstreamListener,
  ) {
    this.#deps = deps;
    this.#order = order;
    this.#cancel = cancel;
    this.#listener = listener;
    this.#parser = sseParser((data) => {
      this.#onData(data);
    });
    this.#clock = new StreamClock(deps.now, order.times, deps.timing.stallMs, (phase) => {
      this.#onTimeout(phase);
    });
    this.#wire = send(deps.upstreams.pool(order.endpoint), order.request, this);
    cancel.listen(this.#onCancel);
  }

  /** Holds the provider back until `resume`. */
  pause(): void {
    if (!this.#over) {
      this.#clock.hold();
      this.#wire.pause();
    }
  }

  resume(): void {
    if (!this.#over) {
      this.#clock.release();
      this.#wire.resume();
    }
  }

  /** Ends the request at once; the listener hears nothing more. */
  abort(): void {
    this.#stop();
    this.#wire.abort();
  }

  onHead(status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    this.#headers = headers;
    this.#listener.onHead(headers);
    if (status !== 200 || isEventStream(headers)) {
      return;
    }
    this.#isPlain = this.#listener.onPlain !== undefined && isJson(headers);
    if (!this.#isPlain) {
      const detail = isHtml(headers) ? "an HTML page" : "not an event stream";
      this.#fail({ kind: "bad_answer", detail, error: null });
    }
  }

  onData(piece: Buffer): void {
    this.#nowMs = this.#deps.now();
    this.#clock.sawByte(this.#nowMs);
    if (this.#status !== 200 || this.#isPlain) {
      this.#keep(piece);
      return;
    }
    this.#parser.push(piece);
    if (this.#over) {
      return;
    }
    if (this.#parser.pendingBytes() > maxEventBytes) {
      this.#fail({ kind: "too_large" });
      return;
    }
    this.#listener.onPiece();
  }

  onEnd(): void {
    if (this.#status !== 200) {
      this.#failWithStatus();
      return;
    }
    if (this.#isPlain) {
      this.#endPlain();
      return;
    }
    this.#parser.end();
    this.#broken({ kind: "interrupted", detail: "the stream ended without its end" });
  }

  onError(error: Error): void {
    this.#broken(transportSignal(error, this.#deps.now() - this.#clock.startedMs, this.#status));
  }

  #onData(data: string): void {
    if (this.#over) {
      return;
    }
    const chunk = readStreamChunk(data);
    switch (chunk.kind) {
      case "done":
        if (this.tally.hasBegun) {
          this.#stop();
          this.#wire.finish();
          this.#listener.onEnd({ kind: "complete" });
        } else {
          this.#fail({ kind: "bad_answer", detail: "a stream without content", error: null });
        }
        return;
      case "malformed":
        this.tally.malformed += 1;
        return;
      case "error":
        this.#broken({
          kind: "bad_answer",
          detail: "an error event in the stream",
          error: chunk.error,
        });
        return;
      case "chunk":
        this.#onChunk(chunk);
    }
  }

  #onChunk(chunk: Chunk): void {
    if (isProviderFailure(chunk.finishReason)) {
      const code = chunk.finishReason ?? "";
      if (chunk.hasContent) {
        this.#onChunk(unfinished(chunk));
      }
      const error = { code, type: "", message: "the provider could not go on", param: null };
      this.#fail({ kind: "bad_answer", detail: code, error });
      return;
    }
    this.tally.add(chunk);
    if (chunk.hasContent) {
      this.#clock.sawContent(this.#nowMs);
    }
    this.#listener.onChunk(chunk);
  }

  /** No more will come; it is whole all the same when every choice has told why it ended. */
  #broken(signal: Signal): void {
    if (this.tally.finishes >= this.#order.choices) {
      this.#end({ kind: "complete" });
    } else {
      this.#fail(signal);
    }
  }

  #onTimeout(phase: TimeoutPhase): void {
    if (phase === "ttft" && this.#order.times.impatient) {
      this.#end({ kind: "cancelled", reason: "impatient" });
    } else {
      this.#broken({ kind: "timeout", phase });
    }
  }

  readonly #onCancel = (reason: CancelReason): void => {
    this.#end({ kind: "cancelled", reason });
  };

  #keep(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#bytes <= (this.#isPlain ? maxAnswerBytes : maxErrorBytes)) {
      this.#chunks.push(piece);
    } else if (this.#isPlain) {
      this.#fail({ kind: "too_large" });
    } else {
      this.#failWithStatus();
    }
  }

  #endPlain(): void {
    const body = Buffer.concat(this.#chunks);
    const signal = readInto(this.tally, body, this.#headers);
    if (signal === null) {
      this.tally.isPlain = true;
      this.#stop();
      this.#listener.onPlain?.(body);
    } else {
      this.#end({ kind: "failed", signal, errorBody: body });
    }
  }

  #failWithStatus(): void {
    const body = Buffer.concat(this.#chunks);
    const signal = statusSignal(this.#status, this.#headers, body);
    this.#end({ kind: "failed", signal, errorBody: body });
  }

  #fail(signal: Signal): void {
    this.#end({ kind: "failed", signal, errorBody: null });
  }

  #stop(): void {
    this.#over = true;
    this.#clock.stop();
    this.#cancel.unlisten(this.#onCancel);
  }

  #end(end: UpstreamEnd): void {
    if (!this.#over) {
      this.abort();
      this.#listener.onEnd(end);
    }
  }
}

function isJson(headers: IncomingHttpHeaders): boolean {
  return /^application\/([\w.+-]*\+)?json\b/i.test(headers["content-type"] ?? "");
}

function isEventStream(headers: IncomingHttpHeaders): boolean {
  return (headers["content-type"] ?? "").includes("text/event-stream");
}
