import { systemActor } from "@/lib/control/actor";
import { createAppKey } from "@/lib/control/create-app-key";
import { demoDocument } from "@/lib/control/first-document";
import { publishDocument } from "@/lib/control/publish-document";
import { createControlDeps } from "@/lib/control/verb";
import type { AppKeyLimits } from "@/lib/store/app-keys";
import type { Database } from "@/lib/store/database";
import { type Wall, startWall } from "@/lib/wall/server";
import { type GatewayProcess, type GatewayProcesses, gatewayProcesses } from "./gateway-processes";

export interface Answer {
  status: number;
  costUsd: number;
  code: string | null;
  reason: string | null;
}

export interface BudgetStack {
  db: Database;
  wall: Wall;
  gateways: GatewayProcesses;
  /** Two gateways on the database. */
  nodes: readonly [GatewayProcess, GatewayProcess];
  /** A new key, once the gateways at `urls` know it. */
  keyWith: (id: string, limits: Partial<AppKeyLimits>, urls: readonly string[]) => Promise<string>;
  /** What one call of `ask` costs. */
  priceUsd: () => Promise<number>;
  /** What the budget of a key says of itself. */
  toldBudget: (keyId: string) => Promise<{ spentUsd: number; leasedUsd: number }>;
  end: () => Promise<void>;
}

/** The wall and two gateways, each a process, on a migrated database. */
export async function startBudgetStack(url: string, db: Database): Promise<BudgetStack> {
  const [wall, gateways] = await Promise.all([startWall({ latencyScale: 0 }), gatewayProcesses()]);
  process.env["BELLWETHER_WALL_KEY"] = wall.key;
  const control = createControlDeps(db);
  const base = demoDocument(wall.url);
  await publishDocument(systemActor, control, {
    document: {
      ...base,
      models: base.models?.map((model) => ({ ...model, probe: { enabled: false } })),
      settings: { budget_grace_usd: 0.01 },
    },
    source: { kind: "bootstrap", demo: false },
  });
  const nodes = await Promise.all([gateways.start(url), gateways.start(url)]);
  const keyWith: BudgetStack["keyWith"] = async (id, limits, urls) => {
    const { secret } = await createAppKey(systemActor, control, { id, kind: "live", limits });
    await Promise.all(urls.map((one) => untilKnown(one, secret)));
    return secret;
  };
  return {
    db,
    wall,
    gateways,
    nodes,
    keyWith,
    async priceUsd() {
      const [{ url: node }] = nodes;
      const { costUsd } = await ask(node, await keyWith(`price-${Date.now()}`, {}, [node]));
      if (!(costUsd > 0)) {
        throw new Error("a call has no price");
      }
      return costUsd;
    },
    async toldBudget(keyId) {
      const row = await db.prisma.budget.findFirst({ where: { keyId } });
      return {
        spentUsd: Number(row?.spentNanoUsd ?? 0) / 1e9,
        leasedUsd: Number(row?.leasedNanoUsd ?? 0) / 1e9,
      };
    },
    async end() {
      await gateways.end();
      await wall.close();
    },
  };
}

async function untilKnown(url: string, key: string): Promise<void> {
  for (let look = 0; look < 250; look += 1) {
    const answer = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
    if (answer.ok) {
      return;
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
  throw new Error(`${url} does not know the key`);
}

/** One plain call; the wall's answer to it is always as long as `max_tokens`. A broken connection has status 0. */
export async function ask(url: string, key: string): Promise<Answer> {
  const broken: Answer = { status: 0, costUsd: 0, code: null, reason: null };
  return fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: "gpt-4.1",
      max_tokens: 50,
      messages: [{ role: "user", content: "Say something that is worth its money." }],
    }),
  }).then(
    async (response) => {
      const { error } = (await response.json()) as {
        error?: { code: string; details?: { reason?: string } };
      };
      return {
        status: response.status,
        costUsd: Number(response.headers.get("x-bellwether-cost-usd") ?? 0),
        code: error?.code ?? null,
        reason: error?.details?.reason ?? null,
      };
    },
    () => broken,
  );
}

export function spentUsd(answers: readonly Answer[]): number {
  return answers.reduce((sum, { costUsd }) => sum + costUsd, 0);
}

function served(answers: readonly Answer[]): number {
  return answers.filter(({ status }) => status === 200).length;
}

export interface SpendRun {
  limitUsd: number;
  spentUsd: number;
  servedAtOnce: number;
  servedAfter: number;
  /** What refused the others said. */
  codes: ReadonlySet<string | null>;
}

/** 200 parallel calls of a key with a strict budget for 50, then one after the other until none goes any more. */
export async function spendInParallel(
  { wall, keyWith, nodes, priceUsd }: BudgetStack,
  id: string,
  nodeCount: number,
): Promise<SpendRun> {
  const urls = nodes.slice(0, nodeCount).map(({ url }) => url);
  const limitUsd = 50 * (await priceUsd());
  const key = await keyWith(id, { budgetUsdPerMonth: limitUsd, strictBudget: true }, urls);
  wall.fault({ kind: "slow_first_token", ms: 300 });
  const atOnce = await Promise.all(
    Array.from({ length: 200 }, (_, call) => ask(urls[call % nodeCount] ?? "", key)),
  );
  wall.clearFaults();
  const after: Answer[] = [];
  const isOver = (): boolean =>
    after.length >= 2 * nodeCount && served(after.slice(-2 * nodeCount)) === 0;
  while (!isOver() && after.length < 200) {
    after.push(await ask(urls[after.length % nodeCount] ?? "", key));
  }
  return {
    limitUsd,
    spentUsd: spentUsd([...atOnce, ...after]),
    servedAtOnce: served(atOnce),
    servedAfter: served(after),
    codes: new Set([...atOnce, ...after].map(({ code }) => code)),
  };
}
