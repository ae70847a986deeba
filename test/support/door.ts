import { createServer, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A server in front of another one on this machine. */
export interface Door {
  origin: string;
  /** The addresses that are being answered now and start with `path`. */
  answering: (path: string) => number;
  /** How many requests for addresses that start with `path` there have been. */
  asked: (path: string) => number;
  /** Shut: what is being answered breaks, and nothing more is. */
  shut: (isShut: boolean) => void;
  /** Whether what is behind it is of another release than the pages that came through it before. */
  update: (isUpdated: boolean) => void;
  close: () => void;
}

/** Opens a door to `port`, to see what a browser asks for, and to keep it out. */
export async function openDoor(port: number): Promise<Door> {
  const asked: string[] = [];
  const answers = new Map<ServerResponse, string>();
  let isShut = false;
  let isUpdated = false;
  const server = createServer((incoming, answer) => {
    const { method, url = "/", headers } = incoming;
    if (isShut) {
      incoming.destroy();
      return;
    }
    asked.push(url);
    answers.set(answer, url);
    const path = isUpdated ? url.replace(/contract=\w+/, "contract=other") : url;
    const onward = request({ port, host: "127.0.0.1", method, path, headers }, (response) => {
      const changes = isUpdated ? { "x-bellwether-contract": "other" } : {};
      answer.writeHead(response.statusCode ?? 502, { ...response.headers, ...changes });
      response.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    answer.on("close", () => {
      answers.delete(answer);
      onward.destroy();
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const of = (urls: Iterable<string>, path: string): number =>
    [...urls].filter((url) => url.startsWith(path)).length;
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answering: (path) => of(answers.values(), path),
    asked: (path) => of(asked, path),
    shut(next) {
      isShut = next;
      if (next) {
        server.closeAllConnections();
      }
    },
    update(next) {
      isUpdated = next;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
