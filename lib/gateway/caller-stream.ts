/**
 * A streamed answer's way to its caller, at the caller's pace.
 *
 * The status and headers go out with the first content, so that until then the call may still end as a plain error. A
 * caller who waits for long gets comments: they spend the status code, and nothing else.
 */
import type { ServerResponse } from "node:http";
import { type GatewayError, errorBody } from "../shared/errors";
import type { Timing } from "./timing";

const streamHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};
const keepAlive = ": keep-alive\n\n";
/** An ended answer of less than this may wait for its reader in the system's own buffers. */
const worthWatchingBytes = 64 * 1024;

export class CallerStream {
  readonly #res: ServerResponse;
  readonly #now: () => number;
  readonly #timing: Timing;
  readonly #idHeaders: Readonly<Record<string, string>>;
  #keepAliveTimer: NodeJS.Timeout;
  #slowTimer: NodeJS.Timeout | null = null;
  #lastWriteMs: number;
  #isSpent = false;
  #onRoom: (() => void) | null = null;

  /** `idHeaders` are what can be said of an answer before anybody has given it. */
  constructor(
    res: ServerResponse,
    now: () => number,
    timing: Timing,
    idHeaders: Readonly<Record<string, string>>,
  ) {
    this.#res = res;
    this.#now = now;
    this.#timing = timing;
    this.#idHeaders = idHeaders;
    this.#lastWriteMs = now();
    this.#keepAliveTimer = this.#keepAliveIn(timing.keepAliveMs);
  }

  /** Comments went out before there was an answer: status and headers say nothing of it. */
  get isSpent(): boolean {
    return this.#isSpent;
  }

  /** Begins the answer; its headers are left out when comments went first. */
  begin(headers: Readonly<Record<string, string>>): void {
    if (!this.#res.headersSent) {
      this.#res.writeHead(200, { ...streamHeaders, ...headers });
    }
  }

  /** Returns false when the caller is slow: then nothing more until `onRoom`. */
  write(text: string): boolean {
    this.#lastWriteMs = this.#now();
    const hasRoom = this.#res.write(text);
    if (!hasRoom) {
      this.#watchSlowReader();
    }
    return hasRoom;
  }

  /** Calls `onRoom` whenever a full buffer has been read. */
  listen(onRoom: () => void): void {
    if (this.#onRoom === null) {
      this.#res.on("drain", () => {
        this.#read();
        this.#onRoom?.();
      });
    }
    this.#onRoom = onRoom;
  }

  /** Ends the answer with its last events. */
  end(text: string): void {
    this.stop();
    this.#res.end(text);
    const leftBytes = this.#res.writableLength;
    if (leftBytes > worthWatchingBytes) {
      // How much of one large write was read shows only when it is done.
      const wholeMs = (leftBytes / this.#timing.slowReaderBytesPerSecond) * 1_000;
      this.#watchSlowReader(Math.max(this.#timing.slowReaderMs, wholeMs));
      this.#res.once("close", () => {
        this.#read();
      });
    }
  }

  /** Ends a stream that has begun with an error: a clean end would read as success. */
  fail(error: GatewayError): void {
    this.end(`data: ${JSON.stringify(errorBody(error))}\n\n`);
  }

  /** No more comments; to be called whatever becomes of the answer. */
  stop(): void {
    clearTimeout(this.#keepAliveTimer);
    this.#read();
  }

  #keepAliveIn(delayMs: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#keepAlive();
    }, delayMs);
  }

  #keepAlive(): void {
    const dueMs = this.#lastWriteMs + this.#timing.keepAliveMs;
    const nowMs = this.#now();
    if (this.#res.destroyed || this.#res.writableEnded) {
      return;
    }
    if (nowMs + 1 < dueMs) {
      this.#keepAliveTimer = this.#keepAliveIn(dueMs - nowMs);
      return;
    }
    if (!this.#res.headersSent) {
      this.#isSpent = true;
      this.begin(this.#idHeaders);
    }
    if (this.#slowTimer === null) {
      this.write(keepAlive);
    }
    this.#keepAliveTimer = this.#keepAliveIn(this.#timing.keepAliveMs);
  }

  /** A full buffer of which too little is read for too long cuts the caller off. */
  #watchSlowReader(limitMs = this.#timing.slowReaderMs): void {
    const fullBytes = this.#res.writableLength;
    const leastBytes = (this.#timing.slowReaderBytesPerSecond * limitMs) / 1_000;
    this.#slowTimer ??= setTimeout(() => {
      this.#slowTimer = null;
      if (fullBytes - this.#res.writableLength < leastBytes) {
        this.#res.destroy();
      } else {
        this.#watchSlowReader(limitMs);
      }
    }, limitMs);
  }

  #read(): void {
    if (this.#slowTimer !== null) {
      clearTimeout(this.#slowTimer);
      this.#slowTimer = null;
    }
  }
}
