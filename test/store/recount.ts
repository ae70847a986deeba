import { slotOf } from "@/lib/shared/histogram";
import { type Database } from "@/lib/store/database";

type Row = Record<string, unknown>;
/** The columns of a rollup's row that count something; absent ones are zero. */
type Counts = Record<string, number>;
export type Rollup = Record<string, Counts>;

const minuteMs = 60_000;

interface Span {
  grain: string;
  atMs: number;
}

/** Every rollup as it must be by what is in `call`, `attempt` and `probe_result`, counted without any SQL. */
export async function recount(db: Database, dayOf: (atMs: number) => number): Promise<Rollup> {
  const rows = async (table: string): Promise<Row[]> =>
    (await db.pool.query<Row>(`SELECT * FROM ${table}`)).rows;
  const [calls, attempts, probes] = await Promise.all(
    ["call", "attempt", "probe_result"].map(rows),
  );
  const rollup: Rollup = {};
  const spans = (at: unknown): Span[] => {
    const atMs = (at as Date).getTime();
    return [
      { grain: "minute", atMs: Math.floor(atMs / minuteMs) * minuteMs },
      { grain: "quarter", atMs: Math.floor(atMs / (15 * minuteMs)) * 15 * minuteMs },
      { grain: "day", atMs: dayOf(atMs) },
    ];
  };
  const add = (key: readonly unknown[], counts: readonly (readonly [string, number])[]): void => {
    const row = (rollup[key.map(String).join(" ")] ??= {});
    for (const [name, n] of counts) {
      if (n !== 0) {
        row[name] = (row[name] ?? 0) + n;
      }
    }
  };
  for (const call of calls!) {
    const own = attempts!.filter((one) => one["call_id"] === call["id"]);
    const counts = callCounts(call, own);
    for (const { grain, atMs } of spans(call["started_at"])) {
      const head = [grain, atMs, call["demo"]];
      const asked = call["route"] === null ? "" : nameOf(call["asked_model"]);
      add(["total", ...head], counts);
      add(["key", ...head, call["key_id"] ?? ""], counts);
      add(["caller", ...head, call["key_id"] ?? "", nameOf(call["route"]), asked], counts);
      if (call["outcome"] === "served" && (call["fallback"] === true || call["region_switch"])) {
        const from = [call["first_provider"] ?? "", call["first_region"] ?? ""];
        const to = [call["provider"] ?? "", call["region"] ?? "", nameOf(call["model"])];
        add(["flow", ...head, ...from, nameOf(call["first_model"]), ...to], counts);
      }
    }
  }
  for (const attempt of attempts!) {
    const call = calls!.find(({ id }) => id === attempt["call_id"]);
    for (const { grain, atMs } of spans(attempt["started_at"])) {
      add(
        ["target", grain, atMs, attempt["demo"], ...place(attempt)],
        attemptCounts(attempt, call),
      );
    }
  }
  for (const probe of probes!) {
    if (probe["verdict"] !== "neutral" && probe["target_id"] !== null) {
      for (const { grain, atMs } of spans(probe["at"])) {
        const name = probe["verdict"] === "pass" ? "probes_passed" : "probes_failed";
        add(["target", grain, atMs, false, ...place(probe)], [[name, 1]]);
      }
    }
  }
  return rollup;
}

function place(row: Row): unknown[] {
  return [row["provider"], row["region"], nameOf(row["model"]), row["target_id"]];
}

function nameOf(name: unknown): string {
  const text = typeof name === "string" ? name : "";
  if (text.includes(",")) {
    return "(list)";
  }
  return text.includes("/") ? `${text.slice(0, text.indexOf("/"))}/*` : text;
}

