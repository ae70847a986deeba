import { type IncomingMessage, type ServerResponse, createServer, get } from "node:http";
import type { AddressInfo } from "node:net";

export interface Served {
  status: number;
  headers: IncomingMessage["headers"];
  text: string;
}

/** What a caller gets over a real connection from `answer`. */
export async function served(
  answer: (res: ServerResponse) => Promise<void> | void,
): Promise<Served> {
  const server = createServer((_req, res) => {
    Promise.resolve(answer(res)).catch((error: unknown) => {
      res.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  try {
    const { port } = server.address() as AddressInfo;
    return await new Promise<Served>((resolve, reject) => {
      get({ port, host: "127.0.0.1", agent: false }, (res) => {
        let text = "";
        res.setEncoding("utf8");
        res.on("data", (piece: string) => {
          text += piece;
        });
        res.on("error", reject);
        res.on("end", () => {
          resolve({ status: res.statusCode ?? 0, headers: res.headers, text });
        });
      }).on("error", reject);
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** The data of each event of a stream; comments are left out. */
export function dataOf(text: string): string[] {
  return text
    .split("\n\n")
    .filter((event) => event.startsWith("data: "))
    .map((event) => event.slice("data: ".length));
}
