/** What people have asked for. */
export interface StopSignals {
  /** Aborts at the first signal: end in order. */
  readonly requested: AbortSignal;
  /** Aborts at a later one: end now. */
  readonly forced: AbortSignal;
}

/** npm passes on the Ctrl-C that the terminal has already sent: together they are one. */
const sameRequestMs = 1_000;

/** Listens for SIGINT, SIGTERM and SIGHUP from now on. */
export function listenForStop(nowMs: () => number = () => performance.now()): StopSignals {
  const requested = new AbortController();
  const forced = new AbortController();
  let firstAtMs: number | undefined;
  const receive = (): void => {
    firstAtMs ??= nowMs();
    if (nowMs() - firstAtMs > sameRequestMs) {
      forced.abort();
    }
    requested.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, receive);
  }
  return { requested: requested.signal, forced: forced.signal };
}

/** Never resolves; rejects with the signal's reason once it aborts. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
    };
    if (signal.aborted) {
      abort();
    }
    signal.addEventListener("abort", abort, { once: true });
  });
}
