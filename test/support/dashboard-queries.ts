import { callFacets } from "@/lib/control/call-facets";
import { callDetail, callsPage } from "@/lib/control/calls-page";
import { changesPage } from "@/lib/control/changes-page";
import { effectsView } from "@/lib/control/effects-view";
import { filmView } from "@/lib/control/film-view";
import { healthView } from "@/lib/control/health-view";
import { impact } from "@/lib/control/impact";
import { metricsView } from "@/lib/control/metrics-view";
import { type RangeName } from "@/lib/control/ranges";
import { type ActingPerson, systemActor } from "@/lib/control/actor";
import { moversView } from "@/lib/control/movers-view";
import { objectsView, objectView } from "@/lib/control/object-view";
import { routePolicyView } from "@/lib/control/route-policy-view";
import { routesView } from "@/lib/control/routes-view";
import { publishDocument } from "@/lib/control/publish-document";
import { type ControlDeps, createControlDeps } from "@/lib/control/verb";
import { targetLoadsIn } from "@/lib/store/attempt-stats";
import { type Database, openDatabase } from "@/lib/store/database";
import { isTooWide, type PlanNode, rowsOfCallsRead, shownPlan } from "./query-plans";

const viewer: ActingPerson = { type: "operator", name: "bench", role: "viewer" };
const operator: ActingPerson = { ...viewer, role: "operator" };
const dayMs = 86_400_000;
const ranges: readonly RangeName[] = ["15m", "1h", "6h", "24h", "7d", "30d", "90d"];
/** No chart reads a call; a list reads those that it shows, or looks through this many for a rare one. */
const mostRead = { chart: 0, list: 51_000 };

interface Question {
  name: string;
  kind: keyof typeof mostRead;
  ask: (deps: ControlDeps) => Promise<unknown>;
}

export interface Answer {
  question: string;
  /** The whole view from here, of several rounds the median. */
  tookMs: number;
  /** What the database took for all its statements, one after the other. */
  serverMs: number;
  statements: {
    text: string;
    plan: string;
    serverMs: number;
    /** Rows of `call` and `attempt` that it read. */
    callsRead: number;
    tooWide: boolean;
  }[];
}

/** Publishes the providers and models that `npm run seed:calls` makes calls of. */
export async function publishSeeded(url: string): Promise<void> {
  const db = openDatabase({ url, poolSize: 2, applicationName: "bench" });
  const regions = [{ id: "region-1" }, { id: "region-2" }];
  await publishDocument(systemActor, createControlDeps(db), {
    document: {
      providers: [1, 2, 3].map((n) => ({
        id: `provider-${n}`,
        base_url: `https://provider-${n}.example/v1`,
        api_key: "env:SEEDED_KEY",
        regions,
      })),
      models: Array.from({ length: 12 }, (_, index) => ({
        id: `model-${index + 1}`,
        targets: [{ provider: `provider-${1 + ((index + 1) % 3)}` }],
      })),
      settings: { call_log_days: 400, timezone: "Asia/Seoul" },
    },
    source: { kind: "bootstrap", demo: false },
  })
    .then(() =>
      // The keys that the made-up calls come from.
      db.pool.query(`
        INSERT INTO app_key (id, name, hash, last4, kind, source, limits, revision)
        SELECT 'app-' || n, 'app-' || n, 'seeded ' || n, '0000', 'live', 'minted', '{}', 1
        FROM generate_series(1, 40) AS n ON CONFLICT DO NOTHING`),
    )
    .finally(() => db.close());
}

/** Asks everything that the dashboard can ask, each as if nobody had asked before, and explains every statement. */
export async function askAll(url: string, rounds: number): Promise<Answer[]> {
  const db = openDatabase({ url, poolSize: 10, applicationName: "bench" });
  const sent = recordStatements(db);
  try {
    const answers: Answer[] = [];
    for (const question of await questions(db)) {
      const times: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        sent.length = 0;
        const startedMs = performance.now();
        await question.ask(createControlDeps(db));
        times.push(performance.now() - startedMs);
      }
      const statements = [];
      for (const { text, values } of [...sent]) {
        statements.push(await explain(db, question, text, values));
      }
      times.sort((a, b) => a - b);
      const tookMs = times[Math.floor(times.length / 2)] ?? 0;
      const serverMs = statements.reduce((sum, one) => sum + one.serverMs, 0);
      answers.push({ question: question.name, tookMs, serverMs, statements });
    }
    return answers;
  } finally {
    await db.close();
  }
}

