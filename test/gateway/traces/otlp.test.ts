import { describe, expect, it } from "vitest";
import { encodeJson } from "@/lib/gateway/traces/otlp-json";
import { encodeProtobuf } from "@/lib/gateway/traces/otlp-protobuf";
import type { Attribute, Span } from "@/lib/gateway/traces/span";

const resource: readonly Attribute[] = [{ key: "service.name", type: "text", value: "bellwether" }];
const spans: readonly Span[] = [
  {
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: "00f067aa0ba902b7",
    parentSpanId: "b7ad6b7169203331",
    state: "vendor=1",
    name: "POST /v1/chat/completions",
    kind: "server",
    startUs: 1_700_000_000_000_250,
    endUs: 1_700_000_000_103_000,
    attributes: [
      { key: "http.route", type: "text", value: "/v1/chat/completions" },
      { key: "http.response.status_code", type: "int", value: 502 },
      { key: "big", type: "int", value: Number.MAX_SAFE_INTEGER },
      { key: "zero", type: "int", value: 0 },
      { key: "bellwether.cost_usd", type: "double", value: 0.000_56 },
      { key: "gen_ai.request.stream", type: "flag", value: true },
      { key: "no", type: "flag", value: false },
      { key: "gen_ai.response.finish_reasons", type: "texts", value: ["stop", "길이"] },
      { key: "long", type: "text", value: "x".repeat(300) },
    ],
    isError: true,
  },
  {
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: "0123456789abcdef",
    parentSpanId: null,
    state: "",
    name: "chat first",
    kind: "client",
    startUs: 1_700_000_000_001_000,
    endUs: 1_700_000_000_002_000,
    attributes: [],
    isError: false,
  },
];

/** The same request as the official Python package writes it (opentelemetry-proto 1.45.2, protobuf 7.36.2). */
const official = [
  "CvcFCh4KHAoMc2VydmljZS5uYW1lEgwKCmJlbGx3ZXRoZXIS1AUKDAoKYmVsbHdldGhlchKFBQoQS/kvNXezTaajzp",
  "KdDg5HNhIIAPBnqgupArcaCHZlbmRvcj0xIgi3rWtxaSAzMSoZUE9TVCAvdjEvY2hhdC9jb21wbGV0aW9uczACOZDQ",
  "LTb+nJcXQcCnTTz+nJcXSiQKCmh0dHAucm91dGUSFgoUL3YxL2NoYXQvY29tcGxldGlvbnNKIAoZaHR0cC5yZXNwb2",
  "5zZS5zdGF0dXNfY29kZRIDGPYDShAKA2JpZxIJGP////////8PSgoKBHplcm8SAhgASiAKE2JlbGx3ZXRoZXIuY29z",
  "dF91c2QSCSHS+8bXnllCP0obChVnZW5fYWkucmVxdWVzdC5zdHJlYW0SAhABSggKAm5vEgIQAEo2Ch5nZW5fYWkucm",
  "VzcG9uc2UuZmluaXNoX3JlYXNvbnMSFCoSCgYKBHN0b3AKCAoG6ri47J20SrgCCgRsb25nEq8CCqwCeHh4eHh4eHh4",
  "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eH",
  "h4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4",
  "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eH",
  "h4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4",
  "eHh4eHh4eHh4eHh4eHh4eHh4eHh4egIYAhI8ChBL+S81d7NNpqPOkp0ODkc2EggBI0VniavN7yoKY2hhdCBmaXJzdD",
  "ADOUBCOTb+nJcXQYCESDb+nJcX",
].join("");

describe("OTLP in Protocol Buffers", () => {
  it("is byte for byte what the official package writes", () => {
    expect(encodeProtobuf(resource, spans).toString("base64")).toBe(official);
  });

  it("is whole when it is larger than what was reserved", () => {
    const many = Array.from({ length: 100 }, () => spans[0]!);
    const encoded = encodeProtobuf(resource, many);
    // One span alone is the same bytes wherever it stands.
    const one = encodeProtobuf([], spans.slice(1));
    const own = one.subarray(one.indexOf("4bf92f3577b34da6", 0, "hex") - 2);
    expect(encoded.length).toBeGreaterThan(60_000);
    expect(encodeProtobuf(resource, [...many, spans[1]!]).subarray(-own.length)).toEqual(own);
  });
});

describe("OTLP in JSON", () => {
  it("has ids in hex, 64-bit numbers as text and enumerations as numbers", () => {
    expect(JSON.parse(encodeJson(resource, spans).toString())).toEqual({
      resourceSpans: [
        {
          resource: {
            attributes: [{ key: "service.name", value: { stringValue: "bellwether" } }],
          },
          scopeSpans: [
            {
              scope: { name: "bellwether" },
              spans: [
                {
                  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
                  spanId: "00f067aa0ba902b7",
                  parentSpanId: "b7ad6b7169203331",
                  traceState: "vendor=1",
                  name: "POST /v1/chat/completions",
                  kind: 2,
                  startTimeUnixNano: "1700000000000250000",
                  endTimeUnixNano: "1700000000103000000",
                  attributes: [
                    { key: "http.route", value: { stringValue: "/v1/chat/completions" } },
                    { key: "http.response.status_code", value: { intValue: "502" } },
                    { key: "big", value: { intValue: "9007199254740991" } },
                    { key: "zero", value: { intValue: "0" } },
                    { key: "bellwether.cost_usd", value: { doubleValue: 0.000_56 } },
                    { key: "gen_ai.request.stream", value: { boolValue: true } },
                    { key: "no", value: { boolValue: false } },
                    {
                      key: "gen_ai.response.finish_reasons",
                      value: {
                        arrayValue: { values: [{ stringValue: "stop" }, { stringValue: "길이" }] },
                      },
                    },
                    { key: "long", value: { stringValue: "x".repeat(300) } },
                  ],
                  status: { code: 2 },
                },
                {
                  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
                  spanId: "0123456789abcdef",
                  name: "chat first",
                  kind: 3,
                  startTimeUnixNano: "1700000000001000000",
                  endTimeUnixNano: "1700000000002000000",
                  attributes: [],
                },
              ],
            },
          ],
        },
      ],
    });
  });
});
