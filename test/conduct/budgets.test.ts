/** Money over real processes: what calls cost is never more than the budget, with one node and with two. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cable, type OpenTestDatabase, layCable, openTestDatabase } from "../store/support";
import {
  type Answer,
  type BudgetStack,
  ask,
  spendInParallel,
  spentUsd,
  startBudgetStack,
} from "../support/budget-stack";
import type { GatewayProcess } from "../support/gateway-processes";
import { eventually } from "../support/stack";

let database: OpenTestDatabase;
let stack: BudgetStack;

beforeAll(async () => {
  database = await openTestDatabase();
  stack = await startBudgetStack(database.url, database.db);
});
afterAll(async () => {
  await stack.end();
  await database.end();
});

it("nodes share a limit per minute", async () => {
  const urls = stack.nodes.map(({ url }) => url);
  const key = await stack.keyWith("shared", { rpm: 10 }, urls);
  for (const url of urls) {
    await eventually(async () => {
      const headers = { authorization: `Bearer ${key}` };
      const models = await fetch(`${url}/v1/models`, { headers });
      return models.headers.get("x-ratelimit-remaining-requests") === "5";
    }, 15_000);
  }
  const answers = await Promise.all(
    Array.from({ length: 24 }, (_, call) => ask(urls[call % 2]!, key)),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
  expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([null, "rate_limit_exceeded"]));
});

describe("200 parallel calls with money for 50", () => {
  it.each([1, 2])("spend no more than a strict budget on %d node(s)", async (nodeCount) => {
    const id = `strict-${nodeCount}`;
    const run = await spendInParallel(stack, id, nodeCount);
    process.stdout.write(
      `200 parallel calls with money for 50, ${nodeCount} node(s), strict: ${run.servedAtOnce} served at ` +
        `once and ${run.servedAfter} after; $${run.spentUsd.toFixed(6)} of $${run.limitUsd.toFixed(6)}\n`,
    );
    expect(run.spentUsd).toBeLessThanOrEqual(run.limitUsd);
    expect(run.codes).toEqual(new Set([null, "budget_exceeded"]));
    expect(run.servedAtOnce + run.servedAfter).toBeGreaterThan(25);
    await eventually(async () => {
      const told = await stack.toldBudget(id);
      expect(told.spentUsd + told.leasedUsd).toBeLessThanOrEqual(run.limitUsd);
      return Math.abs(told.spentUsd - run.spentUsd) < 1e-9;
    }, 15_000);
  });
});

it("nodes that stop give back what they hold, and one that is killed nothing that it may have spent", async () => {
  const { gateways, nodes } = stack;
  const limitUsd = 40 * (await stack.priceUsd());
  const [killed, stopped] = await Promise.all([
    gateways.start(database.url),
    gateways.start(database.url),
  ]);
  const urls = [killed.url, stopped.url, nodes[0].url];
  const key = await stack.keyWith(
    "deaths",
    { budgetUsdPerMonth: limitUsd, strictBudget: true },
    urls,
  );
  const answers: Answer[] = [];
  for (let call = 0; call < 6; call += 1) {
    answers.push(await ask(urls[call % 3]!, key));
  }
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  await Promise.all([killed.kill(), stopped.stop()]);
  const leases = await database.db.prisma.budgetLease.findMany({ where: { keyId: "deaths" } });
  expect(leases).toHaveLength(3);
  expect(leases.filter((one) => one.grantedNanoUsd > one.spentNanoUsd)).toHaveLength(2);
  answers.push(...(await Promise.all(Array.from({ length: 100 }, () => ask(nodes[0].url, key)))));
  for (;;) {
    const next = await ask(nodes[0].url, key);
    answers.push(next);
    if (next.status !== 200) {
      break;
    }
  }
  expect(spentUsd(answers)).toBeLessThanOrEqual(limitUsd);
  const told = await stack.toldBudget("deaths");
  expect(told.spentUsd + told.leasedUsd).toBeLessThanOrEqual(limitUsd);
});

describe("while the database is away", () => {
  let cable: Cable;
  let node: GatewayProcess;
  beforeAll(async () => {
    cable = await layCable(database.url);
    node = await stack.gateways.start(cable.url);
  });
  afterAll(async () => {
    await node.kill();
    cable.close();
  });

  /** Calls until one is refused. */
  async function spendAll(key: string): Promise<Answer[]> {
    const answers: Answer[] = [];
    do {
      answers.push(await ask(node.url, key));
    } while (answers.at(-1)?.status === 200 && answers.length < 1_000);
    return answers;
  }

  it("calls go on with what is leased, then with the grace, and a refusal names the reason", async () => {
    const price = await stack.priceUsd();
    const urls = [node.url];
    const budgetUsdPerMonth = 1_000 * price;
    const loose = await stack.keyWith("loose", { budgetUsdPerMonth }, urls);
    const strict = await stack.keyWith("careful", { budgetUsdPerMonth, strictBudget: true }, urls);
    const free = await stack.keyWith("free", {}, urls);
    for (const key of [loose, strict]) {
      expect((await ask(node.url, key)).status).toBe(200);
    }
    const leasedUsd = await eventually<number | null>(async () => {
      const told = await stack.toldBudget("loose");
      return told.leasedUsd > 0 ? told.leasedUsd : null;
    });
    cable.plug(false);
    const [loosely, strictly] = await Promise.all([spendAll(loose), spendAll(strict)]);
    for (const answers of [loosely, strictly]) {
      expect(answers.length).toBeGreaterThan(2);
      expect(answers.at(-1)).toMatchObject({
        status: 429,
        code: "budget_exceeded",
        reason: "database_away",
      });
    }
    expect(spentUsd(strictly)).toBeLessThanOrEqual(leasedUsd + price);
    expect(spentUsd(loosely)).toBeGreaterThan(leasedUsd);
    expect(spentUsd(loosely)).toBeLessThanOrEqual(leasedUsd + 0.01 + price);
    expect((await ask(node.url, free)).status).toBe(200);
    cable.plug(true);
    await eventually(async () => (await ask(node.url, strict)).status === 200, 15_000);
    await eventually(async () => {
      const told = await stack.toldBudget("loose");
      return Math.abs(told.spentUsd - spentUsd(loosely) - price) < 1e-9;
    }, 15_000);
  });
});
