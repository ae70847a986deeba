import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Purse, emptyPurse, leaseWish, setAside, settle } from "@/lib/core/purse";
import { uuidV7 } from "@/lib/shared/uuid";
import {
  type LeaseRequest,
  type Leaseholder,
  endLeases,
  exchangeLeases,
  readDatabaseClock,
} from "@/lib/store/budgets";
import { type OpenTestDatabase, openTestDatabase } from "./support";

let test: OpenTestDatabase;
const month = `${new Date().toISOString().slice(0, 7)}-01`;

beforeAll(async () => {
  test = await openTestDatabase();
});
afterAll(() => test.end());
beforeEach(async () => {
  await test.db.pool.query(`TRUNCATE budget, budget_lease; DELETE FROM "call"`);
});

function processOn(nodeId: string): Leaseholder {
  return { process: randomUUID(), nodeId, beganAtMs: Date.now() };
}

let seq = 0;

type Wish = Partial<LeaseRequest>;

async function lease(
  by: Leaseholder,
  wish: Wish & { holder: string },
): Promise<{ granted: number; room: number }> {
  const request = {
    keyId: "app",
    month,
    seq: (seq += 1),
    limitNanoUsd: 1_000,
    spentNanoUsd: 0,
    needNanoUsd: 0,
    wantNanoUsd: 0,
    ...wish,
  };
  const { answers } = await exchangeLeases(test.db, by, [request], 900);
  return { granted: answers[0]!.grantedNanoUsd, room: answers[0]!.roomNanoUsd };
}

async function budget(keyId = "app"): Promise<{ spent: number; leased: number }> {
  const { rows } = await test.db.pool.query<{ spent: string; leased: string }>(
    `SELECT coalesce(sum(spent_nano_usd), 0) AS spent, coalesce(sum(leased_nano_usd), 0) AS leased
     FROM budget WHERE key_id = $1`,
    [keyId],
  );
  return { spent: Number(rows[0]!.spent), leased: Number(rows[0]!.leased) };
}

/** A finished call in the log. */
async function logCall(nodeId: string, costNanoUsd: number, keyId = "app"): Promise<void> {
  const nowMs = Date.now();
  await test.db.pool.query(
    `INSERT INTO "call" (id, started_at, node_id, key_id, demo, outcome, status, stream, fallback,
       region_switch, attempts, total_ms, overhead_us, tokens_estimated, cost_nano_usd, revision)
     VALUES ($1, $2, $3, $4, false, 'served', 200, false, false, false, 1, 0, 0, false, $5, 1)`,
    [uuidV7(nowMs), new Date(nowMs), nodeId, keyId, costNanoUsd],
  );
}

/** As if the leases of a process had last been heard of so long ago; after a quarter of an hour they have run out now. */
async function age(by: Leaseholder, seconds: number): Promise<void> {
  await test.db.pool.query(
    `UPDATE budget_lease SET renewed_at = renewed_at - make_interval(secs => $2),
       expires_at = greatest(expires_at - make_interval(secs => $2), clock_timestamp() + interval '1 millisecond')
     WHERE process = $1`,
    [by.process, seconds],
  );
  // Instants are kept to the millisecond: what happened before is before the end, and the end is over.
  await test.db.pool.query("SELECT pg_sleep(0.003)");
}

