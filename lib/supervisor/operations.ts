import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { answerMetrics, type MetricsDoor } from "@/lib/gateway/metrics/endpoint";
import { toGatewayError } from "@/lib/shared/errors";

export interface OperationsOptions {
  readonly host: string;
  readonly port: number;
  /** Whether any gateway process takes calls. */
  readonly isReady: () => Promise<boolean>;
  readonly metrics: MetricsDoor;
}

/** Who asks is a machine that asks often: it is quick, or it is gone. */
const requestTimeoutMs = 5_000;

/**
 * Answers `/readyz`, `/healthz` and `/metrics` for all gateway processes together, until the returned function is called. Strangers
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
  request: IncomingMessage,
  response: ServerResponse,
  { isReady, metrics }: OperationsOptions,
): Promise<void> {
  const { method, url = "/" } = request;
  const [path] = url.split("?", 1);
  if (path === "/metrics") {
    await answerMetrics(request, response, metrics).catch((error: unknown) => {
      const { status, message, headers } = toGatewayError(error);
      end(response, status, status === 404 ? "not found" : message, headers);
    });
    return;
  }
  if (method !== "GET" && method !== "HEAD") {
    end(response, 405, "method not allowed");
    return;
  }
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

function end(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", ...headers });
  response.end(`${text}\n`);
}
