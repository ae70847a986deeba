import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Exporter,
  type ExporterTimes,
  createExporter,
  maxQueuedSpans,
} from "@/lib/gateway/traces/exporter";
import type { Span } from "@/lib/gateway/traces/span";
import { eventually } from "../../support/eventually";
import { type Collector, startCollector } from "./collector";

const span: Span = {
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  spanId: "00f067aa0ba902b7",
  parentSpanId: null,
  state: "",
  name: "chat first",
  kind: "client",
  startUs: 1,
  endUs: 2,
  attributes: [],
  isError: false,
};
const many = (count: number): Span[] => Array.from({ length: count }, () => span);

describe("an exporter", () => {
  let collector: Collector;
  let exporter: Exporter;
  let told: string[];
  const open = (
    times: Partial<ExporterTimes> = {},
    url = `${collector.url}/v1/traces`,
    contentType = "application/json",
  ): void => {
    told = [];
    exporter = createExporter({
      url,
      headers: { "x-key": "collector-key" },
      contentType,
      encode: (spans) => Buffer.from(JSON.stringify(spans)),
      tell: (line) => told.push(line),
      times: { gatherMs: 5, timeoutMs: 10_000, retryFirstMs: 5, retryLongestMs: 20, ...times },
    });
  };
  beforeEach(async () => {
    collector = await startCollector();
  });
  afterEach(async () => {
    await exporter.stop(100);
    await collector.close();
  });
  const received = (): number =>
    collector.received.reduce(
      (sum, { body }) => sum + (JSON.parse(body.toString()) as []).length,
      0,
    );
  const settled = (): Promise<unknown> =>
    eventually(() => {
      const { exported, dropped, queued } = exporter.counts();
      return queued === 0 && exported + dropped > 0;
    });

  it.each([
    ["application/json", '{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}}', 3],
    ["application/x-protobuf", Buffer.from([0x0a, 0x05, 0x08, 0x03, 0x12, 0x01, 0x78]), 3],
    ["application/x-protobuf", Buffer.from([0x0a, 0x03, 0x08, 0xac, 0x02]), 5],
    ["application/x-protobuf", Buffer.alloc(0), 0],
    ["application/json", "<html>", 0],
  ])("counts as dropped what a collector rejects: %s %s", async (type, body, rejected) => {
    open({}, undefined, type);
    collector.answer(200, {}, body);
    exporter.offer(many(5));
    await settled();
    expect(exporter.counts()).toEqual({ exported: 5 - rejected, dropped: rejected, queued: 0 });
    expect(told).toHaveLength(rejected === 0 ? 0 : 1);
  });

  it("sends what comes together in one request, with its headers", async () => {
    open();
    exporter.offer(many(2));
    exporter.offer(many(1));
    await settled();
    expect(collector.received).toHaveLength(1);
    expect(collector.received[0]).toMatchObject({
      path: "/v1/traces",
      headers: { "x-key": "collector-key", "content-type": "application/json" },
    });
    expect(exporter.counts()).toEqual({ exported: 3, dropped: 0, queued: 0 });
    expect(told).toEqual([]);
  });

  it("sends a batch again when it is asked to, and loses nothing", async () => {
    open();
    collector.answer(503, { "retry-after": "0" });
    exporter.offer(many(2));
    await eventually(() => collector.received.length >= 2);
    collector.answer(200);
    await settled();
    expect(exporter.counts()).toEqual({ exported: 2, dropped: 0, queued: 0 });
    expect(told).toHaveLength(2);
  });

  it("drops at once what the collector refuses for good, and goes on", async () => {
    open();
    collector.answer(400);
    exporter.offer(many(2));
    await settled();
    expect(collector.received).toHaveLength(1);
    collector.answer(200);
    exporter.offer(many(1));
    await eventually(() => exporter.counts().exported === 1);
    expect(exporter.counts()).toEqual({ exported: 1, dropped: 2, queued: 0 });
  });

  it("gives a batch up after five tries when nobody is there", async () => {
    open({}, "http://127.0.0.1:9/v1/traces");
    exporter.offer(many(2));
    await settled();
    expect(exporter.counts()).toEqual({ exported: 0, dropped: 2, queued: 0 });
    expect(told).toHaveLength(1);
  });

  it("keeps a bounded number while the collector hangs, and counts what it dropped", async () => {
    open({ timeoutMs: 60_000 });
    collector.answer(null);
    for (let n = 0; n < 100; n += 1) {
      exporter.offer(many(50));
    }
    await eventually(() => collector.received.length === 1);
    for (let n = 0; n < 100; n += 1) {
      exporter.offer(many(50));
    }
    const { exported, dropped, queued } = exporter.counts();
    expect(exported).toBe(0);
    expect(queued).toBeLessThanOrEqual(maxQueuedSpans);
    expect(dropped).toBeGreaterThan(10_000 - maxQueuedSpans - 200);
    const before = performance.now();
    await exporter.stop(50);
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(exporter.counts()).toEqual({ exported: 0, dropped: 10_000, queued: 0 });
  });

  it("sends at its end what is still there", async () => {
    open({ gatherMs: 60_000 });
    exporter.offer(many(300));
    await exporter.stop(1_000);
    expect(received()).toBe(300);
    expect(exporter.counts()).toEqual({ exported: 300, dropped: 0, queued: 0 });
  });
});