describe("a lease", () => {
  it("is what is needed, as far as it is there", async () => {
    const node = processOn("a");
    const holder = randomUUID();
    expect(await lease(node, { holder, needNanoUsd: 400, wantNanoUsd: 400 })).toEqual({
      granted: 400,
      room: 600,
    });
    const other = randomUUID();
    expect(
      await lease(processOn("b"), { holder: other, needNanoUsd: 900, wantNanoUsd: 900 }),
    ).toEqual({ granted: 600, room: 0 });
    expect(await budget()).toEqual({ spent: 0, leased: 1_000 });
  });

  it("is half of what is left at most where it is only wanted", async () => {
    const wanted = { needNanoUsd: 10, wantNanoUsd: 5_000 };
    expect(await lease(processOn("a"), { holder: randomUUID(), ...wanted })).toMatchObject({
      granted: 500,
    });
    expect(await lease(processOn("b"), { holder: randomUUID(), ...wanted })).toMatchObject({
      granted: 250,
    });
  });

  it("is told what was spent, once, however often it is said", async () => {
    const node = processOn("a");
    const holder = randomUUID();
    await lease(node, { holder, needNanoUsd: 400, wantNanoUsd: 400 });
    for (let again = 0; again < 3; again += 1) {
      await lease(node, { holder, spentNanoUsd: 150, needNanoUsd: 0, wantNanoUsd: 400 });
    }
    expect(await budget()).toEqual({ spent: 150, leased: 250 + 175 - 25 });
    await lease(node, { holder, spentNanoUsd: 100, wantNanoUsd: 0 });
    expect(await budget()).toEqual({ spent: 150, leased: 0 });
  });

  it("is not changed by what a database that stood still does late", async () => {
    const node = processOn("a");
    const holder = randomUUID();
    await lease(node, { holder, seq: 1, needNanoUsd: 100, wantNanoUsd: 100 });
    await lease(node, { holder, seq: 3, needNanoUsd: 500, wantNanoUsd: 500 });
    const late = { holder, seq: 2, spentNanoUsd: 50, needNanoUsd: 0, wantNanoUsd: 0 };
    expect((await lease(node, late)).granted).toBe(500);
    expect(await budget()).toEqual({ spent: 0, leased: 500 });
  });

  it("gives back what its holder does not want any more", async () => {
    const node = processOn("a");
    const holder = randomUUID();
    await lease(node, { holder, needNanoUsd: 1_000, wantNanoUsd: 1_000 });
    expect(await lease(node, { holder, needNanoUsd: 0, wantNanoUsd: 30 })).toEqual({
      granted: 30,
      room: 970,
    });
  });

  it("keeps what it has when the limit falls below it, and gets no more", async () => {
    const node = processOn("a");
    const holder = randomUUID();
    await lease(node, { holder, needNanoUsd: 800, wantNanoUsd: 800 });
    const lower = { holder, limitNanoUsd: 100, needNanoUsd: 800, wantNanoUsd: 900 };
    expect((await lease(node, lower)).granted).toBe(800);
    const other = { holder: randomUUID(), limitNanoUsd: 100, needNanoUsd: 1, wantNanoUsd: 1 };
    expect((await lease(processOn("b"), other)).granted).toBe(0);
  });

  it("of one key and month says nothing about another's", async () => {
    const node = processOn("a");
    await lease(node, { holder: randomUUID(), needNanoUsd: 1_000, wantNanoUsd: 1_000 });
    const others = { needNanoUsd: 700, wantNanoUsd: 700 };
    expect((await lease(node, { holder: randomUUID(), keyId: "other", ...others })).granted).toBe(
      700,
    );
    const next = { holder: randomUUID(), month: "2031-01-01", ...others };
    expect((await lease(node, next)).granted).toBe(700);
  });

  it("waits for another exchange about the same budget, and then knows of it", async () => {
    const first = await test.db.pool.connect();
    const exchange = (holder: string): string =>
      `SELECT granted_nano AS granted FROM exchange_budget_lease('app', '${month}', '${holder}',
         '${randomUUID()}', 'a', 1000, 0, 700, 700, 1, now(), 900)`;
    await first.query(exchange(randomUUID()));
    // The row is there for all to see, and its holder's transaction goes on.
    await first.query("BEGIN");
    await first.query(exchange(randomUUID()));
    let isAnswered = false;
    const second = lease(processOn("b"), {
      holder: randomUUID(),
      needNanoUsd: 700,
      wantNanoUsd: 700,
    }).finally(() => {
      isAnswered = true;
    });
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
    expect(isAnswered).toBe(false);
    await first.query("COMMIT");
    first.release();
    expect((await second).granted).toBe(0);
    expect(await budget()).toEqual({ spent: 0, leased: 1_000 });
  });

  it("is given to as many as ask at the same time, and never more than there is", async () => {
    const nodes = Array.from({ length: 20 }, (_, index) => processOn(`n${index}`));
    const leases = await Promise.all(
      nodes.flatMap((node) =>
        ["app", "beta"].map((keyId) =>
          lease(node, { keyId, holder: randomUUID(), needNanoUsd: 90, wantNanoUsd: 90 }),
        ),
      ),
    );
    expect(leases.reduce((sum, { granted }) => sum + granted, 0)).toBe(2_000);
    expect(await budget()).toEqual({ spent: 0, leased: 1_000 });
  });
});

