/** Waiting for the clock on behalf of a call. */
import { GatewayError } from "../shared/errors";
import type { Call } from "./call";

/**
 * Waits `forMs`.
 *
 * @throws {GatewayError} `client_closed`, at once, when the caller leaves meanwhile.
 */
export async function pause({ trace, gone, deps }: Call, forMs: number): Promise<void> {
  const startedMs = deps.now();
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      gone.unlisten(wake);
      resolve();
    };
    const timer = setTimeout(wake, forMs);
    gone.listen(wake);
  });
  trace.waitedMs += deps.now() - startedMs;
  if (gone.reason !== null) {
    throw new GatewayError("client_closed");
  }
}
