import { type Server } from "node:http";
import { Server as NetServer, type Socket } from "node:net";

/** How long a connection that has carried nothing yet may still bring a call. */
const silentMs = 1_000;
/** How long the last words to a caller may take once its time is up. */
const lastWordsMs = 1_000;

export type Closing = {
  /** From now on every answer says that its connection ends with it, so that callers leave by themselves. */
  windDown(): void;
  /** Stops listening, lets running calls finish, and resolves when nothing is open any more. */
  close(options: CloseOptions): Promise<void>;
};

export type CloseOptions = {
  /** How long running calls may finish. */
  readonly drainMs: number;
  /** How long connections that carry nothing are kept: a caller may just be about to use one. */
  readonly lingerMs: number;
  /** Their time is up: ends the calls that still run; what is open a second later is cut. */
  readonly onLimit?: () => void;
};

/**
 * The way to close `server`. Make it before the server listens.
 *
 * Node counts a connection that never carried a request among the busy ones, and a caller that gave
 * up between connecting and asking leaves one behind: these are remembered here and go first.
 */
export function createClosing(server: Server): Closing {
  const silent = new Set<Socket>();
  let isWindingDown = false;
  server.on("connection", (socket: Socket) => {
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
  });
  // Before whoever answers, because some answers are out at once.
  server.prependListener("request", ({ socket }, response) => {
    silent.delete(socket);
    if (isWindingDown) {
      response.shouldKeepAlive = false;
    }
  });
  return {
    windDown() {
      isWindingDown = true;
    },
    async close({ drainMs, lingerMs, onLimit }) {
      isWindingDown = true;
      const timers = new Set<NodeJS.Timeout>();
      const after = (delayMs: number, work: () => void): void => {
        timers.add(setTimeout(work, delayMs));
      };
      const closeIdle = (): void => {
        server.closeIdleConnections();
      };
      if (lingerMs > 0) {
        // An answer under way has promised to keep its connection: it is kept for that long.
        server.keepAliveTimeout = lingerMs;
      }
      // Not the method of the HTTP server, which would end the idle connections at once.
      const closed = new Promise((resolve) => NetServer.prototype.close.call(server, resolve));
      after(lingerMs, () => {
        closeIdle();
        if (lingerMs === 0) {
          timers.add(setInterval(closeIdle, 50));
        }
      });
      after(Math.max(silentMs, lingerMs), () => {
        silent.forEach((socket) => socket.destroy());
      });
      after(drainMs, () => {
        onLimit?.();
        after(onLimit === undefined ? 0 : lastWordsMs, () => {
          server.closeAllConnections();
        });
      });
      await closed;
      timers.forEach((timer) => {
        clearTimeout(timer);
      });
    },
  };
}
