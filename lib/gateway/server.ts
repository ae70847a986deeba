/** The data plane's door: which address is answered by what, and the one place where errors become answers. */
import {
  STATUS_CODES,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  createServer,
} from "node:http";
import { GatewayError, errorBody, toGatewayError } from "../shared/errors";
import { uuidV7 } from "../shared/uuid";
import type { ChatDeps } from "./call";
import { chat } from "./chat";
import { explain } from "./explain";
import { type MetricsDoor, answerMetrics } from "./metrics/endpoint";
import { listModels, showModel } from "./models";
import { sendError, sendJson } from "./respond";

const headersTimeoutMs = 15_000;
const requestTimeoutMs = 60_000;
const keepAliveMs = 65_000;
const maxHeaderBytes = 16 * 1024;

/** What machines that watch over this node may ask it. */
export type Watch = { isReady(): boolean; readonly metrics: MetricsDoor };

/** The server, not yet listening. */
export function createGatewayServer(deps: ChatDeps, watch: Watch): Server {
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveMs,
      maxHeaderSize: maxHeaderBytes,
      noDelay: true,
    },
    (req, res) => {
      handle(req, res, deps, watch).catch((error: unknown) => {
        sendError(res, toGatewayError(error), { "x-request-id": uuidV7(Date.now()) });
      });
    },
  );
  server.on("clientError", (error, socket) => {
    if (socket.writable) {
      socket.end(parserAnswer(error));
    } else {
      socket.destroy();
    }
  });
  return server;
}

async function handle(
  req: IncomingMessage,
  res: ServerResponse,
  deps: ChatDeps,
  watch: Watch,
): Promise<void> {
  const path = pathOf(req.url ?? "/");
  if (isMetrics(req.url)) {
    await answerMetrics(req, res, watch.metrics);
    return;
  }
  switch (path) {
    case "/chat/completions":
      allow(req, "POST");
      await chat(req, res, deps);
      return;
    case "/route:explain":
      allow(req, "POST");
      await explain(req, res, deps);
      return;
    case "/models":
      allow(req, "GET");
      listModels(req, res, deps);
      return;
    case "/healthz":
      allow(req, "GET");
      sendJson(res, 200, '{"status":"ok"}', {});
      return;
    case "/readyz":
      allow(req, "GET");
      if (!watch.isReady()) {
        throw new GatewayError("not_ready", { headers: { "retry-after": "1" } });
      }
      sendJson(res, 200, '{"status":"ready"}', {});
      return;
    default:
      if (path.startsWith("/models/")) {
        allow(req, "GET");
        showModel(req, res, decoded(path.slice("/models/".length)), deps);
        return;
      }
      throw new GatewayError("not_found");
  }
}

/** The path without its query; `/v1` may be left out. */
function pathOf(url: string): string {
  const query = url.indexOf("?");
  const path = query === -1 ? url : url.slice(0, query);
  return path.startsWith("/v1/") ? path.slice(3) : path;
}

/** Not under `/v1`: what is relayed to us from there comes from this machine, whoever asked. */
function isMetrics(url: string | undefined): boolean {
  return url === "/metrics" || url?.startsWith("/metrics?") === true;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new GatewayError("not_found");
  }
}

function allow(req: IncomingMessage, method: "GET" | "POST"): void {
  if (req.method !== method && !(method === "GET" && req.method === "HEAD")) {
    throw new GatewayError("method_not_allowed", { headers: { allow: method } });
  }
}

/** The answer to bytes that never became a request, in the shape of every other error. */
function parserAnswer(cause: Error): string {
  const code = "code" in cause ? cause.code : "";
  const error =
    code === "ERR_HTTP_REQUEST_TIMEOUT"
      ? new GatewayError("request_timeout")
      : new GatewayError("invalid_request", {
          message:
            code === "HPE_HEADER_OVERFLOW"
              ? "The request's headers are larger than 16 KB."
              : "The request is not valid HTTP.",
          ...(code === "HPE_HEADER_OVERFLOW" ? { status: 431 } : {}),
        });
  const body = JSON.stringify(errorBody(error));
  return (
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? "Error"}\r\nconnection: close\r\n` +
    `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}
