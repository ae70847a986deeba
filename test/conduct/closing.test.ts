import { createServer, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { once } from "node:events";
import { beforeEach, expect, it } from "vitest";
import { type Closing, createClosing } from "@/lib/gateway/closing";

let server: Server;
let closing: Closing;
let url: string;

beforeEach(async () => {
  server = createServer((request, response) => {
    const delayMs = Number(request.headers["x-delay"] ?? 0);
    setTimeout(() => response.end("done"), delayMs);
  });
  closing = createClosing(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

function close(drainMs: number, lingerMs = 0): Promise<void> {
  return closing.close({ drainMs, lingerMs });
}

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

it("says on every answer that the connection ends with it, once it winds down", async () => {
  expect((await fetch(url)).headers.get("connection")).toBe("keep-alive");
  closing.windDown();
  expect((await fetch(url)).headers.get("connection")).toBe("close");
  await close(1_000);
});

it("keeps a connection for a caller who is about to use it, and answers him", async () => {
  const kept = connect((server.address() as AddressInfo).port, "127.0.0.1");
  let answers = "";
  kept.setEncoding("utf8").on("data", (text: string) => {
    answers += text;
  });
  kept.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  await once(kept, "data");
  const closed = close(10_000, 600);
  await new Promise((resolve) => setTimeout(resolve, 300));
  kept.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  await once(kept, "close");
  expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
  expect(answers).toContain("Connection: close");
  await closed;
});

it("ends a connection that nobody uses any more", async () => {
  const idle = connect((server.address() as AddressInfo).port, "127.0.0.1");
  idle.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  await once(idle, "data");
  const tookMs = await elapsedMs(close(10_000, 300));
  expect(tookMs).toBeGreaterThan(250);
  expect(tookMs).toBeLessThan(2_000);
});

it("lets the last words out before it cuts", async () => {
  server.removeAllListeners("request");
  const answered = new Promise<() => void>((resolve) => {
    server.on("request", (_request, response) => {
      response.write("begun ");
      resolve(() => response.end("and ended"));
    });
  });
  const call = fetch(url).then((response) => response.text());
  const end = await answered;
  await closing.close({ drainMs: 100, lingerMs: 0, onLimit: end });
  expect(await call).toBe("begun and ended");
});
