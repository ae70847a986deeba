/** Every row of the failure table, plain and streamed: what the caller got, and what the provider saw of it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FaultInput } from "@/lib/wall/fault-kinds";
import type { Wall } from "@/lib/wall/server";
import { type BlackHole, type Canary, openBlackHole, openCanary } from "../support/dead-ends";
import {
  type LanePlace,
  type LaneSpec,
  breakPlace,
  isProbe,
  lanesDocument,
  seenBy,
} from "../support/lanes";
import { freePort } from "../support/product";
import { type Stack, eventually, startStack } from "../support/stack";

type Row = {
  id: string;
  name: string;
  fault?: FaultInput | (() => FaultInput);
  lane?: (wall: Wall) => Omit<LaneSpec, "id">;
  body?: Record<string, unknown>;
  headers?: Record<string, string>;
  modes?: readonly Mode[];
  /** How often the first target is asked by a call whose chain goes on. */
  asked: number;
  /** Milliseconds that the second try at the same target waits at least; `test/timing` has the most. */
  againMs?: number;
  /** Whether the chain goes on. */
  next: boolean;
  /** What the caller gets when nothing is left; a row that never goes on gets it in any case. */
  alone: { status: number; code: string | null; retry?: "true" | "false"; retryAfter?: boolean };
  /** Who answers once the fault is over; the first target by default. */
  healthy?: "first" | "second" | "either";
};
type Mode = "plain" | "streamed";

const modes: readonly Mode[] = ["plain", "streamed"];
/** Nothing ever happens to it, so that all rows may share it. */
const spare: LanePlace = { name: "second", provider: "spare" };
// A plain answer has no first token: here the call's own deadline ends it, less a quarter that is left for the next.
const limits = { ttft_s: 0.7, idle_s: 0.7, total_s: 4.2 };
let deadPort = 0;
let hole: BlackHole;
let canary: Canary;

const exhausted = { status: 502, code: "targets_exhausted", retry: "false" } as const;
const overloaded = { ...exhausted, status: 503, retryAfter: true } as const;
const timedOut = { status: 504, code: "upstream_timeout", retry: "false" } as const;
const unreachable = { status: 502, code: "upstream_unreachable", retry: "false" } as const;
const at = (baseUrl: string) => () => ({
  places: [{ name: "first", baseUrl }, spare],
});

