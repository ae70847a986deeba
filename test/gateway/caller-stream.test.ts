import { once } from "node:events";
import { type ServerResponse, createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { describe, expect, it } from "vitest";
import { CallerStream } from "@/lib/gateway/caller-stream";
import { type Timing, defaultTiming } from "@/lib/gateway/timing";
import { GatewayError } from "@/lib/shared/errors";
import { served } from "./served";

const now = (): number => performance.now();
const ids = { "x-request-id": "id" };
const answer = { ...ids, "x-bellwether-model": "gpt-4.1" };

function openStream(res: ServerResponse, timing: Partial<Timing> = {}): CallerStream {
  return new CallerStream(res, now, { ...defaultTiming, ...timing }, ids);
}

const later = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

describe("a caller's stream", () => {
  it("sends status and headers with its first content", async () => {
    const seen = await served((res) => {
      const out = openStream(res);
      expect(res.headersSent).toBe(false);
      out.begin(answer);
      out.write("data: 1\n\n");
      out.end("data: [DONE]\n\n");
    });
    expect(seen).toMatchObject({ status: 200, text: "data: 1\n\ndata: [DONE]\n\n" });
    expect(seen.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    expect(seen.headers["x-bellwether-model"]).toBe("gpt-4.1");
  });

  it("keeps a waiting caller with comments: they spend the headers, and nothing else", async () => {
    let isSpent = false;
    const seen = await served(async (res) => {
      const out = openStream(res, { keepAliveMs: 5 });
      while (!out.isSpent) {
        await new Promise(setImmediate);
      }
      ({ isSpent } = out);
      out.begin(answer);
      out.end("data: [DONE]\n\n");
    });
    expect(isSpent).toBe(true);
    expect(seen.text).toMatch(/^(: keep-alive\n\n)+data: \[DONE\]\n\n$/);
    expect(seen.headers["x-request-id"]).toBe("id");
    expect(seen.headers["x-bellwether-model"]).toBeUndefined();
  });

  it("sends no comment while content flows, however often its timer looks", async () => {
    let nowMs = 0;
    const seen = await served(async (res) => {
      const timing = { ...defaultTiming, keepAliveMs: 10 };
      const out = new CallerStream(res, () => nowMs, timing, ids);
      out.begin(answer);
      for (let piece = 0; piece < 10; piece += 1) {
        nowMs += 8;
        out.write("data: 1\n\n");
        await later(12);
      }
      out.end("");
    });
    expect(seen.text).toBe("data: 1\n\n".repeat(10));
  });

  it("ends with an error event, and never with [DONE], when it fails", async () => {
    const { text } = await served((res) => {
      const out = openStream(res);
      out.begin(answer);
      out.fail(new GatewayError("stream_interrupted"));
    });
    expect(JSON.parse(text.slice("data: ".length))).toMatchObject({
      error: { type: "upstream_error", code: "stream_interrupted" },
    });
  });

  /** Fills the buffer of a caller who reads only what `read` does; resolves with how it went. */
  const slowly = async (
    timing: Partial<Timing>,
    read: (socket: ReturnType<typeof connect>) => void,
  ): Promise<"cut" | "served"> => {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    const [, res] = (await once(server, "request")) as [unknown, ServerResponse];
    const out = openStream(res, timing);
    out.begin(answer);
    const piece = `data: ${"x".repeat(16_000)}\n\n`;
    while (out.write(piece) || res.writableLength < 64_000) {
      // What the system takes into its own buffers is not the caller's doing.
      await new Promise(setImmediate);
    }
    const closed = once(res, "close");
    out.listen(() => {
      out.end("");
    });
    read(socket);
    await closed;
    socket.destroy();
    server.close();
    return res.writableFinished ? "served" : "cut";
  };

  it("cuts a caller who leaves a full buffer unread", async () => {
    const nothing = (): void => undefined;
    expect(await slowly({ slowReaderMs: 50 }, nothing)).toBe("cut");
  });

  it("serves a caller who is slow and reads", async () => {
    expect(
      await slowly({ slowReaderMs: 5_000 }, (socket) => {
        socket.resume();
      }),
    ).toBe("served");
  });
});