describe("the lease of a dead node", () => {
  it("goes back when it has run out, less what its calls in the log cost", async () => {
    const dead = processOn("dead");
    await lease(dead, {
      holder: randomUUID(),
      spentNanoUsd: 0,
      needNanoUsd: 600,
      wantNanoUsd: 600,
    });
    await logCall("dead", 70);
    await logCall("dead", 5);
    await logCall("alive", 900);
    await logCall("dead", 900, "other");
    const node = processOn("alive");
    expect(await endLeases(test.db, node, 30)).toBe(0);
    await age(dead, 901);
    expect(await endLeases(test.db, node, 30)).toBe(1);
    expect(await endLeases(test.db, node, 30)).toBe(0);
    expect(await budget()).toEqual({ spent: 75, leased: 0 });
  });

  it("goes back half a minute after its node came up again", async () => {
    const before = processOn("a");
    await lease(before, { holder: randomUUID(), needNanoUsd: 600, wantNanoUsd: 600 });
    await logCall("a", 33);
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
    const after = processOn("a");
    // What the new one spends is told by itself.
    await lease(after, { holder: randomUUID(), spentNanoUsd: 0, needNanoUsd: 50, wantNanoUsd: 50 });
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
    await logCall("a", 44);
    expect(await endLeases(test.db, after, 30)).toBe(0);
    await age(before, 31);
    expect(await endLeases(test.db, processOn("b"), 30)).toBe(0);
    expect(await endLeases(test.db, after, 30)).toBe(1);
    expect(await budget()).toEqual({ spent: 33, leased: 50 });
  });

  it("counts what it told and what it did not, and only that", async () => {
    const dead = processOn("dead");
    const holder = randomUUID();
    await lease(dead, { holder, needNanoUsd: 600, wantNanoUsd: 600 });
    await logCall("dead", 100);
    await test.db.pool.query(`UPDATE "call" SET started_at = started_at - interval '10 seconds'`);
    await lease(dead, { holder, spentNanoUsd: 100, needNanoUsd: 500, wantNanoUsd: 500 });
    await logCall("dead", 20);
    await age(dead, 901);
    await endLeases(test.db, processOn("b"), 30);
    expect(await budget()).toEqual({ spent: 120, leased: 0 });
  });

  it("never counts more than it held, whatever the log says of its last moment", async () => {
    const dead = processOn("dead");
    const holder = randomUUID();
    await lease(dead, { holder, needNanoUsd: 300, wantNanoUsd: 300 });
    await logCall("dead", 250);
    await lease(dead, { holder, spentNanoUsd: 250, needNanoUsd: 50, wantNanoUsd: 50 });
    await test.db.pool.query(
      `UPDATE "call" SET started_at = told_at - interval '50 milliseconds' FROM budget_lease`,
    );
    await age(dead, 901);
    await endLeases(test.db, processOn("b"), 30);
    expect(await budget()).toEqual({ spent: 300, leased: 0 });
  });

  it("is counted once, when many find it", async () => {
    const dead = processOn("dead");
    await lease(dead, { holder: randomUUID(), needNanoUsd: 600, wantNanoUsd: 600 });
    await logCall("dead", 20);
    await age(dead, 901);
    const ended = await Promise.all(
      Array.from({ length: 4 }, (_, index) => endLeases(test.db, processOn(`n${index}`), 30)),
    );
    expect(ended.reduce((sum, one) => sum + one, 0)).toBe(1);
    expect(await budget()).toEqual({ spent: 20, leased: 0 });
  });

  it("gets a new one when it was only cut off, and what it spent counts once", async () => {
    const cut = processOn("cut");
    const holder = randomUUID();
    await lease(cut, { holder, needNanoUsd: 600, wantNanoUsd: 600 });
    await logCall("cut", 80);
    await age(cut, 901);
    await endLeases(test.db, processOn("b"), 30);
    const back = await lease(cut, { holder, spentNanoUsd: 80, needNanoUsd: 10, wantNanoUsd: 10 });
    expect(back.granted).toBe(90);
    expect(await budget()).toEqual({ spent: 80, leased: 10 });
  });
});

