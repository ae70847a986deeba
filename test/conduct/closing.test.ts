import { createServer, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { once } from "node:events";
import { beforeEach, expect, it } from "vitest";
import { createClosing } from "@/lib/gateway/closing";

let server: Server;
let close: (drainMs: number) => Promise<void>;
let url: string;

beforeEach(async () => {
  server = createServer((request, response) => {
    const delayMs = Number(request.headers["x-delay"] ?? 0);
    setTimeout(() => response.end("done"), delayMs);
  });
  close = createClosing(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

async function elapsedMs(work: Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  await work;
  return performance.now() - startedAtMs;
}

it("lets a running call finish and then closes, kept-alive connections included", async () => {
  const call = fetch(url, { headers: { "x-delay": "400" } });
  await once(server, "request");
  const closed = close(10_000);
  expect(await (await call).text()).toBe("done");
  expect(await elapsedMs(closed)).toBeLessThan(500);
});

it("is not held up by a connection that never brought a call", async () => {
  const silent = connect((server.address() as AddressInfo).port, "127.0.0.1");
  silent.on("error", () => undefined);
  await once(server, "connection");
  expect(await elapsedMs(close(30_000))).toBeLessThan(3_000);
});

it("answers a call that comes on a connection from before", async () => {
  const early = connect((server.address() as AddressInfo).port, "127.0.0.1");
  await once(server, "connection");
  const closed = close(10_000);
  early.write("GET / HTTP/1.1\r\nhost: x\r\nx-delay: 1500\r\n\r\n");
  let answer = "";
  early.setEncoding("utf8").on("data", (text: string) => {
    answer += text;
  });
  await once(early, "close");
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*done/);
  await closed;
});

it("cuts a call that is longer than the limit", async () => {
  const call = fetch(url, { headers: { "x-delay": "20000" } });
  await once(server, "request");
  const cut = expect(call).rejects.toThrow();
  expect(await elapsedMs(close(300))).toBeLessThan(2_000);
  await cut;
});
