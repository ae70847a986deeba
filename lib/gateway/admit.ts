/** What this node can take: requests under way, bytes that wait in memory, and whether it is leaving. */
import type { IncomingMessage } from "node:http";
import { GatewayError } from "../shared/errors";
import type { Canceller } from "./canceller";

export const maxBodyBytes = 32 * 1024 * 1024;
const maxBufferedBytes = 256 * 1024 * 1024;
const maxInFlight = 2_000;

export type Admission = {
  /**
   * Lets a call in; `gone` is cancelled should its time run out. The returned function gives the place back.
   *
   * @throws {GatewayError} `overloaded` or `shutting_down`.
   */
  enter(gone: Canceller): () => void;
  /**
   * The whole body of a request.
   *
   * @throws {GatewayError} `request_too_large`, `overloaded`, `unsupported_media_type` or `client_closed`.
   */
  readBody(req: IncomingMessage): Promise<Buffer>;
  inFlight(): number;
  /** From now on nothing enters. */
  close(): void;
  /** Takes back what is still under way. */
  endAll(): void;
};

/** Counts what is under way on this node. */
export function createAdmission(): Admission {
  const underWay = new Set<Canceller>();
  let bufferedBytes = 0;
  let closing = false;
  return {
    enter(gone) {
      if (closing) {
        throw new GatewayError("shutting_down", { headers: retrySoon });
      }
      if (underWay.size >= maxInFlight) {
        throw new GatewayError("overloaded", { headers: retrySoon });
      }
      underWay.add(gone);
      return () => {
        underWay.delete(gone);
      };
    },
    readBody(req) {
      const declared = Number(req.headers["content-length"] ?? 0);
      if (declared > maxBodyBytes) {
        return Promise.reject(tooLarge());
      }
      if (bufferedBytes + declared > maxBufferedBytes) {
        return Promise.reject(new GatewayError("overloaded", { headers: retrySoon }));
      }
      if (!isJson(req.headers["content-type"])) {
        return Promise.reject(new GatewayError("unsupported_media_type"));
      }
      return readChunks(req, (bytes) => {
        bufferedBytes += bytes;
        return bufferedBytes <= maxBufferedBytes;
      });
    },
    inFlight: () => underWay.size,
    close() {
      closing = true;
    },
    endAll() {
      for (const gone of underWay) {
        gone.cancel("shutting_down");
      }
    },
  };
}

/** For whoever can try again at once, elsewhere or here. */
export const retrySoon = { "retry-after": "1", "x-should-retry": "true" };

function tooLarge(): GatewayError {
  return new GatewayError("request_too_large", { headers: { connection: "close" } });
}

/** Clients that send no type at all mean JSON. */
function isJson(contentType: string | undefined): boolean {
  return contentType === undefined || /^application\/([\w.+-]*\+)?json\b/i.test(contentType);
}

function readChunks(req: IncomingMessage, account: (bytes: number) => boolean): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (): void => {
      account(-bytes);
      req.removeListener("data", onData);
      req.removeListener("end", onEnd);
      req.removeListener("close", onClose);
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      const hasRoom = account(chunk.length);
      if (bytes > maxBodyBytes || !hasRoom) {
        settle();
        reject(hasRoom ? tooLarge() : new GatewayError("overloaded", { headers: retrySoon }));
        return;
      }
      chunks.push(chunk);
    };
    const onEnd = (): void => {
      settle();
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
    };
    const onClose = (): void => {
      settle();
      reject(new GatewayError("client_closed"));
    };
    req.on("data", onData);
    req.on("end", onEnd);
    req.on("close", onClose);
    req.on("error", () => undefined);
  });
}