function callCounts(call: Row, attempts: readonly Row[]): (readonly [string, number])[] {
  const is = (claim: unknown): number => (claim === true ? 1 : 0);
  const served = call["outcome"] === "served";
  const prompt = Number(call["prompt_tokens"] ?? 0);
  const completion = Number(call["completion_tokens"] ?? 0);
  const priced = call["cost_nano_usd"] !== null;
  return [
    ["calls", 1],
    [String(call["outcome"]), 1],
    [`rescued_${String(call["rescued_by"])}`, is(served && call["rescued_by"] !== null)],
    ["fallbacks", is(served && call["fallback"])],
    ["region_switches", is(served && call["region_switch"])],
    ["attempts", attempts.length],
    ["attempts_succeeded", attempts.filter((one) => one["outcome"] === "succeeded").length],
    [
      "attempts_failed",
      attempts.filter((one) => one["outcome"] === "failed" && one["health"] === true).length,
    ],
    ["prompt_tokens", prompt],
    ["completion_tokens", completion],
    ["cached_tokens", Number(call["cached_tokens"] ?? 0)],
    ["priced_tokens", priced ? prompt + completion : 0],
    ["estimated", is(call["tokens_estimated"])],
    ["unpriced", is(served && !priced)],
    ["cost_nano_usd", Number(call["cost_nano_usd"] ?? 0)],
    ...(call["outcome"] === "failed" ? [["error_server", 1] as const] : []),
    ...(call["outcome"] === "refused" ? [["error_request", 1] as const] : []),
    ...(call["outcome"] === "unknown_crash" ? [["error_gateway", 1] as const] : []),
    ...slots("total", served ? call["total_ms"] : null),
    ...slots("ttft", served ? call["ttft_ms"] : null),
    ...slots("overhead", served ? call["overhead_us"] : null),
    ...slots(
      "speed",
      served ? speed(call["completion_tokens"], call["total_ms"], call["ttft_ms"]) : null,
    ),
  ];
}

function attemptCounts(attempt: Row, call: Row | undefined): (readonly [string, number])[] {
  const { outcome, health } = attempt;
  const succeeded = outcome === "succeeded";
  const answered = succeeded && call?.["outcome"] === "served" ? call : undefined;
  const failure = health === true ? "failed" : "failed_neutral";
  return [
    ["attempts", 1],
    [outcome === "failed" ? failure : String(outcome), 1],
    ["prompt_tokens", Number(answered?.["prompt_tokens"] ?? 0)],
    ["completion_tokens", Number(answered?.["completion_tokens"] ?? 0)],
    ["cached_tokens", Number(answered?.["cached_tokens"] ?? 0)],
    ["cost_nano_usd", Number(attempt["cost_nano_usd"] ?? 0)],
    ...(outcome === "failed" ? [["error_server", 1] as const] : []),
    ...slots("total", succeeded ? attempt["duration_ms"] : null),
    ...slots("ttft", succeeded ? attempt["ttft_ms"] : null),
    ...slots(
      "speed",
      speed(answered?.["completion_tokens"], attempt["duration_ms"], attempt["ttft_ms"]),
    ),
  ];
}

function slots(measure: string, value: unknown): (readonly [string, number])[] {
  return typeof value === "number" ? [[`${measure}_${slotOf(value)}`, 1]] : [];
}

function speed(tokens: unknown, totalMs: unknown, ttftMs: unknown): number | null {
  const forMs = Number(totalMs) - Number(ttftMs ?? 0);
  return typeof tokens === "number" && tokens > 1 && forMs > 0
    ? Math.floor((tokens * 10_000) / forMs)
    : null;
}

/** Every rollup as it is. */
export async function readRollups(db: Database): Promise<Rollup> {
  const rollup: Rollup = {};
  for (const [name, key] of Object.entries(keys)) {
    const { rows } = await db.pool.query<Row>(`SELECT * FROM rollup_${name}`);
    for (const row of rows) {
      const parts = [name, row["grain"], (row["at"] as Date).getTime(), row["demo"]];
      const own = new Set(["grain", "at", "demo", ...key]);
      rollup[[...parts, ...key.map((column) => row[column])].map(String).join(" ")] =
        Object.fromEntries(
          Object.entries(row)
            .filter(([column, n]) => !own.has(column) && n !== null)
            .map(([column, n]) => [column, Number(n)]),
        );
    }
  }
  return rollup;
}

const keys = {
  total: [],
  key: ["key_id"],
  caller: ["key_id", "route", "asked_model"],
  flow: ["from_provider", "from_region", "from_model", "to_provider", "to_region", "to_model"],
  target: ["provider", "region", "model", "target_id"],
};
