import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface Line {
  /** The database's URL over the line. */
  url: string;
  /** Connections over it now. */
  open: () => number;
  /** The most that were open at once since the last call. */
  most: () => number;
  /** Cut: every connection breaks and none comes through. */
  cut: (isCut: boolean) => void;
  /** How much later everything arrives, in either direction. */
  delay: (ms: number) => void;
  close: () => void;
}

/** A line to a database that can be cut and slowed. */
export async function layLine(databaseUrl: string): Promise<Line> {
  const there = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let isCut = false;
  let delayMs = 0;
  let most = 0;
  const carry = (from: Socket, to: Socket): void => {
    from.on("data", (piece) => {
      if (delayMs === 0) {
        to.write(piece);
      } else {
        // Of equal delays the first comes first.
        setTimeout(() => to.write(piece), delayMs);
      }
    });
    from.on("error", () => to.destroy());
    from.on("close", () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(Number(there.port), there.hostname);
    sockets.add(near);
    most = Math.max(most, sockets.size);
    carry(near, far);
    carry(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cutAll = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    url: url.href,
    open: () => sockets.size,
    most() {
      const reached = most;
      most = sockets.size;
      return reached;
    },
    cut(next) {
      isCut = next;
      if (next) {
        cutAll();
      }
    },
    delay(ms) {
      delayMs = ms;
    },
    close() {
      cutAll();
      server.close();
    },
  };
}
