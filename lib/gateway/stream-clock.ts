/**
 * The time limits of one streamed answer under a single timer.
 *
 * No event of the stream touches the timer: it looks at the marks when it fires and sets itself anew.
 */
import type { AttemptTimes } from "../core/events";

export type TimeoutPhase = "ttft" | "idle" | "progress" | "total";

/** When what happened last, in monotonic milliseconds. */
export type Marks = {
  readonly startedMs: number;
  /** Any byte proves that the provider lives. */
  lastByteMs: number;
  /** Only content proves that it gets on; null before the first. */
  lastContentMs: number | null;
};

/** The next limit that a stream runs into if nothing more comes, and when. */
export function nextDue(marks: Marks, times: AttemptTimes): { phase: TimeoutPhase; atMs: number } {
  const { startedMs, lastByteMs, lastContentMs } = marks;
  if (lastContentMs === null) {
    return { phase: "ttft", atMs: startedMs + times.firstMs };
  }
  const idleMs = lastByteMs + times.idleMs;
  const progressMs = lastContentMs + times.progressMs;
  const totalMs = startedMs + times.totalMs;
  if (totalMs <= Math.min(idleMs, progressMs)) {
    return { phase: "total", atMs: totalMs };
  }
  return idleMs <= progressMs
    ? { phase: "idle", atMs: idleMs }
    : { phase: "progress", atMs: progressMs };
}

export class StreamClock {
  readonly #now: () => number;
  readonly #times: AttemptTimes;
  readonly #stallMs: number;
  readonly #onTimeout: (phase: TimeoutPhase) => void;
  readonly #marks: Marks;
  #timer: NodeJS.Timeout;
  #wakesAtMs = 0;
  #held = false;
  #wasForgiven = false;

  constructor(
    now: () => number,
    times: AttemptTimes,
    stallMs: number,
    onTimeout: (phase: TimeoutPhase) => void,
  ) {
    this.#now = now;
    this.#times = times;
    this.#stallMs = stallMs;
    this.#onTimeout = onTimeout;
    const startedMs = now();
    this.#marks = { startedMs, lastByteMs: startedMs, lastContentMs: null };
    this.#timer = this.#wakeIn(times.firstMs, startedMs);
  }

  get startedMs(): number {
    return this.#marks.startedMs;
  }

  sawByte(nowMs: number): void {
    this.#marks.lastByteMs = nowMs;
  }

  sawContent(nowMs: number): void {
    const isFirst = this.#marks.lastContentMs === null;
    this.#marks.lastContentMs = nowMs;
    if (isFirst && nextDue(this.#marks, this.#times).atMs < this.#wakesAtMs) {
      clearTimeout(this.#timer);
      this.#timer = this.#wakeForNext(nowMs);
    }
  }

  /** The provider is held back by us, and cannot be blamed for its silence until `release`. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.#forgive(this.#now());
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #wake(): void {
    const nowMs = this.#now();
    if (this.#held) {
      this.#forgive(nowMs);
    }
    const due = nextDue(this.#marks, this.#times);
    if (nowMs + 1 < due.atMs) {
      this.#timer = this.#wakeForNext(nowMs);
    } else if (nowMs - this.#wakesAtMs > this.#stallMs && !this.#wasForgiven) {
      // What came while we stood still waits unread in the socket.
      this.#wasForgiven = true;
      this.#timer = this.#wakeIn(this.#stallMs, nowMs);
    } else {
      this.#onTimeout(due.phase);
    }
  }

  #forgive(nowMs: number): void {
    this.#marks.lastByteMs = nowMs;
    if (this.#marks.lastContentMs !== null) {
      this.#marks.lastContentMs = nowMs;
    }
  }

  #wakeForNext(nowMs: number): NodeJS.Timeout {
    return this.#wakeIn(nextDue(this.#marks, this.#times).atMs - nowMs, nowMs);
  }

  #wakeIn(delayMs: number, nowMs: number): NodeJS.Timeout {
    this.#wakesAtMs = nowMs + delayMs;
    return setTimeout(() => {
      this.#wake();
    }, delayMs);
  }
}
