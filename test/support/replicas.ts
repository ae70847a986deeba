import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemActor } from "@/lib/control/actor";
import { createAppKey } from "@/lib/control/create-app-key";
import { publishDocument } from "@/lib/control/publish-document";
import { createControlDeps } from "@/lib/control/verb";
import { openDatabase } from "@/lib/store/database";
import { startWall } from "@/lib/wall/server";
import { startBalancer } from "./balancer";
import { lanesDocument } from "./lanes";
import { type LoadCall, load } from "./load";
import { freePort, listProcesses, startProduct, untilGone, type Product } from "./product";
import { eventually } from "./stack";

export const replicaNames = ["left", "right"] as const;
export type ReplicaName = (typeof replicaNames)[number];

export interface Replicas {
  /** Restarts one after the other with SIGTERM, under load. */
  roll: (perSecond: number) => Promise<{ calls: LoadCall[]; codes: (number | null)[] }>;
  /** Kills the prober with SIGKILL under load; callers try again as the official clients do. Starts it again at the end. */
  killProber: (perSecond: number) => Promise<KilledProber>;
  close: () => Promise<void>;
}

export interface KilledProber {
  /** From the kill until another one held the lease, and until the first look of it was on record. */
  leaseMs: number;
  probingMs: number;
  epochs: readonly [before: number, after: number];
  killedAtMs: number;
  calls: LoadCall[];
}

/**
 * Two gateways as they stand on two machines: processes, data folders and names of their own, one database, and a balancer
 * in front that obeys /readyz. Needs a build, and a migrated database.
 */
export async function startReplicas(databaseUrl: string): Promise<Replicas> {
  const folder = mkdtempSync(join(tmpdir(), "bellwether-replicas-"));
  chmodSync(folder, 0o711);
  const wall = await startWall({ latencyScale: 0.2 });
  const db = openDatabase({ url: databaseUrl, poolSize: 2, applicationName: "replicas" });
  const control = createControlDeps(db);
  const lanes = [{ id: "calm", probe: { interval_s: 1, enabled: true } }];
  await publishDocument(systemActor, control, {
    document: lanesDocument(wall, lanes),
    source: { kind: "bootstrap", demo: false },
  });
  const { secret: key } = await createAppKey(systemActor, control, { id: "calm", kind: "live" });
  const ports = { left: await freePort(), right: await freePort() };
  const products = new Map<ReplicaName, Product>();
  const dataDir = (name: ReplicaName): string => join(folder, name);

  const start = async (name: ReplicaName): Promise<void> => {
    mkdirSync(dataDir(name), { recursive: true });
    const product = await startProduct({
      dataDir: dataDir(name),
      env: {
        ROLE: "gateway",
        DATABASE_URL: databaseUrl,
        GATEWAY_PORT: String(ports[name]),
        BELLWETHER_NODE_NAME: name,
        DRAIN_DELAY_SECONDS: "1",
      },
    });
    products.set(name, product);
    await product.ready;
  };
  await Promise.all(replicaNames.map(start));
  const balancer = await startBalancer(Object.values(ports));
  const bothReady = (): Promise<boolean> => eventually(() => balancer.ready().length === 2, 15_000);

  const loadUntil = (
    perSecond: number,
    until: () => boolean,
    resend: boolean,
  ): Promise<LoadCall[]> => {
    const at = { model: "calm", perSecond, forMs: 120_000, stream: true };
    return load({ url: balancer.url, key }, { ...at, isOver: until, resend });
  };
  const findProber = async (): Promise<{ name: ReplicaName; epoch: number }> => {
    const { rows } = await db.pool.query("SELECT holder, epoch FROM lease WHERE name = 'prober'");
    const [{ holder, epoch }] = rows as [{ holder: string; epoch: number }];
    return { name: holder === "left/0" ? "left" : "right", epoch };
  };
  const looksOf = async (name: ReplicaName, sinceMs: number): Promise<number> => {
    const { rows } = await db.pool.query(
      "SELECT count(*)::int AS n FROM probe_result WHERE node_id = $1 AND at > to_timestamp($2)",
      [`${name}/0`, sinceMs / 1_000],
    );
    return (rows as [{ n: number }])[0].n;
  };

  return {
    async roll(perSecond) {
      let isDone = false;
      const running = loadUntil(perSecond, () => isDone, false);
      await sleep(500);
      const codes: (number | null)[] = [];
      for (const name of replicaNames) {
        const product = products.get(name);
        process.kill(product?.pid ?? 0, "SIGTERM");
        codes.push((await product?.ended)?.code ?? null);
        await start(name);
        await bothReady();
      }
      isDone = true;
      return { calls: await running, codes };
    },
    async killProber(perSecond) {
      const before = await eventually(async () => {
        const one = await findProber();
        return (await looksOf(one.name, Date.now() - 3_000)) > 0 ? one : undefined;
      }, 20_000);
      const heir = replicaNames.find((name) => name !== before.name) ?? before.name;
      let isDone = false;
      const startedMs = performance.now();
      const running = loadUntil(perSecond, () => isDone, true);
      await sleep(1_000);
      const killedMs = Date.now();
      for (const { pid } of listProcesses(dataDir(before.name))) {
        process.kill(pid, "SIGKILL");
      }
      const killedAtMs = performance.now() - startedMs;
      const after = await eventually(async () => {
        const one = await findProber();
        return one.name === heir ? one : undefined;
      }, 30_000);
      const leaseMs = Date.now() - killedMs;
      await eventually(async () => (await looksOf(heir, killedMs + leaseMs)) > 0, 15_000);
      const probingMs = Date.now() - killedMs;
      isDone = true;
      const calls = await running;
      await start(before.name);
      await bothReady();
      return { leaseMs, probingMs, epochs: [before.epoch, after.epoch], killedAtMs, calls };
    },
    async close() {
      balancer.close();
      for (const name of replicaNames) {
        for (const { pid } of await untilGone(dataDir(name), 0)) {
          process.kill(pid, "SIGKILL");
        }
      }
      await Promise.all([...products.values()].map(({ ended }) => ended));
      await db.close();
      await wall.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
