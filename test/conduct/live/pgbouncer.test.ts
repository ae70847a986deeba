import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemActor } from "@/lib/control/actor";
import { setSwitch } from "@/lib/control/set-switch";
import { type LoadCall, load, percentile } from "../../support/load";
import { type Pooler, findPgBouncer, startPgBouncer } from "../../support/pgbouncer";
import { type Stack, eventually, startStack } from "../../support/stack";

const version = findPgBouncer();

/** Others on the same pooler, so that nobody keeps a connection to the server for long. */
function crowd(url: string): { leave: () => Promise<void> } {
  const progress = { isOver: false };
  const stay = async (): Promise<void> => {
    const client = new Client({ connectionString: url });
    await client.connect();
    while (!progress.isOver) {
      await client.query("SELECT pg_sleep(0.01)");
    }
    await client.end();
  };
  const all = Promise.all([stay(), stay(), stay()]);
  return {
    async leave() {
      progress.isOver = true;
      await all;
    },
  };
}

/** Skipped where PgBouncer is not installed (Debian: apt-get install pgbouncer). */
describe.skipIf(version === undefined)(
  `behind PgBouncer ${version ?? "(not installed)"} in transaction mode`,
  () => {
    let pooler: Pooler;
    let stack: Stack;
    let said: string[];
    beforeEach(() => {
      said = [];
      vi.spyOn(process.stderr, "write").mockImplementation((text) => {
        said.push(String(text));
        return true;
      });
    });
    afterEach(async () => {
      vi.restoreAllMocks();
      await stack.stop();
      await pooler.stop();
    });

    const start = async (isDirect: boolean): Promise<void> => {
      stack = await startStack({
        async reach(url) {
          pooler = await startPgBouncer(url);
          return { databaseUrl: pooler.url, ...(isDirect && { directDatabaseUrl: url }) };
        },
      });
    };
    const applyTimes = async (): Promise<number[]> => {
      const took: number[] = [];
      for (let index = 0; index < 10; index += 1) {
        const intent = index % 2 === 0 ? "draining" : "enabled";
        const change = { objectType: "model", objectId: "gpt-4.1", intent } as const;
        const { revision } = await setSwitch(systemActor, stack.control, change);
        const startedMs = performance.now();
        await eventually(() => stack.gateway.configuration().applied >= revision);
        took.push(performance.now() - startedMs);
      }
      return took;
    };
    /** Calls are served and logged, the node reports, transitions are written: every statement goes through. */
    const expectEverything = async (): Promise<void> => {
      const others = crowd(pooler.url);
      const calls: LoadCall[] = [];
      for (let round = 0; round < 4; round += 1) {
        stack.wall.fault({ kind: "status", status: 503, on: "chat", model: "gpt-4.1" });
        calls.push(...(await load(stack, { model: "auto", perSecond: 40, forMs: 700 })));
        stack.wall.clearFaults();
        calls.push(...(await load(stack, { model: "auto", perSecond: 40, forMs: 300 })));
      }
      await others.leave();
      expect(calls.filter(({ isWhole }) => !isWhole)).toEqual([]);
      await eventually(async () => (await stack.db.prisma.call.count()) >= calls.length, 10_000);
      await eventually(async () => (await stack.db.prisma.healthEvent.count()) > 0, 10_000);
      await eventually(async () => (await stack.db.prisma.targetState.count()) > 0, 10_000);
      expect(said.filter((one) => /cannot report|records wait|refuses|left out/.test(one))).toEqual(
        [],
      );
    };

    it("everything works, and changes arrive at once with DIRECT_DATABASE_URL", async () => {
      await start(true);
      await expectEverything();
      const took = await applyTimes();
      process.stdout.write(
        `with DIRECT_DATABASE_URL: applied after p50 ${percentile(took, 50).toFixed(0)} ms\n`,
      );
      expect(percentile(took, 50)).toBeLessThan(300);
      expect(said.filter((one) => one.includes("notices do not arrive"))).toEqual([]);
    });

    it("without it changes are looked for twice a second, which is said once", async () => {
      await start(false);
      await eventually(() => said.some((one) => one.includes("notices do not arrive")), 10_000);
      await expectEverything();
      const took = await applyTimes();
      process.stdout.write(
        `without DIRECT_DATABASE_URL: applied after p50 ${percentile(took, 50).toFixed(0)} ms, most ${Math.max(...took).toFixed(0)} ms\n`,
      );
      expect(Math.max(...took)).toBeLessThan(1_000);
      expect(said.filter((one) => one.includes("notices do not arrive"))).toHaveLength(1);
    });
  },
);
