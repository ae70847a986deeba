import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface Balancer {
  url: string;
  /** The ports that say that they are ready, as of the last look. */
  ready: () => number[];
  close: () => void;
}

const lookEveryMs = 200;

/**
 * A small TCP balancer, as stands in front of replicas: gives each new connection to the next port that says 200 on
 * `/readyz`, and to another one when it refuses. It knows nothing of requests.
 */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const ready = new Set<number>();
  const sockets = new Set<Socket>();
  let turn = 0;
  const look = async (port: number): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`, {
      headers: { connection: "close" },
      signal: AbortSignal.timeout(1_000),
    }).catch(() => undefined);
    ready[answer?.status === 200 ? "add" : "delete"](port);
  };
  const lookAtAll = (): Promise<unknown> => Promise.all(ports.map(look));

  const join = (near: Socket, tried: ReadonlySet<number>): void => {
    const open = ports.filter((port) => ready.has(port) && !tried.has(port));
    const port = open[turn % Math.max(1, open.length)];
    turn += 1;
    if (port === undefined) {
      near.destroy();
      return;
    }
    const far = connect(port, "127.0.0.1");
    far.setNoDelay(true);
    let isOpen = false;
    far.once("connect", () => {
      isOpen = true;
      near.pipe(far);
      far.pipe(near);
    });
    far.on("error", () => {
      if (isOpen) {
        near.destroy();
      } else {
        join(near, new Set([...tried, port]));
      }
    });
    far.on("close", () => {
      if (isOpen) {
        near.destroy();
      }
    });
    near.on("close", () => far.destroy());
    sockets.add(far);
    far.once("close", () => sockets.delete(far));
  };

  const server = createServer((near) => {
    near.setNoDelay(true);
    sockets.add(near);
    near.once("close", () => sockets.delete(near));
    near.on("error", () => undefined);
    join(near, new Set());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  await lookAtAll();
  const timer = setInterval(() => {
    lookAtAll().catch(() => undefined);
  }, lookEveryMs);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ready: () => ports.filter((port) => ready.has(port)),
    close() {
      clearInterval(timer);
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}
