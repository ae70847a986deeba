import pg from "pg";

export type ListenOptions = {
  /** After every connection, the first one too: what was said in between is lost, so look for yourself. */
  readonly onReconnect?: () => void;
};

const firstDelayMs = 250;
const longestDelayMs = 5_000;

/** Hears `channel` until the returned function is called; reconnects with a growing, jittered delay. */
export function openListener(
  config: pg.ClientConfig,
  channel: string,
  onMessage: (payload: string) => void,
  options: ListenOptions,
): () => Promise<void> {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let delayMs = firstDelayMs;

  const retry = (lost: pg.Client): void => {
    if (stopped || client !== lost) {
      return;
    }
    client = undefined;
    lost.end().catch(() => undefined);
    timer = setTimeout(connect, delayMs * (0.5 + Math.random() / 2));
    timer.unref();
    delayMs = Math.min(longestDelayMs, delayMs * 2);
  };

  const connect = (): void => {
    const fresh = new pg.Client(config);
    client = fresh;
    fresh.on("error", () => retry(fresh));
    fresh.on("end", () => retry(fresh));
    fresh.on("notification", ({ payload }) => onMessage(payload ?? ""));
    fresh
      .connect()
      .then(() => fresh.query(`LISTEN ${pg.escapeIdentifier(channel)}`))
      .then(() => {
        delayMs = firstDelayMs;
        options.onReconnect?.();
      })
      .catch(() => retry(fresh));
  };

  connect();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await client?.end().catch(() => undefined);
  };
}
