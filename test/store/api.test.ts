import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type ControlRuntime, startRuntime } from "@/lib/control/runtime";
import { setSwitch } from "@/lib/control/set-switch";
import { systemActor } from "@/lib/control/actor";
import {
  CallsPage,
  ChangesPage,
  HealthView,
  MetricsView,
  Ping,
  RoutesView,
  type WriteResult,
} from "@/lib/shared/contract";
import { parseEnv } from "@/lib/shared/env";
import { readConfiguration } from "@/lib/store/configuration";
import { upsertNode } from "@/lib/store/nodes";
import { type FoundHandler, findHandlers } from "./handlers";
import { publishSample } from "./samples";
import { type Cable, layCable, type OpenTestDatabase, openTestDatabase } from "./support";
import { callRecord, logCalls } from "./traffic";

const token = "an-operator-token-for-tests";
const origin = "http://127.0.0.1:3000";
const holder = globalThis as unknown as Record<symbol, ControlRuntime | undefined>;

let database: OpenTestDatabase;
let cable: Cable;
let runtime: ControlRuntime;
let handlers: FoundHandler[];
beforeAll(async () => {
  database = await openTestDatabase();
  cable = await layCable(database.url);
  runtime = startRuntime(
    parseEnv({
      DATABASE_URL: cable.url,
      BELLWETHER_ADMIN_TOKEN: token,
      // Nobody listens there.
      GATEWAY_URL: "http://127.0.0.1:9",
    }),
  );
  holder[Symbol.for("bellwether")] = runtime;
  // As Next does: what catches the rest comes last.
  const catchesRest = ({ route }: FoundHandler): number => Number(route.includes("[..."));
  handlers = (await findHandlers()).toSorted((a, b) => catchesRest(a) - catchesRest(b));
  await publishSample(runtime.deps);
});
afterAll(async () => {
  await runtime.close();
  cable.close();
  await database.end();
});
beforeEach(async () => {
  await database.db.pool.query("TRUNCATE switch");
});

