import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { Agent, type Dispatcher } from "undici";
import { GatewayError } from "../shared/errors";
import { errorResponse } from "./responses";

/** Hands calls of `/v1` on to the gateway's own port, for hosts that give a service a single port. */
export type Relay = {
  /** The gateway's answer as it comes; `gateway_unreachable` when nobody answers there. */
  readonly forward: (request: Request) => Promise<Response>;
  close(): Promise<void>;
};

// Between two neighbours only (RFC 9110, 7.6.1), or ours to say: `host`; `cookie` is the dashboard's, not the gateway's.
const keptBack = new Set([
  ...["connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"],
  ...["te", "trailer", "transfer-encoding", "upgrade", "expect", "host", "cookie", "set-cookie"],
]);

/** A relay to the gateway at `gatewayUrl`. */
export function createRelay(gatewayUrl: string): Relay {
  const agent = new Agent({
    // The gateway has the deadlines; a second clock here would only cut what it still waits for.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 3_000 },
    connections: null,
    pipelining: 1,
  });
  return {
    async forward(request) {
      const { pathname, search } = new URL(request.url);
      const hasBody =
        request.body !== null && request.method !== "GET" && request.method !== "HEAD";
      try {
        const answer = await agent.request({
          origin: gatewayUrl,
          path: pathname + search,
          method: request.method,
          headers: forwardedHeaders(request.headers),
          body: hasBody ? toReadable(request.body) : null,
          signal: request.signal,
        });
        return new Response(hasNoBody(answer.statusCode) ? null : toStream(answer.body), {
          status: answer.statusCode,
          headers: returnedHeaders(answer.headers),
        });
      } catch (cause) {
        const code = request.signal.aborted ? "client_closed" : "gateway_unreachable";
        return errorResponse(new GatewayError(code, { cause }), randomUUID());
      }
    },
    close: () => agent.destroy(),
  };
}

function forwardedHeaders(headers: Headers): Record<string, string> {
  const named = new Set((headers.get("connection") ?? "").toLowerCase().split(/\s*,\s*/));
  return Object.fromEntries(
    [...headers].filter(([name]) => !keptBack.has(name) && !named.has(name)),
  );
}

function returnedHeaders(headers: Dispatcher.ResponseData["headers"]): Headers {
  const returned = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !keptBack.has(name)) {
      [value].flat().forEach((one) => returned.append(name, one));
    }
  }
  if (returned.get("content-type")?.startsWith("text/event-stream") === true) {
    // A compressing proxy, Next's own among them, would hold tokens back until its block is full.
    returned.set("cache-control", "no-store, no-transform");
    returned.set("x-accel-buffering", "no");
  }
  return returned;
}

function toReadable(body: ReadableStream<Uint8Array> | null): Readable | null {
  return body === null ? null : Readable.from(body);
}

/** The answer's bytes as they come; given up upstream as soon as nobody reads them. */
function toStream(body: Readable): ReadableStream<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await chunks.next();
        if (chunk.done === true) {
          controller.close();
        } else {
          controller.enqueue(chunk.value);
        }
      },
      cancel() {
        body.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}

function hasNoBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}
