import { type IncomingHttpHeaders, type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface Collector {
  url: string;
  received: Received[];
  /** Status of each answer from now on; null: it takes the request and never answers. */
  answer: (status: number | null, headers?: Record<string, string>, body?: string | Buffer) => void;
  close: () => Promise<void>;
}

/** A collector on a real socket. */
export async function startCollector(): Promise<Collector> {
  const received: Received[] = [];
  let status: number | null = 200;
  let headers: Record<string, string> = {};
  let body: string | Buffer = "{}";
  const server: Server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on("data", (chunk: Buffer) => chunks.push(chunk));
    req.on("end", () => {
      received.push({ path: req.url ?? "", headers: req.headers, body: Buffer.concat(chunks) });
      if (status !== null) {
        res.writeHead(status, headers).end(body);
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer(next, extra = {}, said = "{}") {
      status = next;
      headers = extra;
      body = said;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

export interface JsonSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  traceState?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Record<string, unknown> }[];
  status?: { code: number };
}

/** The spans of all requests so far, in JSON. */
export function spansIn(received: readonly Received[]): JsonSpan[] {
  return received.flatMap(({ body }) => {
    const { resourceSpans } = JSON.parse(body.toString()) as {
      resourceSpans: { scopeSpans: { spans: JsonSpan[] }[] }[];
    };
    return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  });
}

/** An attribute's plain value. */
export function attributeOf(span: JsonSpan, key: string): unknown {
  const found = span.attributes.find((one) => one.key === key);
  return found === undefined ? undefined : Object.values(found.value)[0];
}