async function questions(db: Database): Promise<Question[]> {
  const chart = (name: string, ask: Question["ask"]): Question => ({ name, kind: "chart", ask });
  const list = (name: string, query: Partial<Parameters<typeof callsPage>[2]>): Question => ({
    name: `calls: ${name}`,
    kind: "list",
    ask: (deps) => callsPage(viewer, deps, { limit: 50, ...query }),
  });
  const { rows } = await db.pool.query<{ id: string }>(
    "SELECT id FROM call WHERE id < uuid_v7_floor(now() - interval '1 day') ORDER BY id DESC LIMIT 1",
  );
  const [{ id } = { id: "" }] = rows;
  const metrics = (app: string | null) =>
    ranges.map((range) =>
      chart(`chart of ${range}${app === null ? "" : ", one application"}`, (deps) =>
        metricsView(viewer, deps, { range, app }),
      ),
    );
  const now = Date.now();
  return [
    chart("impact of a region", (deps) =>
      impact(operator, deps, {
        type: "switch",
        objectType: "region",
        objectId: "region-1",
        intent: "draining",
      }),
    ),
    chart("impact of a chain", (deps) =>
      impact(operator, deps, {
        type: "chain",
        routeId: "auto",
        chain: ["model-12", "model-1"],
      }),
    ),
    chart("policy of a route", (deps) => routePolicyView(viewer, deps, { id: "auto" })),
    chart("effects of fifty changes", (deps) =>
      effectsView(viewer, deps, {
        at: Array.from({ length: 50 }, (_, index) => now - index * 600_000),
      }),
    ),
    chart("matrix and strips", (deps) => healthView(viewer, deps, null)),
    chart("film of a day", (deps) => filmView(viewer, deps, null)),
    chart("models of 24h", (deps) => objectsView(viewer, deps, { kind: "model", range: "24h" })),
    chart("models of 90d", (deps) => objectsView(viewer, deps, { kind: "model", range: "90d" })),
    chart("routes of 90d", (deps) => routesView(viewer, deps, { range: "90d" })),
    ...(["1h", "24h", "90d"] as const).map((range) =>
      chart(`movers of ${range}`, (deps) => moversView(viewer, deps, { range })),
    ),
    ...(["1h", "24h", "90d"] as const).map((range) =>
      chart(`counts of ${range}`, (deps) => callFacets(viewer, deps, { range })),
    ),
    chart("chart between two instants", (deps) =>
      metricsView(viewer, deps, {
        range: { fromMs: Date.now() - 40 * dayMs, toMs: Date.now() - 30 * dayMs },
        app: null,
      }),
    ),
    chart("one model, 24h", (deps) =>
      objectView(viewer, deps, { kind: "model", range: "24h", id: "model-1" }),
    ),
    chart("one region, 30d", (deps) =>
      objectView(viewer, deps, { kind: "region", range: "30d", id: "region-1" }),
    ),
    chart("targets of an hour, a day ago", ({ db: of }) =>
      targetLoadsIn(
        of,
        {
          ...{ grain: "minute", demo: false },
          ...{ fromMs: now - dayMs - 1_800_000, toMs: now - dayMs + 1_800_000 },
        },
        ["provider-2:region-1:model-1", "provider-3:region-2:model-2"],
      ),
    ),
    ...metrics(null),
    ...metrics("app-1"),
    chart("changes", (deps) => changesPage(viewer, deps, { limit: 100 })),
    list("newest", {}),
    list("from a day ago on", { cursor: id }),
    list("failed", { outcome: "failed" }),
    list("rescued", { rescued: true }),
    list("of a model", { model: "model-7" }),
    list("of a region", { region: "region-2" }),
    list("of a model that nobody calls", { model: "no-such-model" }),
    list("of an hour, a day ago", {
      range: { fromMs: now - dayMs - 3_600_000, toMs: now - dayMs },
    }),
    list("failed, of the last 24 h", { range: "24h", outcome: "failed" }),
    list("with a status of 5xx", { status: "5xx" }),
    list("that took longer than any, of two days", {
      range: { fromMs: now - 2 * dayMs, toMs: now },
      totalOverMs: 2_000_000_000,
    }),
    list("dear, slow, streamed and tried twice", {
      costOverNanoUsd: 5_000_000_000,
      ttftOverMs: 60_000,
      stream: true,
      attemptsOver: 1,
    }),
    {
      name: "one call",
      kind: "list",
      ask: (deps) => callDetail(viewer, deps, { id }),
    },
  ];
}

interface Statement {
  text: string;
  values: unknown[];
}

/** What the pool sends from now on, without the words around transactions. */
function recordStatements(db: Database): Statement[] {
  const sent: Statement[] = [];
  db.pool.on("connect", (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    const recording = (...args: unknown[]): unknown => {
      const [config, values] = args;
      const { text, values: own } = (typeof config === "string" ? { text: config } : config) as {
        text: string;
        values?: unknown[];
      };
      if (/^\s*(SELECT|WITH)/i.test(text)) {
        sent.push({ text, values: own ?? (values as unknown[] | undefined) ?? [] });
      }
      return query(...args);
    };
    Object.assign(client, { query: recording });
  });
  return sent;
}

interface Explained {
  Plan: PlanNode;
  "Planning Time": number;
  "Execution Time": number;
}

/** The second of two runs: what people wait for who look at the page again. */
async function explain(
  db: Database,
  { kind }: Question,
  text: string,
  values: readonly unknown[],
): Promise<Answer["statements"][number]> {
  const run = async (): Promise<Explained> => {
    const { rows } = await db.pool.query<{ "QUERY PLAN": [Explained] }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
      [...values],
    );
    return rows[0]!["QUERY PLAN"][0];
  };
  await run();
  const explained = await run();
  const { Plan: plan } = explained;
  const callsRead = rowsOfCallsRead(plan);
  return {
    text,
    plan: shownPlan(plan),
    serverMs: explained["Planning Time"] + explained["Execution Time"],
    callsRead,
    tooWide: callsRead > mostRead[kind] || isTooWide(plan),
  };
}
