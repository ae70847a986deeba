import { startLoad } from "./load";
import { startWall, type Wall, type WallOptions } from "./server";

export interface RunOptions extends WallOptions {
  /** Sends the demo load to a gateway while the wall runs. */
  load?: { gatewayUrl: string; appKey: string; perSecond?: number };
}

/**
 * A running wall with its demo load; its `close` stops the load first.
 *
 * @throws {WallError} `address_in_use`, `cannot_listen`.
 */
export async function runWall({ load, ...options }: RunOptions): Promise<Wall> {
  const wall = await startWall(options);
  if (load === undefined) {
    return wall;
  }
  const stop = new AbortController();
  const { gatewayUrl, appKey, perSecond = 1 } = load;
  const stopped = startLoad({ url: gatewayUrl, key: appKey, perSecond, signal: stop.signal });
  return {
    ...wall,
    async close() {
      stop.abort();
      await stopped;
      await wall.close();
    },
  };
}
