import { afterAll, beforeAll, expect, it } from "vitest";
import { metricsView } from "@/lib/control/metrics-view";
import { createControlDeps } from "@/lib/control/verb";
import { MetricsView } from "@/lib/shared/contract";
import { uuidV7 } from "@/lib/shared/uuid";
import { type LogGapRecord, insertLogGaps } from "@/lib/store/log-gaps";
import { publishSample } from "./samples";
import { type OpenTestDatabase, openTestDatabase } from "./support";

let database: OpenTestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await publishSample(createControlDeps(database.db));
});
afterAll(() => database.end());

const minute = 60_000;
const gapOf = (atMs: number, forMs: number, calls: number | null): LogGapRecord => ({
  id: uuidV7(atMs),
  node_id: "host/0",
  from_at: new Date(atMs).toISOString(),
  to_at: new Date(atMs + forMs).toISOString(),
  calls,
  reason: calls === null ? "damaged" : "spool_full",
});
const gaps = async (): Promise<MetricsView["gaps"]> => {
  const deps = createControlDeps(database.db);
  const viewer = { type: "operator", name: "Minji", role: "viewer" } as const;
  return MetricsView.parse(await metricsView(viewer, deps, { range: "1h", app: null })).gaps;
};

it("the metrics say how many calls are missing between which instants, however often a gap is told", async () => {
  const now = Date.now();
  const first = gapOf(now - 30 * minute, 0, 1);
  const grown = { ...first, to_at: new Date(now - 25 * minute).toISOString(), calls: 420 };
  await insertLogGaps(database.db, [first, grown]);
  await insertLogGaps(database.db, [first]);
  await insertLogGaps(database.db, [gapOf(now - 10 * minute, minute, null)]);
  await insertLogGaps(database.db, [gapOf(now - 300 * minute, minute, 7)]);
  expect(await gaps()).toEqual([
    {
      nodeId: "host/0",
      from: now - 10 * minute,
      to: now - 9 * minute,
      calls: null,
      reason: "damaged",
    },
    {
      nodeId: "host/0",
      from: now - 30 * minute,
      to: now - 25 * minute,
      calls: 420,
      reason: "spool_full",
    },
  ]);
});
