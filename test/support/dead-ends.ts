import { type Server, createServer } from "node:net";
import { Worker } from "node:worker_threads";
import { connect, type Socket } from "node:net";

/** An address to which no connection ever comes about: its machine neither accepts nor refuses. */
export interface BlackHole {
  url: string;
  close: () => Promise<void>;
}

/** A listener whose queue is full and that nobody empties. */
export async function openBlackHole(): Promise<BlackHole> {
  const worker = new Worker(
    `const { createServer } = require("node:net");
     const { parentPort, workerData } = require("node:worker_threads");
     const server = createServer();
     server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       // From here on this thread accepts nobody.
       setImmediate(() => Atomics.wait(workerData, 0, 0));
     });`,
    { eval: true, workerData: new Int32Array(new SharedArrayBuffer(4)) },
  );
  const port = await new Promise<number>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  const fillers: Socket[] = [];
  while (await connects(port, fillers)) {
    // The kernel still completes connections until the queue is full.
  }
  return {
    url: `http://127.0.0.1:${port}/v1`,
    async close() {
      fillers.forEach((socket) => socket.destroy());
      await worker.terminate();
    },
  };
}

const fullAfterMs = 150;

function connects(port: number, fillers: Socket[]): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    fillers.push(socket);
    socket.on("error", () => undefined);
    const timer = setTimeout(() => {
      resolve(false);
    }, fullAfterMs);
    socket.once("connect", () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** A listener that counts what reaches it and answers nothing. */
export interface Canary {
  url: string;
  connections: () => number;
  bytes: () => number;
  close: () => Promise<void>;
}

export async function openCanary(): Promise<Canary> {
  let connections = 0;
  let bytes = 0;
  const server: Server = createServer((socket) => {
    connections += 1;
    socket.on("data", (chunk) => (bytes += chunk.length)).on("error", () => undefined);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/stolen`,
    connections: () => connections,
    bytes: () => bytes,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
}
