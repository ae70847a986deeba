/** What a real collector gets of real calls, what a provider is told, and what a broken collector costs. */
import { type IncomingHttpHeaders, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TracingSettings, readTracing } from "@/lib/shared/otel-env";
import {
  type Collector,
  type JsonSpan,
  attributeOf,
  spansIn,
  startCollector,
} from "../gateway/traces/collector";
import { breakPlace, lanesDocument } from "../support/lanes";
import { type Stack, eventually, startStack } from "../support/stack";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const parentId = "00f067aa0ba902b7";

function tracing(url: string, more: Record<string, string> = {}): TracingSettings {
  const read = readTracing({
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_HEADERS: "api-key=secret",
    ...more,
  });
  if (!read.ok || read.settings === null) {
    throw new Error("no settings");
  }
  return read.settings;
}

/** A provider that remembers the headers of the calls it answered. */
async function startProvider(): Promise<{
  url: string;
  headers: IncomingHttpHeaders[];
  close: () => void;
}> {
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((req, res) => {
    if (req.method === "POST") {
      headers.push(req.headers);
    }
    req.resume().on("end", () => {
      const message = { role: "assistant", content: "Hello." };
      res.writeHead(200, { "content-type": "application/json" });
      res.end(JSON.stringify({ choices: [{ index: 0, message, finish_reason: "stop" }] }));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    headers,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe("with a collector", () => {
  let collector: Collector;
  let provider: Awaited<ReturnType<typeof startProvider>>;
  let stack: Stack;
  beforeAll(async () => {
    [collector, provider] = await Promise.all([startCollector(), startProvider()]);
    stack = await startStack({
      document: (_, wall) =>
        lanesDocument(wall, [
          { id: "plain", places: [{ name: "first", baseUrl: provider.url }] },
          { id: "broken", places: [{ name: "first" }, { name: "second", baseUrl: provider.url }] },
        ]),
      env: { tracing: tracing(collector.url, { TRACEPARENT_PROVIDERS: "broken-second" }) },
    });
  });
  afterAll(async () => {
    await stack.stop();
    await collector.close();
    provider.close();
  });

  const spansOfTrace = (id: string, count: number): Promise<JsonSpan[]> =>
    eventually(() => {
      const spans = spansIn(collector.received).filter((span) => span.traceId === id);
      return spans.length >= count ? spans : null;
    });

  const loggedTrace = async (response: Response): Promise<string | null> => {
    const id = response.headers.get("x-request-id") ?? "";
    const call = await eventually(() => stack.db.prisma.call.findUnique({ where: { id } }));
    return call.traceId;
  };

  it("a call goes on with its caller's trace, an attempt is a child of the call", async () => {
    breakPlace(stack.wall, "broken", { kind: "status", status: 503 });
    const response = await stack.chat(
      { model: "broken", messages: [{ role: "user", content: "canary-prompt" }] },
      { headers: { traceparent: `00-${traceId}-${parentId}-01`, tracestate: "vendor=1" } },
    );
    expect(response.status).toBe(200);
    const [own, failed, served] = await spansOfTrace(traceId, 3);
    expect(own).toMatchObject({
      parentSpanId: parentId,
      traceState: "vendor=1",
      name: "POST /v1/chat/completions",
      kind: 2,
    });
    expect(attributeOf(own!, "bellwether.call.id")).toBe(response.headers.get("x-request-id"));
    expect(attributeOf(own!, "gen_ai.response.model")).toBe("broken-second-model");
    expect(await loggedTrace(response)).toBe(traceId);
    expect(failed).toMatchObject({ parentSpanId: own!.spanId, kind: 3, status: { code: 2 } });
    expect(attributeOf(failed!, "error.type")).toBe("overloaded");
    expect(attributeOf(failed!, "http.response.status_code")).toBe("503");
    expect(served).toMatchObject({ parentSpanId: own!.spanId, name: "chat claude-sonnet-4-5" });
    for (const child of [failed!, served!]) {
      expect(BigInt(child.startTimeUnixNano)).toBeGreaterThanOrEqual(
        BigInt(own!.startTimeUnixNano),
      );
      expect(BigInt(child.endTimeUnixNano)).toBeLessThanOrEqual(BigInt(own!.endTimeUnixNano));
    }
    const { headers, path, body } = collector.received.at(-1)!;
    expect(path).toBe("/v1/traces");
    expect(headers["api-key"]).toBe("secret");
    expect(body.toString()).toContain('"service.name"');
    expect(JSON.stringify(collector.received.map((one) => one.body.toString()))).not.toMatch(
      /canary-prompt|bw_live_/,
    );
  });

  it("only a provider that is to be told hears of the trace", async () => {
    const told = provider.headers.at(-1);
    const served = spansIn(collector.received).find(
      (span) => attributeOf(span, "bellwether.provider") === "broken-second",
    );
    expect(told?.["traceparent"]).toBe(`00-${traceId}-${served!.spanId}-01`);
    expect(told?.["tracestate"]).toBe("vendor=1");
    await stack.chat(
      { model: "plain" },
      { headers: { traceparent: `00-${traceId}-${parentId}-01`, tracestate: "vendor=1" } },
    );
    expect(provider.headers).toHaveLength(2);
    expect(Object.keys(provider.headers[1] ?? {})).not.toContain("traceparent");
    expect(Object.keys(provider.headers[1] ?? {})).not.toContain("tracestate");
  });

  it("a trace that begins here has the call's own id", async () => {
    const response = await stack.chat({ model: "plain" });
    await response.text();
    const id = (response.headers.get("x-request-id") ?? "").replaceAll("-", "");
    const [own] = await spansOfTrace(id, 2);
    expect(own?.parentSpanId).toBeUndefined();
  });

  it("a caller that does not sample is not traced, and a stranger neither", async () => {
    const other = traceId.replace("4", "5");
    const unsampled = await stack.chat(
      { model: "plain" },
      { headers: { traceparent: `00-${other}-${parentId}-00` } },
    );
    expect(await loggedTrace(unsampled)).toBeNull();
    await stack.chat(
      { model: "plain" },
      { headers: { traceparent: `00-${other}-${parentId}-01`, authorization: "Bearer nobody" } },
    );
    const response = await stack.chat({ model: "plain" });
    await spansOfTrace((response.headers.get("x-request-id") ?? "").replaceAll("-", ""), 2);
    expect(spansIn(collector.received).filter((span) => span.traceId === other)).toEqual([]);
  });
});

describe("with a collector that hangs", () => {
  let collector: Collector;
  let stack: Stack;
  beforeAll(async () => {
    collector = await startCollector();
    collector.answer(null);
    stack = await startStack({
      document: (_, wall) => lanesDocument(wall, [{ id: "plain" }]),
      env: { tracing: tracing(collector.url) },
    });
  });
  afterAll(async () => {
    await stack.stop();
    await collector.close();
  });

  it("calls are as they were, and what had no room is counted", async () => {
    // Two spans a call: more than the queue holds and the batch that hangs.
    let left = 1_150;
    let longestMs = 0;
    const worker = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        const askedMs = performance.now();
        const response = await stack.chat({ model: "plain", max_tokens: 1 });
        expect(response.status).toBe(200);
        await response.text();
        longestMs = Math.max(longestMs, performance.now() - askedMs);
      }
    };
    // So few that none waits long for the others, on a busy machine neither.
    await Promise.all(Array.from({ length: 8 }, worker));
    // The exporter itself waits ten seconds for its collector.
    expect(longestMs).toBeLessThan(5_000);
    const text = await (await fetch(`${stack.url}/metrics`)).text();
    const spans = (result: string): number =>
      Number(
        new RegExp(`^bellwether_trace_spans_total\\{result="${result}"\\} (\\d+)$`, "m").exec(
          text,
        )?.[1],
      );
    expect(spans("exported")).toBe(0);
    expect(spans("dropped")).toBeGreaterThan(0);
    expect(collector.received.length).toBeGreaterThan(0);
  });
});
