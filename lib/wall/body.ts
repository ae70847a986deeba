import type { IncomingMessage } from "node:http";

export type ReadBody = { kind: "read"; text: string } | { kind: "too_large" } | { kind: "aborted" };

/** The request's body as text, unless it is over the limit or the client leaves while sending. */
export function readBody(req: IncomingMessage, limitBytes: number): Promise<ReadBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    req.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limitBytes) {
        chunks.push(chunk);
      } else {
        chunks.length = 0;
        resolve({ kind: "too_large" });
      }
    });
    req.on("end", () => {
      const [first] = chunks;
      const body = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
      resolve({ kind: "read", text: body.toString("utf8") });
    });
    req.on("close", () => {
      resolve({ kind: "aborted" });
    });
  });
}
