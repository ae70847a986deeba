import { type Server } from "node:http";
import { type Socket } from "node:net";

/** How long a connection that has carried nothing yet may still bring a call. */
const silentMs = 1_000;

/**
 * The way to close `server`: stops listening, lets running calls finish for `drainMs`, then cuts
 * what is left. Make it before the server listens.
 *
 * Node counts a connection that never carried a request among the busy ones, and a caller that gave
 * up between connecting and asking leaves one behind: these are remembered here and go first.
 */
export function createClosing(server: Server): (drainMs: number) => Promise<void> {
  const silent = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
  });
  server.on("request", ({ socket }) => {
    silent.delete(socket);
  });
  return async (drainMs) => {
    const closed = new Promise((resolve) => server.close(resolve));
    const idle = setInterval(() => {
      server.closeIdleConnections();
    }, 50);
    const quiet = setTimeout(() => {
      silent.forEach((socket) => socket.destroy());
    }, silentMs);
    const cut = setTimeout(() => {
      server.closeAllConnections();
    }, drainMs);
    await closed;
    clearInterval(idle);
    clearTimeout(quiet);
    clearTimeout(cut);
  };
}
