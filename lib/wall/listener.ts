import { createServer, type Server, type ServerResponse, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { WallError } from "./errors";
import type { Origin } from "./exchange";

export interface Listener {
  readonly port: number;
  /** Stops listening and breaks every connection at once; resolves when all are gone. */
  close: () => Promise<void>;
}

export type Serve = (req: IncomingMessage, res: ServerResponse, origin: Origin) => void;

/**
 * An HTTP server that listens; port 0 takes any free one.
 *
 * @throws {WallError} `address_in_use`, `cannot_listen`.
 */
export function listen(host: string, port: number, serve: Serve): Promise<Listener> {
  const origin: Origin = { severing: false };
  const server = createServer({ keepAliveTimeout: 75_000 }, (req, res) => serve(req, res, origin));
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const code = cause.code === "EADDRINUSE" ? "address_in_use" : "cannot_listen";
      reject(new WallError(code, `${host}:${port}`, { cause }));
    });
    server.listen(port, host, () => {
      const { port: boundPort } = server.address() as AddressInfo;
      resolve({ port: boundPort, close: () => closed(server, origin) });
    });
  });
}

function closed(server: Server, origin: Origin): Promise<void> {
  origin.severing = true;
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
