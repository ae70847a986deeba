/** What a scrape of a real gateway says after real calls, and to whom. */
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { Pool } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { mergeMetrics } from "@/lib/gateway/metrics/merge";
import { breakPlace, lanesDocument } from "../support/lanes";
import { readStream } from "../support/sse";
import { type Stack, eventually, startStack } from "../support/stack";

const token = "metrics-token-of-a-test";

async function scrape(stack: Stack): Promise<string> {
  const response = await fetch(`${stack.url}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  return response.text();
}

/** The value of the series whose line begins with `start`. */
function valueOf(text: string, start: string): number | undefined {
  const line = text.split("\n").find((one) => one.startsWith(start));
  return line === undefined ? undefined : Number(line.split(" ").at(-1));
}

describe("a scrape", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({
      document: (_, wall) => {
        const document = lanesDocument(wall, [
          { id: "plain" },
          // Nobody calls it, so that it is probed.
          { id: "idle", probe: {} },
          { id: "broken", limits: { attempts: 2 } },
          { id: "gone", places: [{ name: "first" }] },
        ]);
        const [first, ...rest] = document.providers ?? [];
        return { ...document, providers: [{ ...first!, any_model: true }, ...rest] };
      },
    });
  });
  afterAll(() => stack.stop());

  it("counts calls, attempts and fallbacks as callers saw them", async () => {
    breakPlace(stack.wall, "broken", { kind: "status", status: 503 });
    for (let n = 0; n < 3; n += 1) {
      expect((await stack.chat({ model: "plain" })).status).toBe(200);
    }
    const stream = await stack.chat({ model: "plain", stream: true });
    await readStream(stream);
    expect((await stack.chat({ model: "broken" })).status).toBe(200);
    expect((await stack.chat({ model: "nobody" })).status).toBe(404);
    const wrong = await stack.chat({}, { headers: { authorization: "Bearer nobody" } });
    expect(wrong.status).toBe(401);

    const text = await scrape(stack);
    const calls = (labels: string): number | undefined =>
      valueOf(text, `bellwether_calls_total{${labels}}`);
    expect(calls('route="plain",outcome="served",rescued_by="none"')).toBe(4);
    expect(calls('route="broken",outcome="served",rescued_by="fallback"')).toBe(1);
    expect(calls('route="other",outcome="refused",rescued_by="none",error="unknown_model"')).toBe(
      1,
    );
    expect(calls('route="none",outcome="refused",rescued_by="none",error="invalid_api_key"')).toBe(
      1,
    );
    const place = 'provider="broken-first",region="global",model="broken-first-model"';
    expect(
      valueOf(text, `bellwether_attempts_total{${place},outcome="failed",reason="overloaded"}`),
    ).toBe(1);
    expect(
      valueOf(
        text,
        'bellwether_fallbacks_total{route="broken",from="broken-first-model",to="broken-second-model"}',
      ),
    ).toBe(1);
    const server =
      'gen_ai_operation_name="chat",gen_ai_provider_name="plain-first",gen_ai_request_model="plain",gen_ai_response_model="plain-first-model"';
    expect(valueOf(text, `gen_ai_server_request_duration_seconds_count{${server}}`)).toBe(4);
    expect(valueOf(text, `gen_ai_server_time_to_first_token_seconds_count{${server}}`)).toBe(1);
    expect(valueOf(text, "bellwether_overhead_seconds_count")).toBe(5);
    expect(valueOf(text, "bellwether_calls_in_flight")).toBe(0);
  });

  it("tells the state of every target, the revision and the process", async () => {
    breakPlace(stack.wall, "gone", { kind: "status", status: 500 });
    for (let n = 0; n < 4; n += 1) {
      await stack.chat({ model: "gone" });
    }
    const text = await scrape(stack);
    const node = `node="${stack.gateway.nodeId}"`;
    const target = (place: string, model: string): string =>
      `{${node},target="${place}:global:${model}",provider="${place}",region="global"`;
    expect(valueOf(text, `bellwether_target_state${target("gone-first", "gpt-4.1")}`)).toBe(6);
    expect(valueOf(text, `bellwether_target_state${target("plain-first", "gpt-4.1")}`)).toBe(0);
    expect(valueOf(text, `bellwether_target_switch${target("plain-first", "gpt-4.1")}`)).toBe(0);
    expect(
      valueOf(text, 'bellwether_target_openings_total{provider="gone-first",region="global"'),
    ).toBe(1);
    expect(valueOf(text, `bellwether_revision_applied{${node}}`)).toBeGreaterThan(0);
    expect(valueOf(text, "bellwether_build_info{version=")).toBe(1);
    expect(valueOf(text, `process_resident_memory_bytes{${node}}`)).toBeGreaterThan(10_000_000);
    expect(
      valueOf(text, `bellwether_event_loop_lag_seconds{${node},quantile="0.99"}`),
    ).toBeLessThan(5);
  });

  it("counts notices that nobody can read", async () => {
    expect(valueOf(await scrape(stack), "bellwether_notices_malformed_total")).toBe(0);
    await stack.db.pool.query("SELECT pg_notify('bellwether', 'nonsense')");
    await eventually(
      async () => valueOf(await scrape(stack), "bellwether_notices_malformed_total") === 1,
    );
  });

  it("counts probes by what they found", async () => {
    const passed = await eventually(async () => {
      const text = await scrape(stack);
      return valueOf(
        text,
        'bellwether_probes_total{kind="model",provider="idle-first",region="global",verdict="pass"}',
      );
    });
    expect(passed).toBeGreaterThan(0);
  });

  it("grows by no series when callers make up ten thousand names", async () => {
    // One of each kind first: their series are there from then on.
    const names = (n: number): string =>
      n % 50 === 0 ? `plain-first/made-up-${n}` : `made-up-${n}"} 1`;
    await Promise.all([0, 1].map((n) => stack.chat({ model: names(n) })));
    const before = await scrape(stack);
    const pool = new Pool(stack.url, { connections: 32 });
    let next = 2;
    const worker = async (): Promise<void> => {
      while (next < 10_002) {
        const n = next;
        next += 1;
        const { body } = await pool.request({
          method: "POST",
          path: "/v1/chat/completions",
          headers: { authorization: `Bearer ${stack.key}` },
          body: JSON.stringify({ model: names(n), messages: [{ role: "user", content: "Hi" }] }),
        });
        await body.dump();
      }
    };
    await Promise.all(Array.from({ length: 32 }, worker));
    await pool.close();
    const after = await scrape(stack);
    expect(after).not.toContain("made-up");
    expect(after.split("\n").length).toBeLessThanOrEqual(before.split("\n").length + 40);
    const sum = [...after.matchAll(/^bellwether_calls_total\{route="other".* (\d+)$/gm)]
      .map(([, value]) => Number(value))
      .reduce((a, b) => a + b, 0);
    expect(sum).toBeGreaterThanOrEqual(10_002);
  });
});

