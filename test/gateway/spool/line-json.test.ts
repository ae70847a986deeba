import fc from "fast-check";
import { expect, it } from "vitest";
import { begunJson, lineJson } from "@/lib/gateway/spool/line-json";
import type { AttemptRecord, CallRecord } from "@/lib/store/call-log";
import { attemptRecord, callRecord } from "../../store/traffic";

const text = fc.option(fc.string({ unit: "binary" }));
const figure = fc.option(fc.integer());
const metadata = fc.option(fc.dictionary(fc.string(), fc.string({ unit: "binary" })));

const call = fc
  .record({
    key_id: text,
    demo: fc.boolean(),
    route: text,
    asked_model: text,
    model: text,
    provider: text,
    region: text,
    error_code: text,
    error_message: text,
    stream: fc.boolean(),
    fallback: fc.boolean(),
    region_switch: fc.boolean(),
    tokens_estimated: fc.boolean(),
    ttft_ms: figure,
    prompt_tokens: figure,
    completion_tokens: figure,
    cached_tokens: figure,
    cost_nano_usd: figure,
    plan_hash: text,
    metadata,
    needs: fc.option(fc.subarray(["tools", "vision", "json"] as const)),
    trace_id: text,
    node_id: fc.string(),
  })
  .map((changes): CallRecord => callRecord(1_764_000_000_000, changes));
const attempt = fc
  .record({
    target_id: fc.string({ unit: "binary" }),
    reason: text,
    status: figure,
    error: text,
    health: fc.boolean(),
    ttft_ms: figure,
    cost_nano_usd: figure,
  })
  .map((changes): AttemptRecord => attemptRecord(callRecord(1_764_000_000_000), changes));

/** Without what is null: a column without a value is null too. */
const told = (line: unknown): unknown =>
  JSON.parse(JSON.stringify(line, (_, value: unknown) => value ?? undefined));

it("a line is what JSON.stringify says, column by column, without what is null", () => {
  fc.assert(
    fc.property(call, fc.array(attempt, { maxLength: 3 }), (one, attempts) => {
      const line = { call: one, attempts };
      expect(JSON.parse(lineJson(line))).toEqual(told(line));
    }),
  );
});

it("a line tells the place of its own call, also where others before it had the same model", () => {
  const places = fc.record({
    model: fc.constantFrom("a", "b", null),
    provider: fc.constantFrom("p", "q", null),
    region: fc.constantFrom("r", "s", null),
    first_model: fc.constantFrom("a", "b", null),
    first_provider: fc.constantFrom("p", "q", null),
    first_region: fc.constantFrom("r", "s", null),
    asked_model: fc.constantFrom("auto", "a", null),
    key_id: fc.constantFrom("k", "l", null),
    route: fc.constantFrom("auto", "other", null),
    demo: fc.boolean(),
    node_id: fc.constantFrom("n/0", "n/1"),
  });
  const changes = fc.record({
    target_id: fc.constantFrom("p:r:a", "q:s:b"),
    provider: fc.constantFrom("p", "q"),
    region: fc.constantFrom("r", "s"),
    model: fc.constantFrom("a", "b"),
    demo: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(places, changes), { minLength: 10 }), (all) => {
      for (const [at, tried] of all) {
        const one = callRecord(1_764_000_000_000, at);
        const line = { call: one, attempts: [attemptRecord(one, tried)] };
        expect(JSON.parse(lineJson(line))).toEqual(told(line));
      }
    }),
  );
});

it("a beginning is what JSON.stringify says, column by column, without what is null", () => {
  fc.assert(
    fc.property(call, (one) => {
      const { id, started_at, node_id, key_id, demo, route, asked_model, stream, revision } = one;
      const names = { id, started_at, node_id, key_id, demo, route, asked_model, stream, revision };
      const begun = { ...names, plan_hash: one.plan_hash, metadata: one.metadata };
      expect(JSON.parse(begunJson(begun))).toEqual(told(begun));
    }),
  );
});