const rows: readonly Row[] = [
  {
    id: "reset-early",
    name: "a reset within a second of the request",
    fault: { kind: "reset" },
    asked: 2,
    next: true,
    alone: exhausted,
  },
  {
    id: "reset-late",
    name: "a reset later than that",
    fault: { kind: "reset", after_ms: 1_100 },
    lane: () => ({ limits: { ttft_s: 5, total_s: 10 } }),
    asked: 1,
    next: true,
    alone: exhausted,
  },
  {
    id: "refused",
    name: "a refused connection",
    lane: () => at(`http://127.0.0.1:${deadPort}/v1`)(),
    asked: 0,
    next: true,
    alone: unreachable,
    healthy: "second",
  },
  {
    id: "dns",
    name: "a name that does not resolve",
    lane: at("http://provider.invalid/v1"),
    asked: 0,
    next: true,
    alone: unreachable,
    healthy: "second",
  },
  {
    id: "tls",
    name: "a TLS handshake with somebody who does not speak TLS",
    lane: (wall) => at(`https://127.0.0.1:${wall.port}/v1`)(),
    asked: 0,
    next: true,
    alone: unreachable,
    healthy: "second",
  },
  {
    id: "connect",
    name: "a connection that never comes about",
    lane: () => ({ ...at(hole.url)(), limits: { ttft_s: 5, total_s: 10 } }),
    asked: 0,
    next: true,
    alone: timedOut,
    healthy: "second",
  },
  {
    id: "silent",
    name: "silence",
    fault: { kind: "silent" },
    asked: 1,
    next: true,
    alone: timedOut,
  },
  {
    id: "headers-only",
    name: "headers and then silence",
    fault: { kind: "headers_then_silent" },
    modes: ["streamed"],
    asked: 1,
    next: true,
    alone: timedOut,
  },
  {
    id: "keep-alive",
    name: "comments without content",
    fault: { kind: "headers_then_silent", keep_alive_ms: 50 },
    modes: ["streamed"],
    asked: 1,
    next: true,
    alone: timedOut,
  },
  {
    id: "slow-first",
    name: "a first token that comes too late",
    fault: { kind: "slow_first_token", ms: 5_000 },
    modes: ["streamed"],
    asked: 1,
    next: true,
    alone: timedOut,
  },
  ...[500, 502].map((status): Row => ({
    id: `s${status}`,
    name: `status ${status}`,
    fault: { kind: "status", status },
    asked: 2,
    againMs: 195,
    next: true,
    alone: exhausted,
  })),
  ...[503, 529, 520, 521, 522, 523, 524, 525, 526].map((status): Row => ({
    id: `s${status}`,
    name: `status ${status}`,
    fault: { kind: "status", status },
    asked: 1,
    next: true,
    alone: overloaded,
  })),
  ...[504, 408].map((status): Row => ({
    id: `s${status}`,
    name: `status ${status}`,
    fault: { kind: "status", status },
    asked: 1,
    next: true,
    alone: timedOut,
  })),
  {
    id: "overload-word",
    name: "an overload that the error's type tells",
    fault: { kind: "status", status: 500, type: "overloaded_error", code: null },
    asked: 1,
    next: true,
    alone: overloaded,
  },
  {
    id: "unheard-of",
    name: "a status that nobody has heard of",
    fault: { kind: "status", status: 599, code: "weird" },
    asked: 1,
    next: true,
    alone: exhausted,
  },
  {
    id: "rate-long",
    name: "429 with a long Retry-After",
    fault: { kind: "rate_limit", retry_after: 3_600 },
    asked: 1,
    next: true,
    alone: { status: 429, code: "rate_limited", retry: "false", retryAfter: true },
    healthy: "second",
  },
  {
    id: "too-big",
    name: "429 for a request that can never fit",
    fault: { kind: "rate_limit", of: "tokens", limit_tokens: 30, reset_ms: 1 },
    body: { max_tokens: 60 },
    asked: 1,
    next: true,
    alone: { status: 429, code: "rate_limited" },
  },
  {
    id: "s402",
    name: "status 402",
    fault: { kind: "status", status: 402 },
    asked: 1,
    next: true,
    alone: { status: 503, code: "provider_quota", retry: "false" },
    healthy: "either",
  },
  {
    id: "quota",
    name: "an account without money",
    fault: { kind: "quota", on: "any" },
    asked: 1,
    next: true,
    alone: { status: 503, code: "provider_quota", retry: "false" },
    healthy: "either",
  },
  {
    id: "s401",
    name: "a wrong key",
    fault: { kind: "unauthorized" },
    asked: 1,
    next: true,
    alone: { status: 502, code: "upstream_auth", retry: "false" },
    healthy: "either",
  },
  {
    id: "s403",
    name: "no access to the model",
    fault: { kind: "status", status: 403 },
    asked: 1,
    next: true,
    alone: exhausted,
    healthy: "either",
  },
  ...[404, 410].map((status): Row => ({
    id: `s${status}`,
    name: `status ${status}, a model that is not there`,
    fault: { kind: "status", status },
    asked: 1,
    next: true,
    alone: exhausted,
    healthy: "either",
  })),
  {
    id: "window",
    name: "a prompt that is too long, with no larger window left",
    fault: { kind: "context_length" },
    lane: () => windows(100_000, 50_000),
    asked: 1,
    next: false,
    alone: { status: 400, code: "context_length_exceeded" },
  },
  {
    id: "larger",
    name: "a prompt that is too long, with a larger window next",
    fault: { kind: "context_length" },
    lane: () => windows(50_000, 100_000),
    asked: 1,
    next: true,
    alone: { status: 400, code: "context_length_exceeded" },
  },
  {
    id: "s413",
    name: "status 413 with no larger window left",
    fault: { kind: "status", status: 413, code: "too_long" },
    lane: () => windows(100_000, 50_000),
    asked: 1,
    next: false,
    alone: { status: 413, code: "too_long" },
  },
  {
    id: "policy",
    name: "a refusal for content policy",
    fault: { kind: "content_policy" },
    asked: 1,
    next: false,
    alone: { status: 400, code: "content_policy_violation" },
  },
  {
    id: "policy-on",
    name: "a refusal for content policy where the route goes on",
    fault: { kind: "content_policy" },
    lane: () => ({ route: { fallback_on_content_policy: true } }),
    asked: 1,
    next: true,
    alone: { status: 400, code: "content_policy_violation" },
  },
  ...[400, 405, 409, 415, 422].map((status): Row => ({
    id: `s${status}`,
    name: `status ${status}, the caller's own fault`,
    fault: { kind: "status", status, code: "no_such_thing", message: "Not like this." },
    asked: 1,
    next: false,
    alone: { status, code: "no_such_thing" },
  })),
  {
    id: "parameter",
    name: "a parameter that this target alone does not know",
    fault: { kind: "status", status: 400, code: "unsupported_parameter" },
    asked: 1,
    next: true,
    alone: { status: 400, code: "unsupported_parameter" },
  },
  {
    id: "error-in-200",
    name: "an error inside a 200",
    fault: { kind: "error_in_200" },
    asked: 1,
    next: true,
    alone: exhausted,
  },
  {
    id: "first-event",
    name: "an error as the first event of a stream",
    fault: { kind: "error_in_stream", after_tokens: 0 },
    modes: ["streamed"],
    asked: 1,
    next: true,
    alone: exhausted,
  },
  {
    id: "html",
    name: "a page for people with 200",
    fault: { kind: "wrong_content_type" },
    asked: 1,
    next: true,
    alone: exhausted,
  },
  {
    id: "empty-body",
    name: "a 200 without a body",
    fault: { kind: "empty_body" },
    asked: 1,
    next: true,
    alone: exhausted,
  },
  {
    id: "half-json",
    name: "half of a JSON document",
    fault: { kind: "invalid_json" },
    asked: 1,
    next: true,
    alone: exhausted,
  },
  {
    id: "cut-before",
    name: "an end before the first content",
    fault: { kind: "cut", after_tokens: 0 },
    asked: 1,
    next: true,
    alone: exhausted,
  },
  {
    id: "resources",
    name: "a provider that runs out of machines before the first content",
    fault: { kind: "finish_early", after_tokens: 0 },
    asked: 1,
    next: true,
    alone: overloaded,
  },
  {
    id: "redirect",
    name: "a redirect",
    fault: () => ({ kind: "redirect", location: canary.url }),
    asked: 1,
    next: true,
    alone: exhausted,
    healthy: "either",
  },
  {
    id: "huge",
    name: "an answer over 32 MB, or an event over 16 MB",
    fault: { kind: "huge", bytes: 34 * 1024 * 1024 },
    lane: () => ({ limits: { ttft_s: 20, total_s: 30 } }),
    asked: 1,
    next: false,
    alone: exhausted,
  },
];