it("tells the database's own time", async () => {
  expect(Math.abs((await readDatabaseClock(test.db)) - Date.now())).toBeLessThan(5_000);
});

/** One node of the property below: its purse, and the calls that it runs. */
type Node = { by: Leaseholder; holder: string; purse: Purse; running: number[] };

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("begin"), nano: fc.integer({ min: 1, max: 300 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("end"), nano: fc.integer({ min: 0, max: 300 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("exchange"), nano: fc.integer({ min: 0, max: 500 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("lost answer"),
      nano: fc.integer({ min: 0, max: 500 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("die"), nano: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("drain"), nano: fc.constant(0) }) },
);
const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), step), {
  minLength: 20,
  maxLength: 60,
});

it("never spends nor leases more than the budget, whichever nodes die and whatever is lost", async () => {
  const limitNanoUsd = 1_000;
  await fc.assert(
    fc.asyncProperty(steps, async (happenings) => {
      await test.db.pool.query(`TRUNCATE budget, budget_lease; DELETE FROM "call"`);
      let truth = 0;
      let born = 0;
      const fresh = (place: number): Node => {
        born += 1;
        return {
          by: processOn(`place-${place}-${born}`),
          holder: randomUUID(),
          purse: emptyPurse(),
          running: [],
        };
      };
      const nodes = [fresh(0), fresh(1), fresh(2)];
      const exchange = async (node: Node, waiting: number, spare: number): Promise<number> => {
        const wish = leaseWish(node.purse, waiting, spare);
        const request = { holder: node.holder, limitNanoUsd, ...wish };
        return (await lease(node.by, request)).granted;
      };
      for (const [place, { kind, nano }] of happenings) {
        const node = nodes[place]!;
        switch (kind) {
          case "begin":
            if (setAside(node.purse, nano)) {
              node.running.push(nano);
            }
            break;
          case "end": {
            const reserved = node.running.pop();
            if (reserved !== undefined) {
              const cost = Math.min(nano, reserved);
              settle(node.purse, reserved, cost);
              truth += cost;
              await logCall(node.by.nodeId, cost);
            }
            break;
          }
          case "exchange":
            node.purse.grantedNanoUsd = await exchange(node, nano, 100);
            break;
          case "lost answer":
            await exchange(node, nano, 100);
            break;
          case "drain":
            node.purse.grantedNanoUsd = await exchange(node, 0, 0);
            break;
          case "die":
            // Its calls die with it; what it was billed is in the log.
            nodes[place] = fresh(place);
            await age(node.by, 901);
            await endLeases(test.db, nodes[place].by, 30);
        }
        const { spent, leased } = await budget();
        expect(spent + leased).toBeLessThanOrEqual(limitNanoUsd);
        expect(truth).toBeLessThanOrEqual(limitNanoUsd);
      }
    }),
    { numRuns: 25 },
  );
});
