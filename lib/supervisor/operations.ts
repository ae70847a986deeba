import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export interface OperationsOptions {
  readonly host: string;
  readonly port: number;
  /** Whether any gateway process takes calls. */
  readonly isReady: () => Promise<boolean>;
}

/** Who asks is a machine that asks often: it is quick, or it is gone. */
const requestTimeoutMs = 5_000;

/**
 * Answers `/readyz` and `/healthz` for all gateway processes together, until the returned function is called. Strangers
 * learn one word.
 */
export async function startOperations(options: OperationsOptions): Promise<() => Promise<void>> {
  const server = createServer(
    { headersTimeout: requestTimeoutMs, requestTimeout: requestTimeoutMs },
    (request, response) => {
      answer(request, response, options).catch(() => {
        response.destroy();
      });
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
}

async function answer(
  { method, url = "/" }: IncomingMessage,
  response: ServerResponse,
  { isReady }: OperationsOptions,
): Promise<void> {
  if (method !== "GET" && method !== "HEAD") {
    end(response, 405, "method not allowed");
    return;
  }
  const [path] = url.split("?", 1);
  if (path === "/healthz") {
    end(response, 200, "ok");
  } else if (path !== "/readyz") {
    end(response, 404, "not found");
  } else if (await isReady()) {
    end(response, 200, "ready");
  } else {
    end(response, 503, "not ready");
  }
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
  response.end(`${text}\n`);
}
