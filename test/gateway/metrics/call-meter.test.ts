import { describe, expect, it } from "vitest";
import type { CallTrace } from "@/lib/gateway/call-trace";
import { createCallMeter } from "@/lib/gateway/metrics/call-meter";
import { createRegistry } from "@/lib/gateway/metrics/registry";
import { renderMetrics } from "@/lib/gateway/metrics/render";
import { GatewayError } from "@/lib/shared/errors";
import {
  attemptAt,
  failedAt,
  finishedCall,
  inventedTarget,
  requestOf,
  snapshot,
  targetOf,
} from "./finished";

const us = targetOf("acme:us:first-2026");
const eu = targetOf("acme:eu:first-2026");
const third = targetOf("other:global:third");

function metered(calls: readonly CallTrace[], withKeys = false): string[] {
  const registry = createRegistry();
  const meter = createCallMeter(registry, {
    snapshot: () => snapshot,
    originOf: ({ provider }) =>
      provider === "other" ? "https://api.openai.com" : "https://api.acme.example",
    withKeys,
  });
  for (const call of calls) {
    meter.count(call, call.endedMs ?? 1_103);
  }
  return renderMetrics(registry.families())
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
}

const refused = (over: Partial<CallTrace>): CallTrace =>
  finishedCall([], { plan: null, answering: null, ...over });

describe("a served call", () => {
  it("counts once, with its attempt, tokens, price and times", () => {
    const lines = metered([finishedCall([attemptAt(us)])]);
    const client =
      'gen_ai_operation_name="chat",gen_ai_provider_name="acme",gen_ai_request_model="first-2026"';
    const place = 'bellwether_provider="acme",bellwether_region="us"';
    const server =
      'gen_ai_operation_name="chat",gen_ai_provider_name="acme",gen_ai_request_model="auto",gen_ai_response_model="first"';
    expect(lines).toEqual(
      expect.arrayContaining([
        'bellwether_calls_total{route="auto",outcome="served",rescued_by="none"} 1',
        'bellwether_attempts_total{provider="acme",region="us",model="first",outcome="succeeded"} 1',
        'bellwether_cost_usd_total{provider="acme",region="us",model="first"} 0.00056',
        `gen_ai_client_operation_duration_seconds_sum{${client},${place}} 0.1`,
        `gen_ai_client_operation_duration_seconds_bucket{${client},${place},le="0.08"} 0`,
        `gen_ai_client_operation_duration_seconds_bucket{${client},${place},le="0.16"} 1`,
        `gen_ai_client_token_usage_sum{${client},gen_ai_token_type="input",${place}} 40`,
        `gen_ai_client_token_usage_sum{${client},gen_ai_token_type="output",${place}} 60`,
        `gen_ai_server_request_duration_seconds_sum{${server}} 0.103`,
        "bellwether_overhead_seconds_count 1",
        'bellwether_overhead_seconds_bucket{le="0.0025"} 0',
        'bellwether_overhead_seconds_bucket{le="0.005"} 1',
      ]),
    );
  });

  it("tells the times of a stream, and per token without the first one", () => {
    const one = attemptAt(us, { firstTokenMs: 1_042 });
    const lines = metered([
      finishedCall([one], { request: requestOf({ stream: true }), firstTokenMs: 1_042 }),
    ]);
    const sum = (name: string): string | undefined =>
      lines
        .find((line) => line.startsWith(`${name}_sum`))
        ?.split(" ")
        .at(-1);
    expect(Number(sum("gen_ai_server_time_to_first_token_seconds"))).toBeCloseTo(0.042, 9);
    expect(Number(sum("gen_ai_client_operation_time_to_first_chunk_seconds"))).toBeCloseTo(0.04, 9);
    expect(Number(sum("gen_ai_server_time_per_output_token_seconds"))).toBeCloseTo(0.061 / 59, 9);
  });

  it("is told as a fallback with both models, and its failed attempt with the reason", () => {
    const call = finishedCall([
      failedAt(us, 503),
      attemptAt(third, { entryIndex: 1, how: "next" }),
    ]);
    expect(metered([call])).toEqual(
      expect.arrayContaining([
        'bellwether_calls_total{route="auto",outcome="served",rescued_by="fallback"} 1',
        'bellwether_fallbacks_total{route="auto",from="first",to="third"} 1',
        'bellwether_attempts_total{provider="acme",region="us",model="first",outcome="failed",reason="overloaded"} 1',
        expect.stringMatching(
          /^gen_ai_client_operation_duration_seconds_count\{.*error_type="overloaded".*\} 1$/,
        ),
        expect.stringMatching(
          /^gen_ai_client_operation_duration_seconds_count\{.*gen_ai_provider_name="openai",gen_ai_request_model="third".*\} 1$/,
        ),
      ]),
    );
  });

  it("is told as a region switch when only the place differs", () => {
    const lines = metered([finishedCall([failedAt(us, 500), attemptAt(eu, { how: "next" })])]);
    expect(lines).toContain('bellwether_region_switches_total{model="first",from="us",to="eu"} 1');
    expect(lines.join("\n")).not.toContain("bellwether_fallbacks_total");
  });
});