/** Calls the handler that Next would choose for this address. */
async function call(
  method: string,
  path: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: unknown } = {},
): Promise<Response> {
  const { pathname } = new URL(path, origin);
  const found = handlers.find(
    (one) =>
      one.method === method &&
      new RegExp(`^${one.route.replace(/\[\.\.\.\w+\]/, ".+").replace(/\[\w+\]/g, "[^/]+")}$`).test(
        pathname,
      ),
  );
  return found!.handler(
    new Request(new URL(path, origin), {
      method,
      headers: {
        host: "127.0.0.1:3000",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    }),
  );
}

const off = { intent: "disabled" };
const code = async (response: Response): Promise<string> =>
  ((await response.json()) as { error: { code: string } }).error.code;
const concrete = (route: string): string =>
  route
    .replace("[...path]", "models")
    .replace("[...missing]", "nothing/here")
    .replace("[revision]", "1")
    .replace("[id]", "auto");

describe("every handler", () => {
  it("declares its permission", () => {
    expect(handlers.length).toBeGreaterThan(10);
    for (const { method, route, handler } of handlers) {
      expect([`${method} ${route}`, handler.permission]).toEqual([
        `${method} ${route}`,
        expect.stringMatching(/^(public|read|operate|administer)$/),
      ]);
    }
  });

  it("is public only where it tells nothing: health of the process, calls with their own key, and what is not there", () => {
    const open = handlers.filter(({ handler }) => handler.permission === "public");
    expect([...new Set(open.map(({ route }) => route))].toSorted()).toEqual([
      "/api/[...missing]",
      "/api/healthz",
      "/v1/[...path]",
    ]);
  });

  it("that changes something needs more than reading", () => {
    const writes = handlers.filter(
      ({ method, route }) => !["GET", "HEAD"].includes(method) && !route.startsWith("/v1/"),
    );
    expect(writes.length).toBeGreaterThanOrEqual(6);
    expect(writes.map(({ handler }) => handler.permission)).not.toContain("read");
  });

  it("refuses a name that is not ours, a wrong token, and changes by another site, in every method", async () => {
    for (const { method, route, handler } of handlers) {
      if (handler.permission === "public") {
        continue;
      }
      const isRead = method === "GET";
      const body = isRead ? {} : { body: {} };
      const forged = [
        { host: "evil.example" },
        { authorization: "Bearer wrong" },
        ...(isRead ? [] : [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }]),
      ];
      for (const headers of forged) {
        const response = await call(method, concrete(route), { headers, ...body });
        expect([route, headers, response.status]).toEqual([
          route,
          headers,
          "authorization" in headers ? 401 : 403,
        ]);
        expect(await response.json()).toMatchObject({
          error: { message: expect.any(String), code: expect.any(String) },
        });
      }
    }
    expect((await readConfiguration(database.db)).switches).toEqual([]);
  });

  it("answers uncached, with a request id, also when it refuses", async () => {
    for (const headers of [{}, { host: "evil.example" }]) {
      const response = await call("GET", "/api/health", { headers });
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});

describe("reading", () => {
  it("answers in the contract's shapes", async () => {
    await logCalls(database.db, [callRecord(Date.now())]);
    HealthView.parse(await (await call("GET", "/api/health")).json());
    MetricsView.parse(await (await call("GET", "/api/metrics?range=24h&app=ci")).json());
    ChangesPage.parse(await (await call("GET", "/api/changes?limit=1")).json());
    const { calls } = CallsPage.parse(await (await call("GET", "/api/calls?rescued=false")).json());
    expect((await call("GET", `/api/calls/${calls[0]?.id ?? ""}`)).status).toBe(200);
    expect(await (await call("GET", "/api/healthz")).json()).toEqual({ status: "ok" });
    expect(await (await call("GET", "/api/routes/auto")).json()).toMatchObject({ id: "auto" });
  });

  it.each([
    ["/api/metrics?range=8d", "range"],
    ["/api/metrics?range=__proto__", "range"],
    ["/api/calls?limit=0", "limit"],
    ["/api/calls?limit=101", "limit"],
    ["/api/calls?limit=1e1", "limit"],
    ["/api/calls?outcome=fine", "outcome"],
    ["/api/calls?cursor=abc", "cursor"],
    ["/api/calls?range=2h", "range"],
    ["/api/calls?from=2026-11-23T05:32:00Z", "to"],
    ["/api/calls?status=6xx", "status"],
    ["/api/calls?stream=perhaps", "stream"],
    ["/api/calls?ttftOverMs=-1", "ttftOverMs"],
    ["/api/calls?attemptsOver=2147483648", "attemptsOver"],
    ["/api/calls?model=%00", "model"],
    [`/api/calls?model=${"x".repeat(300)}`, "model"],
    ["/api/changes?cursor=abc", "cursor"],
    ["/api/routes?range=2h", "range"],
    ["/api/stream?range=1s", "range"],
  ])("%s is 400 and names the parameter", async (path, param) => {
    const response = await call("GET", path);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "invalid_request", param } });
  });
});

describe("a page of another release", () => {
  it("gets no stream", async () => {
    const response = await call("GET", "/api/stream?contract=other");
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ error: { code: "conflict" } });
  });
});

