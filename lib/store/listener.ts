import { randomBytes } from "node:crypto";
import pg from "pg";
import { withinMs } from "./within";

export type ListenOptions = {
  /** After every connection, the first one too: what was said in between is lost, so look for yourself. */
  readonly onReconnect?: () => void;
  /** Whether notices arrive, whenever that changes: behind a transaction pooler they never do. */
  readonly onHearing?: (hears: boolean) => void;
};

/** Says a payload on the channel from another connection. */
type Echo = (payload: string) => Promise<void>;

const firstDelayMs = 250;
const longestDelayMs = 5_000;
const echoEveryMs = 30_000;
const echoLimitMs = 5_000;
const endLimitMs = 1_000;
const echoPrefix = '{"kind":"echo",';

/**
 * Hears `channel` until the returned function is called; reconnects with a growing, jittered delay.
 *
 * It listens for its own echo, at once and every half minute, because a connection can look alive and be deaf: one that
 * a pooler hands on after each transaction, or whose other end vanished without a word.
 */
export function openListener(
  config: pg.ClientConfig,
  channel: string,
  onMessage: (payload: string) => void,
  options: ListenOptions & { readonly echo: Echo },
): () => Promise<void> {
  const own = `${echoPrefix}"id":"${randomBytes(8).toString("hex")}"}`;
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let delayMs = firstDelayMs;
  let hears: boolean | null = null;
  let heardMs = Number.NEGATIVE_INFINITY;

  const retry = (lost: pg.Client): void => {
    if (stopped || client !== lost) {
      return;
    }
    client = undefined;
    clearTimeout(timer);
    lost.end().catch(() => undefined);
    timer = setTimeout(connect, delayMs * (0.5 + Math.random() / 2));
    timer.unref();
    delayMs = Math.min(longestDelayMs, delayMs * 2);
  };

  const tell = (next: boolean): void => {
    if (hears !== next) {
      hears = next;
      options.onHearing?.(next);
    }
  };

  const checkHearing = async (fresh: pg.Client): Promise<void> => {
    const askedMs = performance.now();
    const hasHeard = (): boolean => heardMs >= askedMs;
    // Nobody can be asked whether we hear while the database does not answer.
    const isSaid = await options.echo(own).then(
      () => true,
      () => false,
    );
    if (isSaid && !hasHeard()) {
      await new Promise((resolve) => setTimeout(resolve, echoLimitMs).unref());
    }
    if (stopped || client !== fresh) {
      return;
    }
    const isDeaf = isSaid && !hasHeard();
    const wasHearing = hears === true;
    if (isSaid) {
      tell(!isDeaf);
    }
    if (isDeaf && wasHearing) {
      retry(fresh);
      return;
    }
    timer = setTimeout(() => {
      checkHearing(fresh).catch(() => undefined);
    }, echoEveryMs);
    timer.unref();
  };

  const hear = (payload: string): void => {
    if (payload === own) {
      heardMs = performance.now();
      tell(true);
    } else if (!payload.startsWith(echoPrefix)) {
      onMessage(payload);
    }
  };

  const connect = (): void => {
    const fresh = new pg.Client(config);
    client = fresh;
    fresh.on("error", () => retry(fresh));
    fresh.on("end", () => retry(fresh));
    fresh.on("notification", ({ payload }) => hear(payload ?? ""));
    fresh
      .connect()
      .then(() => fresh.query(`LISTEN ${pg.escapeIdentifier(channel)}`))
      .then(() => {
        delayMs = firstDelayMs;
        options.onReconnect?.();
        return checkHearing(fresh);
      })
      .catch(() => retry(fresh));
  };

  connect();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    if (client !== undefined) {
      await withinMs(endLimitMs, client.end());
    }
  };
}
