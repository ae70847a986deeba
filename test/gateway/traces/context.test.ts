import { describe, expect, it, test } from "vitest";
import {
  beginContext,
  contextHeaders,
  isSampled,
  newSpanId,
  parseTraceparent,
} from "@/lib/gateway/traces/context";
import { uuidV7 } from "@/lib/shared/uuid";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const spanId = "00f067aa0ba902b7";
const all = { byParent: true, ratio: 1 };

describe("traceparent", () => {
  test.each([
    ["sampled", `00-${traceId}-${spanId}-01`, { traceId, spanId, isSampled: true }],
    ["not sampled", `00-${traceId}-${spanId}-00`, { traceId, spanId, isSampled: false }],
    ["random, not sampled", `00-${traceId}-${spanId}-02`, { traceId, spanId, isSampled: false }],
    [
      "a later version with more",
      `cc-${traceId}-${spanId}-01-x`,
      { traceId, spanId, isSampled: true },
    ],
    ["ours with more", `00-${traceId}-${spanId}-01-x`, null],
    ["a version that there is not", `ff-${traceId}-${spanId}-01`, null],
    ["no trace", `00-${"0".repeat(32)}-${spanId}-01`, null],
    ["no span", `00-${traceId}-${"0".repeat(16)}-01`, null],
    ["capitals", `00-${traceId.toUpperCase()}-${spanId}-01`, null],
    ["too short", `00-${traceId}-${spanId}`, null],
    ["nonsense", "evil\r\nheader: 1", null],
    ["nothing", undefined, null],
  ])("%s", (_, header, parent) => {
    expect(parseTraceparent(header)).toEqual(parent);
  });
});

describe("the context of a call", () => {
  it("goes on with its caller's trace", () => {
    const headers = { traceparent: `00-${traceId}-${spanId}-01`, tracestate: "a=1" };
    const context = beginContext(uuidV7(1), headers, all);
    expect(context).toMatchObject({ traceId, parentSpanId: spanId, isSampled: true, state: "a=1" });
    expect(context.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(context.spanId).not.toBe(spanId);
  });

  it("begins a trace under the call's own id, and takes no state without a parent", () => {
    const id = uuidV7(1_700_000_000_000);
    expect(beginContext(id, { tracestate: "a=1" }, all)).toMatchObject({
      traceId: id.replaceAll("-", ""),
      parentSpanId: null,
      state: "",
    });
  });

  it("drops a state that is longer than it may be", () => {
    const headers = { traceparent: `00-${traceId}-${spanId}-01`, tracestate: "a".repeat(513) };
    expect(beginContext(uuidV7(1), headers, all).state).toBe("");
  });

  it("is told to the next one with the attempt as parent", () => {
    const context = beginContext(
      uuidV7(1),
      { traceparent: `00-${traceId}-${spanId}-00`, tracestate: "a=1" },
      all,
    );
    expect(contextHeaders(context, "0123456789abcdef")).toEqual({
      traceparent: `00-${traceId}-0123456789abcdef-00`,
      tracestate: "a=1",
    });
  });

  it("has span ids that differ", () => {
    expect(new Set(Array.from({ length: 1_000 }, newSpanId)).size).toBe(1_000);
  });
});

describe("sampling", () => {
  const parent = (sampled: boolean): NonNullable<ReturnType<typeof parseTraceparent>> => ({
    traceId,
    spanId,
    isSampled: sampled,
  });
  test.each([
    ["by the parent's yes, whatever the ratio", { byParent: true, ratio: 0 }, parent(true), true],
    ["by the parent's no", { byParent: true, ratio: 1 }, parent(false), false],
    ["without regard for the parent", { byParent: false, ratio: 0 }, parent(true), false],
    ["all where nobody decided", { byParent: true, ratio: 1 }, null, true],
    ["none where nobody decided", { byParent: true, ratio: 0 }, null, false],
  ])("%s", (_, sampler, from, sampled) => {
    expect(isSampled(sampler, traceId, from)).toBe(sampled);
  });

  it("keeps its ends for the least and the largest id", () => {
    const id = (digit: string): string => "a".repeat(18) + digit.repeat(14);
    expect(isSampled({ byParent: false, ratio: 0 }, id("f"), null)).toBe(false);
    expect(isSampled({ byParent: false, ratio: 1 }, id("0"), null)).toBe(true);
  });

  it("keeps about its share of the ids that we mint", () => {
    const sampler = { byParent: false, ratio: 0.1 };
    const kept = Array.from({ length: 20_000 }, () => uuidV7(1).replaceAll("-", "")).filter((id) =>
      isSampled(sampler, id, null),
    );
    expect(kept.length).toBeGreaterThan(1_700);
    expect(kept.length).toBeLessThan(2_300);
  });
});
