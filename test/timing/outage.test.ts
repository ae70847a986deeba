import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { systemActor } from "@/lib/control/actor";
import { setSwitch } from "@/lib/control/set-switch";
import { type Line, layLine } from "../support/line";
import { type LoadCall, load, percentile } from "../support/load";
import { type Server, serverOf } from "../support/server";
import { type Stack, eventually, startStack } from "../support/stack";

let line: Line;
let stack: Stack;
let server: Server;
let said: string[] = [];
beforeAll(async () => {
  stack = await startStack({
    async reach(url) {
      line = await layLine(url);
      return { databaseUrl: line.url };
    },
  });
  server = await serverOf(stack.db.pool);
  await load(stack, { model: "auto", perSecond: 50, forMs: 1_000 });
});
afterAll(async () => {
  await stack.stop();
  line.close();
});
beforeEach(() => {
  said = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((text) => {
      said.push(String(text));
      return true;
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Calls go on while `trouble` lasts; returns those that did not end well, and how the others fared. */
async function during(
  trouble: () => Promise<void>,
): Promise<{ failed: LoadCall[]; p99Ms: number; calls: number }> {
  const progress = { isOver: false };
  const work = trouble().finally(() => {
    progress.isOver = true;
  });
  const calls: LoadCall[] = [];
  while (!progress.isOver) {
    calls.push(...(await load(stack, { model: "auto", perSecond: 60, forMs: 500 })));
  }
  await work;
  const times = calls.map(({ tookMs }) => tookMs);
  return {
    failed: calls.filter(({ isWhole }) => !isWhole),
    p99Ms: percentile(times, 99),
    calls: calls.length,
  };
}

const lines = (text: RegExp): string[] => said.filter((one) => text.test(one));
const away = /cannot report to the database/;
const back = /reports to the database again/;

let isOff = false;
/** Changes a switch and waits until the node obeys it. */
async function obeys(withinMs: number): Promise<void> {
  isOff = !isOff;
  const intent = isOff ? "draining" : "enabled";
  const change = { objectType: "model", objectId: "gemini-2.5-flash", intent } as const;
  const { revision } = await setSwitch(systemActor, stack.control, change);
  await eventually(() => stack.gateway.configuration().applied >= revision, withinMs);
  await eventually(async () => {
    const node = await stack.db.prisma.node.findFirst();
    return (node?.appliedRevision ?? 0) >= revision;
  }, withinMs);
}

function tell(what: string, { calls, p99Ms }: { calls: number; p99Ms: number }): void {
  vi.restoreAllMocks();
  process.stdout.write(`${what}: ${calls} calls, 0 failed, p99 ${p99Ms.toFixed(1)} ms\n`);
}

describe("calls are not affected by a database that", () => {
  it("is gone, and the node catches up by itself when it is back", async () => {
    const seen = await during(async () => {
      line.cut(true);
      await sleep(3_000);
      line.cut(false);
      await obeys(10_000);
    });
    expect(seen.failed).toEqual([]);
    await eventually(() => lines(back).length === 1, 10_000);
    expect(lines(away)).toHaveLength(1);
    tell("database gone for 3 s", seen);
  });

  it("is frozen: nothing piles up, and all goes on when it thaws", async () => {
    line.most();
    const seen = await during(async () => {
      server.freeze();
      try {
        const asked = stack.db.pool.query("SELECT 1").then(() => "answered");
        expect(await Promise.race([asked, sleep(1_000, "silent")])).toBe("silent");
        await sleep(3_000);
        expect(stack.gateway.database().waiting).toBeLessThanOrEqual(2);
        // Four of the pool and the one that listens, and those that took their place.
        expect(line.open()).toBeLessThanOrEqual(6);
      } finally {
        server.thaw();
      }
      await obeys(15_000);
    });
    expect(seen.failed).toEqual([]);
    expect(line.most()).toBeLessThanOrEqual(8);
    expect(lines(away).length).toBeLessThanOrEqual(1);
    tell("database frozen for 4 s", seen);
  });

  it("is slow: half a second each way", async () => {
    const seen = await during(async () => {
      line.delay(500);
      await obeys(15_000);
      // What waits goes down again while the line is as slow as ever: it does not pile up.
      await eventually(() => stack.gateway.database().waiting <= 2, 5_000);
      line.delay(0);
      await sleep(1_200);
      await obeys(10_000);
    });
    expect(seen.failed).toEqual([]);
    tell("database slow by 1 s", seen);
  });

  it("has a full disk, which is said once; what could not be reported is told later", async () => {
    const tables = ["node", "target_state", "health_event", "probe_result"];
    await stack.db.pool.query(
      `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
       ${tables.map((table) => `CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON ${table} EXECUTE FUNCTION full_disk();`).join(" ")}`,
    );
    stack.wall.fault({ kind: "status", status: 503, on: "chat", model: "gpt-4.1" });
    const seen = await during(async () => {
      await eventually(() => lines(away).length === 1, 10_000);
      await sleep(2_000);
      await stack.db.pool.query("DROP FUNCTION full_disk CASCADE");
      await obeys(10_000);
    });
    stack.wall.clearFaults();
    expect(seen.failed).toEqual([]);
    await eventually(() => lines(back).length === 1, 30_000);
    expect(lines(away)).toHaveLength(1);
    // The transitions of that time are there.
    await eventually(async () => (await stack.db.prisma.healthEvent.count()) > 0);
    tell("database full for 2 s", seen);
  });
});