describe("changing", () => {
  it("a target whose id needs encoding", async () => {
    const id = "alpha:us-east:gpt-4.1";
    const response = await call("PATCH", `/api/targets/${encodeURIComponent(id)}`, { body: off });
    expect(response.status).toBe(200);
    expect((await readConfiguration(database.db)).switches).toMatchObject([{ objectId: id }]);
  });

  it("an id with a slash and a hash, as any provider may name its models", async () => {
    await publishSample(runtime.deps, {
      models: [{ id: "llama", targets: [{ provider: "beta", upstream_model: "meta/llama#4" }] }],
      routes: [],
    });
    const id = "beta:global:meta/llama#4";
    const response = await call("PATCH", `/api/targets/${encodeURIComponent(id)}`, { body: off });
    expect(response.status).toBe(200);
    await publishSample(runtime.deps);
  });

  it.each([
    ["models", "gpt-4.1"],
    ["regions", "us-east"],
    ["providers", "beta"],
  ])("one of the %s", async (collection, id) => {
    await upsertNode(database.db, {
      id: "host/0",
      startedAt: 1,
      appliedRevision: 1,
      appliedAt: 2,
      droppedRecords: 0,
      refused: null,
    });
    const response = await call("PATCH", `/api/${collection}/${id}`, { body: off });
    expect(await response.json()).toMatchObject({
      revision: expect.any(Number),
      createdAt: expect.any(Number),
      nodes: [{ id: "host/0" }],
    });
  });

  it("by the operator token from anywhere, signed as such", async () => {
    const headers = { host: "dash.internal", authorization: `Bearer ${token}` };
    expect((await call("PATCH", "/api/models/gpt-4.1", { headers, body: off })).status).toBe(200);
    const { switches } = await readConfiguration(database.db);
    expect(switches[0]?.actor).toEqual({ type: "operator", name: "admin token" });
  });

  it.each<[string, Record<string, string>, unknown, number, string]>([
    ["another content type", { "content-type": "text/plain" }, off, 415, "unsupported_media_type"],
    [
      "a form",
      { "content-type": "application/x-www-form-urlencoded" },
      "a=1",
      415,
      "unsupported_media_type",
    ],
    ["no JSON", {}, "{intent:", 400, "invalid_json"],
    ["another intent", {}, { intent: "offline" }, 400, "invalid_request"],
    ["an unknown setting", {}, { intent: "disabled", force: true }, 400, "invalid_request"],
    ["a reason as long as a book", {}, { ...off, reason: "x".repeat(501) }, 400, "invalid_request"],
    ["a body over 64 KB", {}, `"${"x".repeat(70_000)}"`, 413, "request_too_large"],
    ["a bad If-Match", { "if-match": "abc" }, off, 400, "invalid_request"],
  ])("rejects %s", async (_name, headers, body, status, expected) => {
    const response = await call("PATCH", "/api/models/gpt-4.1", { headers, body });
    expect([response.status, await code(response)]).toEqual([status, expected]);
    expect((await readConfiguration(database.db)).switches).toEqual([]);
  });

  it("a conflict is 409 and shows both versions", async () => {
    const { revision: seen } = await readConfiguration(database.db);
    const change = { objectType: "model", objectId: "gpt-4.1", intent: "disabled" } as const;
    await setSwitch(systemActor, runtime.deps, { ...change, reason: "mine first" });
    const response = await call("PATCH", "/api/models/gpt-4.1", {
      headers: { "if-match": `"${seen}"` },
      body: { intent: "draining", reason: "and mine" },
    });
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({
      error: {
        code: "conflict",
        reason: "switch_changed",
        values: { type: "model", id: "gpt-4.1", intent: "disabled", revision: seen + 1 },
        details: {
          current: { intent: "disabled", reason: "mine first" },
          yours: { intent: "draining", reason: "and mine" },
        },
      },
    });
  });

  it("a key, which is told with who did it and what; a later one that did not see it is 409", async () => {
    await call("POST", "/api/keys", { body: { id: "shop", name: "Shop", limits: { rpm: 60 } } });
    const edit = (ifMatch: number | string, body: unknown): Promise<Response> =>
      call("PATCH", "/api/keys/shop", { headers: { "if-match": String(ifMatch) }, body });
    const { revision } = (await (await edit("*", { name: "The shop" })).json()) as WriteResult;
    const limits = { rpm: 90, allowedRegions: ["eu-west"] };
    expect((await edit(revision, { limits })).status).toBe(200);
    const late = await edit(revision, { name: "Mine" });
    expect([late.status, await code(late)]).toEqual([409, "conflict"]);
    const { changes } = ChangesPage.parse(await (await call("GET", "/api/changes")).json());
    expect(changes[0]).toMatchObject({
      kind: "key",
      actor: { type: "operator" },
      summary: { type: "key", id: "shop", action: "edited" },
      lines: [
        { object: "key:shop", field: "rpm", from: 60, to: 90 },
        { object: "key:shop", field: "allowedRegions", from: null, to: ["eu-west"] },
      ],
    });
  });

  it("an order, and taking it back by its revision", async () => {
    const put = await call("PUT", "/api/routes/auto", {
      body: { chain: ["deepseek-v3", "gpt-4.1"] },
    });
    const { revision } = (await put.json()) as { revision: number };
    const chain = async (): Promise<unknown> =>
      (await (await call("GET", "/api/routes/auto")).json()) as unknown;
    expect(await chain()).toMatchObject({ chain: ["deepseek-v3", "gpt-4.1"], revision });
    const undo = await call("POST", `/api/changes/${revision}/revert`, { body: {} });
    expect(undo.status).toBe(200);
    expect(await chain()).toMatchObject({ chain: ["gpt-4.1", "deepseek-v3"] });
  });

  it("a route, made where there is none yet, and removed", async () => {
    const put = (headers: Record<string, string>, id = "mail") =>
      call("PUT", `/api/routes/${id}`, { headers, body: { chain: ["gpt-4.1"] } });
    expect((await put({})).status).toBe(404);
    expect(await code(await put({ "if-none-match": '"3"' }))).toBe("invalid_request");
    const make = { "if-none-match": "*" };
    const made = (await (await put(make)).json()) as { revision: number };
    const { routes } = RoutesView.parse(await (await call("GET", "/api/routes?range=6h")).json());
    expect(routes).toContainEqual(
      expect.objectContaining({
        id: "mail",
        changed: expect.objectContaining({ revision: made.revision }),
      }),
    );
    expect([(await put(make)).status, (await put(make, "gpt-4.1")).status]).toEqual([409, 409]);
    const removed = await call("DELETE", "/api/routes/mail?reason=unused", {
      headers: { "if-match": String(made.revision) },
    });
    expect(removed.status).toBe(200);
    expect((await call("GET", "/api/routes/mail")).status).toBe(404);
    const { changes } = ChangesPage.parse(await (await call("GET", "/api/changes")).json());
    expect(changes[0]).toMatchObject({ reason: "unused", summary: { removed: ["route:mail"] } });
  });

  it.each([
    ["PATCH", "/api/models/gpt-5", off, 404],
    ["PATCH", "/api/targets/%E0%A4%A", off, 400],
    ["PUT", "/api/routes/auto", { chain: [] }, 400],
    ["POST", "/api/changes/abc/revert", {}, 400],
    ["POST", "/api/changes/9999/revert", {}, 404],
  ])("%s %s with %j is %i", async (method, path, body, status) => {
    expect((await call(method, path, { body })).status).toBe(status);
  });
});

