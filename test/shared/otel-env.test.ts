import { describe, expect, it, test } from "vitest";
import { type TracingSettings, readTracing } from "@/lib/shared/otel-env";
import { type EnvError, parseEnv } from "@/lib/shared/env";

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318/" };

function settingsOf(source: Record<string, string>): TracingSettings | null {
  return parseEnv(source).tracing;
}

describe("traces", () => {
  it("are off without an endpoint, whatever else a cluster sets", () => {
    expect(
      settingsOf({
        OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
        OTEL_TRACES_SAMPLER: "jaeger_remote",
        OTEL_SERVICE_NAME: "x",
      }),
    ).toBeNull();
  });

  it("are off when the standard's switch says so", () => {
    expect(settingsOf({ ...endpoint, OTEL_SDK_DISABLED: "TRUE" })).toBeNull();
    expect(settingsOf({ ...endpoint, OTEL_SDK_DISABLED: "no" })).not.toBeNull();
  });

  it("go to the collector's own place by the standard's defaults", () => {
    expect(settingsOf(endpoint)).toEqual({
      url: "http://collector:4318/v1/traces",
      headers: {},
      protocol: "http/protobuf",
      resource: { "service.name": "bellwether" },
      sampler: { byParent: true, ratio: 1 },
      toldProviders: new Set(),
    });
  });

  it("obey what is said for them alone before what is said for everything", () => {
    expect(
      settingsOf({
        ...endpoint,
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://traces.example/otlp",
        OTEL_EXPORTER_OTLP_HEADERS: "api-key=a%20b, x-scope=1",
        OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-scope=2",
        OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/json",
        OTEL_SERVICE_NAME: "gateway",
        OTEL_RESOURCE_ATTRIBUTES: "service.name=other,deployment.environment.name=prod",
        OTEL_TRACES_SAMPLER: "traceidratio",
        OTEL_TRACES_SAMPLER_ARG: "0.25",
        TRACEPARENT_PROVIDERS: "vllm, local",
      }),
    ).toEqual({
      url: "https://traces.example/otlp",
      headers: { "api-key": "a b", "x-scope": "2" },
      protocol: "http/json",
      resource: { "service.name": "gateway", "deployment.environment.name": "prod" },
      sampler: { byParent: false, ratio: 0.25 },
      toldProviders: new Set(["vllm", "local"]),
    });
  });

  test.each([
    ["always_off", { byParent: false, ratio: 0 }],
    ["parentbased_always_off", { byParent: true, ratio: 0 }],
    ["parentbased_traceidratio", { byParent: true, ratio: 1 }],
  ])("are sampled by %s", (name, sampler) => {
    const read = readTracing({ ...endpoint, OTEL_TRACES_SAMPLER: name });
    expect(read.ok && read.settings?.sampler).toEqual(sampler);
  });

  test.each([
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317"],
    ["OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"],
    ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc"],
    ["OTEL_TRACES_SAMPLER", "jaeger_remote"],
    ["OTEL_EXPORTER_OTLP_HEADERS", "no equals sign"],
    ["OTEL_RESOURCE_ATTRIBUTES", "a=%zz"],
  ])("refuse %s=%s and name the variable", (name, value) => {
    expect(() => parseEnv({ ...endpoint, [name]: value })).toThrow(
      expect.objectContaining({ problems: [expect.stringMatching(`^${name} must `)] }) as EnvError,
    );
  });

  it("refuse a share that is none", () => {
    const source = { OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "2" };
    expect(() => parseEnv({ ...endpoint, ...source })).toThrow("OTEL_TRACES_SAMPLER_ARG must be");
  });

  it("never repeat a collector's key in a problem", () => {
    expect(() => parseEnv({ OTEL_EXPORTER_OTLP_HEADERS: "canary" })).toThrow(
      expect.not.stringContaining("canary") as string,
    );
  });
});