function windows(first: number, second: number): Omit<LaneSpec, "id"> {
  return {
    places: [
      { name: "first", capabilities: { context: first } },
      { name: "second", provider: `size-${second}`, capabilities: { context: second } },
    ],
  };
}

beforeAll(async () => {
  deadPort = await freePort();
  [hole, canary] = await Promise.all([openBlackHole(), openCanary()]);
});
afterAll(() => Promise.all([hole.close(), canary.close()]));

describe.each(modes)("%s", (mode) => {
  let stack: Stack;
  const here = rows.filter((row) => row.modes?.includes(mode) ?? true);
  beforeAll(async () => {
    stack = await startStack({
      document: (_, wall) =>
        lanesDocument(wall, [
          { id: "warm-up" },
          ...here.map(({ id, lane }) => ({
            id,
            limits,
            places: [{ name: "first" }, spare],
            ...lane?.(wall),
          })),
        ]),
    });
  });
  afterAll(() => stack.stop());
  // The first call of a process is a slow one, and times are measured below.
  beforeAll(async () => {
    await (await stack.chat({ model: "warm-up", stream: mode === "streamed" })).text();
    stack.wall.clearAttempts();
  });

  const ask = (row: Row, model: string): Promise<Response> =>
    stack.chat(
      { max_tokens: 8, ...row.body, model, stream: mode === "streamed" },
      { headers: row.headers ?? {} },
    );
  const whole = async (response: Response): Promise<void> => {
    const text = await response.text();
    expect(response.status, text).toBe(200);
    expect(text).not.toContain('"error"');
    expect(text).toMatch(mode === "streamed" ? /data: \[DONE\]\n\n$/ : /"finish_reason":"\w+"/);
  };
  const refused = async (row: Row, response: Response): Promise<void> => {
    const text = await response.text();
    expect(response.status, text).toBe(row.alone.status);
    const { error } = JSON.parse(text) as { error: { code: string | null; message: string } };
    expect(error.code).toBe(row.alone.code);
    expect(error.message).not.toContain(stack.wall.key);
    if (row.alone.retry !== undefined) {
      expect(response.headers.get("x-should-retry")).toBe(row.alone.retry);
    }
    expect(response.headers.has("retry-after")).toBe(row.alone.retryAfter === true);
  };

  it.each(here.map((row) => [row.name, row] as const))("%s", async (_, row) => {
    const { wall } = stack;
    const fault = typeof row.fault === "function" ? row.fault() : row.fault;
    const asked = wall.attempts().at(-1)?.seq ?? 0;
    const sparesAsked = (): number =>
      wall
        .attempts({ since: asked, kind: "chat" })
        .filter(({ account }) => account === "spare" || account?.startsWith("size-") === true)
        .filter((attempt) => !isProbe(attempt)).length;
    const standing = fault && breakPlace(wall, row.id, fault);

    const response = await ask(row, row.id);
    const tries = seenBy(wall, row.id);
    expect(tries).toHaveLength(row.asked);
    if (row.asked === 2) {
      const waitedMs = (tries[1]?.at ?? 0) - (tries[0]?.ended_at ?? 0);
      expect(waitedMs).toBeGreaterThanOrEqual(row.againMs ?? 0);
    }
    if (row.next) {
      await whole(response);
      expect(response.headers.get("x-bellwether-provider")).toMatch(/^spare$|^size-/);
      expect(response.headers.get("x-bellwether-rescued")).toBe("true");
      expect(sparesAsked()).toBe(1);
    } else {
      await refused(row, response);
      expect(sparesAsked()).toBe(0);
    }

    await refused(row, await ask(row, `${row.id}-alone`));

    if (standing !== undefined) {
      wall.removeFault(standing);
    }
    const healthy = await eventually(async () => {
      const again = await ask(row, row.id);
      await whole(again);
      return again;
    });
    if (row.healthy !== "either") {
      expect(healthy.headers.get("x-bellwether-provider")).toBe(
        row.healthy === "second" ? "spare" : `${row.id}-first`,
      );
    }
  });

  it("never follows a redirect", () => {
    expect(seenBy(stack.wall, "redirect").length).toBeGreaterThan(0);
    expect(canary.connections()).toBe(0);
    expect(canary.bytes()).toBe(0);
  });

  it.each(["length", "tool_calls", "content_filter"])(
    "delivers an empty answer that ended with %s",
    async (reason) => {
      const fault = stack.wall.fault({
        kind: "finish_early",
        after_tokens: 0,
        reason,
        account: "s500-first",
      });
      const response = await stack.chat({ model: "s500", stream: mode === "streamed" });
      await whole(response.clone());
      expect(await response.text()).toContain(`"finish_reason":"${reason}"`);
      expect(response.headers.get("x-bellwether-provider")).toBe("s500-first");
      stack.wall.removeFault(fault);
    },
  );
});