describe("the relay's route", () => {
  it("says in OpenAI's shape that the gateway is not there", async () => {
    const response = await call("GET", "/v1/models", { headers: { host: "any.example" } });
    expect([response.status, await code(response)]).toEqual([502, "gateway_unreachable"]);
  });
});

interface SseEvent {
  id: string | undefined;
  event: string;
  data: unknown;
}

/** The stream's events as they come, until `stop`. */
function listen(path = "/api/stream"): {
  events: SseEvent[];
  stop: () => void;
  opened: Promise<Response>;
} {
  const leaving = new AbortController();
  const events: SseEvent[] = [];
  const stream = handlers.find(({ route }) => route === "/api/stream")!.handler;
  const opened = stream(
    new Request(new URL(path, origin), {
      headers: { host: "127.0.0.1:3000" },
      signal: leaving.signal,
    }),
  );
  const read = async (): Promise<void> => {
    const response = await opened;
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      const frames = text.split("\n\n");
      text = frames.pop() ?? "";
      for (const frame of frames) {
        const field = (name: string): string | undefined =>
          new RegExp(`^${name}: (.*)$`, "m").exec(frame)?.[1];
        events.push({
          id: field("id"),
          event: field("event") ?? "",
          data: JSON.parse(field("data") ?? "null"),
        });
      }
    }
  };
  read().catch(() => undefined);
  return { events, stop: () => leaving.abort(), opened };
}

