import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createRelay, type Relay } from "@/lib/control/relay";

let servers: Server[] = [];
let relays: Relay[] = [];
afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.close()));
  servers.forEach((server) => {
    server.closeAllConnections();
    server.close();
  });
  servers = [];
  relays = [];
});

async function relayTo(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Relay> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  servers.push(server);
  await new Promise((resolve) => server.once("listening", resolve));
  return relay(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

function relay(url: string): Relay {
  const made = createRelay(url);
  relays.push(made);
  return made;
}

const url = "http://127.0.0.1:3000/v1/chat/completions?trace=1";

describe("the one-port relay", () => {
  it("hands method, path, query, headers and body on, and the answer back", async () => {
    const { forward } = await relayTo((request, response) => {
      request.setEncoding("utf8");
      let body = "";
      request.on("data", (chunk: string) => {
        body += chunk;
      });
      request.on("end", () => {
        response.writeHead(418, { "content-type": "application/json", "x-bellwether-model": "m" });
        response.end(
          JSON.stringify({
            method: request.method,
            url: request.url,
            headers: request.headers,
            body,
          }),
        );
      });
    });
    const answer = await forward(
      new Request(url, {
        method: "POST",
        headers: {
          authorization: "Bearer bw_live_x",
          "content-type": "application/json",
          connection: "close, x-hop",
          "x-hop": "1",
          te: "trailers",
          cookie: "session=secret",
          expect: "100-continue",
        },
        body: '{"model":"auto"}',
      }),
    );
    expect(answer.status).toBe(418);
    expect(answer.headers.get("x-bellwether-model")).toBe("m");
    expect(answer.headers.get("connection")).toBeNull();
    expect(answer.headers.get("transfer-encoding")).toBeNull();
    const seen = (await answer.json()) as { headers: Record<string, string> };
    expect(seen).toMatchObject({
      method: "POST",
      url: "/v1/chat/completions?trace=1",
      body: '{"model":"auto"}',
      headers: { authorization: "Bearer bw_live_x", "content-type": "application/json" },
    });
    for (const name of ["cookie", "te", "x-hop", "expect"]) {
      expect(seen.headers).not.toHaveProperty(name);
    }
  });

  it("leaves the colon of route:explain as it is", async () => {
    const { forward } = await relayTo((request, response) => response.end(request.url));
    const answer = await forward(
      new Request("http://127.0.0.1:3000/v1/route:explain", { method: "POST", body: "{}" }),
    );
    expect(await answer.text()).toBe("/v1/route:explain");
  });

  it("streams a 19 MiB body through whole, without holding it", async () => {
    let received = 0;
    const { forward } = await relayTo((request, response) => {
      request.on("data", (chunk: Buffer) => {
        received += chunk.length;
      });
      request.on("end", () => response.end(String(received)));
    });
    const chunk = new Uint8Array(65_536);
    let left = (19 * 1_048_576) / chunk.length;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        left -= 1;
        controller.enqueue(chunk);
        if (left === 0) {
          controller.close();
        }
      },
    });
    const init = { method: "POST", body, duplex: "half" } as RequestInit;
    const answer = await forward(new Request(url, init));
    expect(await answer.text()).toBe(String(19 * 1_048_576));
  });

  it("passes each event of a stream on as it comes, and forbids to compress it", async () => {
    let next: (() => void) | undefined;
    const { forward } = await relayTo((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
      next = () => response.end("data: 2\n\n");
    });
    const answer = await forward(new Request(url));
    expect(answer.headers.get("cache-control")).toContain("no-transform");
    const reader = answer.body!.getReader();
    const read = async (): Promise<string> =>
      new TextDecoder().decode((await reader.read()).value ?? new Uint8Array());
    expect(await read()).toBe("data: 1\n\n");
    next?.();
    expect(await read()).toBe("data: 2\n\n");
    expect((await reader.read()).done).toBe(true);
  });

  it("a caller who leaves before the answer closes the gateway's connection", async () => {
    let closed = false;
    let arrived = false;
    const { forward } = await relayTo((request) => {
      arrived = true;
      request.on("close", () => {
        closed = true;
      });
    });
    const leaving = new AbortController();
    const answer = forward(new Request(url, { signal: leaving.signal }));
    await vi.waitFor(() => expect(arrived).toBe(true));
    leaving.abort();
    expect((await answer).status).toBe(499);
    await vi.waitFor(() => expect(closed).toBe(true));
  });

  it("a caller who leaves in mid-stream closes the gateway's connection", async () => {
    let closed = false;
    const { forward } = await relayTo((request, response) => {
      request.on("close", () => {
        closed = true;
      });
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
    });
    const answer = await forward(new Request(url));
    const reader = answer.body!.getReader();
    await reader.read();
    await reader.cancel();
    await vi.waitFor(() => expect(closed).toBe(true));
  });

  it("a gateway that breaks off in mid-stream breaks the caller's stream, never ends it cleanly", async () => {
    const { forward } = await relayTo((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n", () => response.destroy());
    });
    const answer = await forward(new Request(url));
    await expect(answer.text()).rejects.toThrow();
  });

  it("an early refusal arrives although the body was not read", async () => {
    const { forward } = await relayTo((_request, response) => {
      response.writeHead(413, { connection: "close" });
      response.end("too large");
    });
    const body = new Uint8Array(8 * 1_048_576);
    const answer = await forward(new Request(url, { method: "POST", body }));
    expect(answer.status).toBe(413);
  });

  it("a gateway that is down is 502 gateway_unreachable in OpenAI's shape", async () => {
    const { forward } = await relayTo(() => undefined);
    servers[0]!.close();
    const answer = await forward(new Request(url, { method: "POST", body: "{}" }));
    expect(answer.status).toBe(502);
    expect(answer.headers.get("x-request-id")).toBeTruthy();
    expect(await answer.json()).toMatchObject({
      error: { type: "server_error", code: "gateway_unreachable", param: null },
    });
  });

  it.each([204, 304])("an answer without a body (%i) has none", async (status) => {
    const { forward } = await relayTo((_request, response) => {
      response.writeHead(status);
      response.end();
    });
    const answer = await forward(new Request(url));
    expect(answer.status).toBe(status);
    expect(answer.body).toBeNull();
  });
});
