/** No acknowledged call is lost or doubled, whatever ends and whatever is away. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type KillRun,
  type OutageRun,
  killAgainAndAgain,
  withoutDatabase,
} from "../support/durable-runs";
import { type DurableStack, startDurableStack } from "../support/durable-stack";

describe("the call log", () => {
  let stack: DurableStack;
  beforeAll(async () => {
    stack = await startDurableStack({});
  });
  afterAll(() => stack.close());

  it("loses and doubles no acknowledged call when the gateway is killed under load", async () => {
    const run = await killAgainAndAgain(stack, { times: 3, perSecond: 100, acknowledged: 80 });
    print("killed", run);
    expect(run.acknowledged).toBeGreaterThanOrEqual(240);
    expect(run).toMatchObject({ missing: 0, doubled: 0 });
  });

  it("fails no call and loses no row while PostgreSQL is stopped", async () => {
    const run = await withoutDatabase(stack, {
      perSecond: 100,
      forMs: 3_000,
      away: ({ postgres }) => postgres.stop(),
      back: ({ postgres }) => postgres.start(),
    });
    print("stopped", run);
    expect(run).toMatchObject({ failed: 0, missing: 0, doubled: 0 });
    expect(run.drainedMs).toBeLessThan(15_000);
  });

  it("fails no call and loses no row while PostgreSQL is frozen", async () => {
    const run = await withoutDatabase(stack, {
      perSecond: 100,
      forMs: 3_000,
      away: ({ postgres }) => {
        postgres.freeze();
      },
      back: ({ postgres }) => {
        postgres.thaw();
      },
    });
    print("frozen", run);
    expect(run).toMatchObject({ failed: 0, missing: 0, doubled: 0 });
    expect(run.drainedMs).toBeLessThan(15_000);
  });

  it("keeps what it could not write before its end, and the next start brings it to the database", async () => {
    const run = await withoutDatabase(stack, {
      perSecond: 50,
      forMs: 1_000,
      away: ({ postgres }) => postgres.stop(),
      async back({ postgres, gateway }) {
        await gateway.stop();
        await postgres.start();
        await gateway.start();
      },
    });
    expect(run).toMatchObject({ failed: 0, missing: 0, doubled: 0 });
    expect(stack.gateway.output()).toContain("wait in the spool");
  });
});

function print(what: string, run: KillRun | OutageRun): void {
  process.stdout.write(`${what}: ${JSON.stringify(run)}\n`);
}