describe("the event stream", () => {
  it("begins with a ping and every view, in headers that no proxy compresses or holds back", async () => {
    const { events, stop, opened } = listen();
    const response = await opened;
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    expect(response.headers.get("cache-control")).toContain("no-transform");
    expect(response.headers.get("x-accel-buffering")).toBe("no");
    await vi.waitFor(
      () =>
        expect(events.map(({ event }) => event).toSorted()).toEqual([
          "calls",
          "changes",
          "health",
          "metrics",
          "ping",
        ]),
      5_000,
    );
    expect(events[0]?.event).toBe("ping");
    expect(Ping.parse(events[0]?.data).database).toBe(true);
    const of = (event: string): unknown => events.find((one) => one.event === event)?.data;
    HealthView.parse(of("health"));
    CallsPage.parse(of("calls"));
    ChangesPage.parse(of("changes"));
    expect(MetricsView.parse(of("metrics")).range).toBe("1h");
    expect(events.every(({ id }) => id !== undefined)).toBe(true);
    stop();
  });

  it("sends a change within two seconds, and only the views that it changed", async () => {
    const { events, stop } = listen("/api/stream?range=15m");
    await vi.waitFor(() => expect(events.length).toBeGreaterThanOrEqual(5), 5_000);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const before = events.length;
    const at = performance.now();
    await setSwitch(systemActor, runtime.deps, {
      objectType: "model",
      objectId: "gpt-4.1",
      intent: "draining",
    });
    await vi.waitFor(
      () => expect(events.slice(before).map(({ event }) => event)).toContain("health"),
      2_500,
    );
    expect(performance.now() - at).toBeLessThan(2_500);
    expect(events.slice(before).map(({ event }) => event)).not.toContain("calls");
    expect(events.find(({ event }) => event === "metrics")?.data).toMatchObject({ range: "15m" });
    stop();
  });

  it("says when the database is away, stays open, and goes on when it is back", async () => {
    const { events, stop } = listen();
    await vi.waitFor(() => expect(events.length).toBeGreaterThanOrEqual(5), 5_000);
    const pings = (): unknown[] =>
      events.filter(({ event }) => event === "ping").map(({ data }) => Ping.parse(data).database);
    cable.plug(false);
    await vi.waitFor(() => expect(pings().at(-1)).toBe(false), 15_000);
    cable.plug(true);
    await vi.waitFor(() => expect(pings().at(-1)).toBe(true), 15_000);
    stop();
  });

  it("stops asking the database when the last browser has left", async () => {
    const { stop, opened } = listen();
    await opened;
    stop();
    await vi.waitFor(async () => {
      const { rows } = await database.db.pool.query(
        // Other files' databases live in the same server.
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name LIKE '%listen' AND datname = current_database()",
      );
      expect(rows).toEqual([{ n: 0 }]);
    }, 5_000);
  });

  it("a reader who does not read keeps nothing but the newest views", async () => {
    const leaving = new AbortController();
    const stream = runtime.hub.connect("1h", leaving.signal);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const reader = stream.getReader();
    const first = await reader.read();
    expect(new TextDecoder().decode(first.value)).toContain("event: ping");
    leaving.abort();
    while (!(await reader.read()).done) {
      // Until the end, which must come.
    }
  });
});

describe("when the database is away", () => {
  it("reading is 503 database_unavailable", async () => {
    cable.plug(false);
    try {
      const response = await call("GET", "/api/routes/auto");
      expect([response.status, await code(response)]).toEqual([503, "database_unavailable"]);
    } finally {
      cable.plug(true);
    }
  });
});