describe("the door of the metrics", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ env: { metricsToken: token } });
  });
  afterAll(() => stack.stop());

  const ask = (path: string, headers: Record<string, string>): Promise<Response> =>
    fetch(`${stack.url}${path}`, { headers });

  it("opens to the token only", async () => {
    const response = await ask("/metrics", { authorization: `Bearer ${token}` });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("bellwether_build_info");
  });

  it("does not exist for who has none, not even on this machine", async () => {
    const hidden = await ask("/metrics", {});
    const nothing = await ask("/nothing", {});
    expect(hidden.status).toBe(404);
    expect(await hidden.json()).toEqual(await nothing.json());
  });

  it("tells a wrong token so, and nothing else", async () => {
    const response = await ask("/metrics", { authorization: "Bearer wrong-token-wrong" });
    expect(response.status).toBe(401);
    const text = await response.text();
    expect(text).toContain("The metrics token is not valid.");
    expect(text).not.toMatch(/alpha|gpt|127\.0\.0\.1|0\.1\.0/);
  });

  it("is not under /v1, where others are relayed from this machine", async () => {
    const response = await ask("/v1/metrics", { authorization: `Bearer ${token}` });
    expect(response.status).toBe(404);
  });

  it("answers GET only, and tells only those who may read", async () => {
    const post = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${stack.url}/metrics`, { method: "POST", headers });
    expect((await post({ authorization: `Bearer ${token}` })).status).toBe(405);
    expect((await post({})).status).toBe(404);
  });
});

describe("without a token", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  /** fetch would not let a test choose the host. */
  const statusFor = (headers: Record<string, string>): Promise<number> =>
    new Promise((resolve, reject) => {
      request(`${stack.url}/metrics`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on("error", reject)
        .end();
    });

  it("only this machine reads, and nobody through it", async () => {
    expect(await statusFor({})).toBe(200);
    expect(await statusFor({ "x-forwarded-for": "203.0.113.9" })).toBe(404);
    expect(await statusFor({ host: "rebound.example" })).toBe(404);
  });
});

describe("the documents", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  it("tell every metric with its kind, and none that is not there", () => {
    const told = [
      ...readFileSync("docs/metrics.md", "utf8").matchAll(/^\| `([a-z_]+)` +\| (\w+) /gm),
    ].map(([, name, kind]) => `${name ?? ""} ${kind ?? ""}`);
    const { families } = stack.gateway.metrics();
    expect(told.toSorted()).toEqual(families.map(({ name, kind }) => `${name} ${kind}`).toSorted());
  });

  it("offer alerts on metrics and labels that exist", () => {
    const { groups } = parse(readFileSync("docs/alerts.yml", "utf8")) as {
      groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[];
    };
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThanOrEqual(4);
    const families = mergeMetrics([stack.gateway.metrics()]);
    for (const { expr, annotations } of rules) {
      const used = [...expr.matchAll(/\b(?:bellwether|gen_ai)_\w+/g)].map(([name]) => name);
      expect(used.length).toBeGreaterThan(0);
      const known = families.filter(({ name }) => used.includes(name));
      expect(known.map(({ name }) => name).toSorted()).toEqual([...new Set(used)].toSorted());
      const labels = new Set(known.flatMap((family) => family.labels));
      const asked = [
        ...[...expr.matchAll(/(\w+)=~?"/g)].map(([, label]) => label ?? ""),
        ...[...expr.matchAll(/by \((\w+)\)/g)].map(([, label]) => label ?? ""),
        ...[...annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label ?? ""),
      ];
      expect(asked.filter((label) => !labels.has(label))).toEqual([]);
    }
  });
});
