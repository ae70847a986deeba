import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface Balancer {
  url: string;
  /** The ports that say that they are ready, as of the last look. */
  ready: () => number[];
  close: () => void;
}

const lookEveryMs = 200;
/** A look that nobody answers says little; so many in a row put a port out, as usual balancers have it. */
const fall = 3;

/**
 * A small TCP balancer, as stands in front of replicas: gives each new connection to the next port that says 200 on
 * `/readyz`, and to another one when it refuses. It knows nothing of requests.
 */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const ready = new Set<number>();
  const sockets = new Set<Socket>();
  const unanswered = new Map<number, number>();
  let turn = 0;
  let isOver = false;
  const look = async (port: number): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`, {
      signal: AbortSignal.timeout(1_000),
    }).catch(() => undefined);
    await answer?.body?.cancel();
    const missed = answer === undefined ? (unanswered.get(port) ?? 0) + 1 : 0;
    unanswered.set(port, missed);
    if (answer?.status === 200) {
      ready.add(port);
    } else if (answer !== undefined || missed >= fall) {
      ready.delete(port);
    }
  };
  /** One look at a time, so that a slow one does not speak after the next. */
  const keepLooking = async (port: number): Promise<void> => {
    while (!isOver) {
      await look(port);
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  };

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
  await Promise.all(ports.map(look));
  for (const port of ports) {
    keepLooking(port).catch(() => undefined);
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ready: () => ports.filter((port) => ready.has(port)),
    close() {
      isOver = true;
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}