describe("a call that was not served", () => {
  it("counts under its error, and not as an answer of anybody", () => {
    const error = new GatewayError("targets_exhausted");
    const lines = metered([finishedCall([failedAt(us, 503)], { answering: null, error })]);
    expect(lines).toContain(
      'bellwether_calls_total{route="auto",outcome="failed",rescued_by="none",error="targets_exhausted"} 1',
    );
    expect(lines.join("\n")).not.toContain("time_to_first_token");
  });

  it("of a stranger counts without a route, and adds to no time", () => {
    const lines = metered([
      refused({
        key: null,
        request: null,
        route: null,
        error: new GatewayError("invalid_api_key"),
      }),
    ]);
    expect(lines).toEqual([
      'bellwether_calls_total{route="none",outcome="refused",rescued_by="none",error="invalid_api_key"} 1',
      ...Array.from(
        { length: 12 },
        () => expect.stringMatching(/^bellwether_overhead.* 0$/) as string,
      ),
      'bellwether_overhead_seconds_bucket{le="+Inf"} 0',
      "bellwether_overhead_seconds_sum 0",
      "bellwether_overhead_seconds_count 0",
    ]);
  });
});

describe("labels", () => {
  it("come from the configuration: ten thousand names that callers made up are three series", () => {
    const calls = Array.from({ length: 10_000 }, (_, n) => {
      const name = `hostile-${n}"} 1 ${"x".repeat(n % 200)}`;
      switch (n % 3) {
        case 0: {
          const error = new GatewayError("unknown_model");
          return refused({ request: requestOf({ model: name }), route: null, error });
        }
        case 1:
          return finishedCall([attemptAt(inventedTarget(name))], { route: `acme/${name}` });
        default:
          return finishedCall([attemptAt(us)], { route: `auto,${name}` });
      }
    });
    const lines = metered(calls);
    expect(lines.join("\n")).not.toContain("hostile");
    expect(lines.filter((line) => line.startsWith("bellwether_calls_total"))).toEqual([
      'bellwether_calls_total{route="other",outcome="refused",rescued_by="none",error="unknown_model"} 3334',
      'bellwether_calls_total{route="other",outcome="served",rescued_by="none"} 6666',
    ]);
    expect(lines.filter((line) => line.startsWith("bellwether_attempts_total"))).toEqual([
      'bellwether_attempts_total{provider="acme",region="us",model="other",outcome="succeeded"} 3333',
      'bellwether_attempts_total{provider="acme",region="us",model="first",outcome="succeeded"} 3333',
    ]);
    expect(lines.length).toBeLessThan(200);
  });

  it("name the key only when the deployment asks for it", () => {
    const call = finishedCall([attemptAt(us)]);
    expect(metered([call]).join("\n")).not.toContain("key=");
    expect(metered([call], true)).toContain(
      'bellwether_calls_total{route="auto",outcome="served",rescued_by="none",key="app"} 1',
    );
  });
});
