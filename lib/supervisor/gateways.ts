import cluster from "node:cluster";
import { setTimeout as sleep } from "node:timers/promises";
import { readEnvSource } from "@/lib/shared/env";
import { type Log } from "@/lib/shared/log";
import { watchChild, type Child } from "./child";
import { type StatusAbout } from "./messages";
import { findFreeSlot, restartDelayMs } from "./slots";

export interface GatewaysOptions {
  /** The compiled server, which runs the part that its first argument names. */
  readonly script: string;
  readonly env: NodeJS.ProcessEnv;
  readonly processes: number;
  /** How the nodes are called, before the slash. */
  readonly nodeName: string;
  readonly stopLimitMs: number;
  readonly forced: AbortSignal;
  readonly log: Log;
}

/** The gateway processes behind one port. One that crashes is started again while the others serve. */
export interface Gateways {
  /** Resolves when all serve for the first time; rejects when one ends before that, with how. */
  readonly ready: Promise<void>;
  /** What they need is there: lets them start. */
  go(): void;
  /** What each one says of itself; those that do not answer in time are left out. */
  statuses(): Promise<readonly unknown[]>;
  /** What those count that answer in time, leaving ones among them, and the names of all that live. */
  metrics(): Promise<{ readonly sets: readonly unknown[]; readonly nodes: readonly string[] }>;
  /** Puts a fresh process in the place of each, one after the other, without losing a call. */
  roll(): Promise<void>;
  stop(): Promise<void>;
}

const statusLimitMs = 1_000;
/** One that has served for so long has earned an immediate restart again. */
const steadyMs = 60_000;
/** A fresh process has so long to serve before the old one's retirement is given up. */
const readyLimitMs = 60_000;

interface Worker {
  readonly slot: number;
  readonly child: Child;
  isLeaving: boolean;
  /** Should it crash, it is not started again by itself: a rolling restart is at it. */
  isRolled: boolean;
}

/**
 * Starts the processes. They share the port through node:cluster, and each accepts for itself: connections that a primary
 * hands out in turn stay open and unanswered when the process that they are on their way to dies.
 */
export function startGateways(options: GatewaysOptions): Gateways {
  const { processes, nodeName, stopLimitMs, forced, log } = options;
  const workers = new Set<Worker>();
  let mayGo = false;
  let isServing = false;
  let stopping = false;
  let rolling: Promise<void> | null = null;
  const crashes = new Map<number, number>();
  const comingBack = new Set<number>();
  const waits = new AbortController();
  const fork = forkFrom(options);

  const start = (slot: number): Worker => {
    const child = watchChild("gateway", fork());
    const worker: Worker = { slot, child, isLeaving: false, isRolled: false };
    workers.add(worker);
    const letGo = (): void => {
      if (mayGo) {
        worker.child.send({ type: "go", slot });
      }
    };
    worker.child.next("hears").then(letGo, () => undefined);
    const startedMs = performance.now();
    worker.child.ended
      .then((how) => {
        workers.delete(worker);
        if (!worker.isLeaving && !worker.isRolled && isServing && !stopping) {
          return replace(worker, how, performance.now() - startedMs);
        }
        return undefined;
      })
      .catch(() => undefined);
    return worker;
  };

  const replace = async ({ slot, child }: Worker, how: string, livedMs: number): Promise<void> => {
    const crash = livedMs > steadyMs ? 0 : (crashes.get(slot) ?? 0);
    crashes.set(slot, crash + 1);
    const delayMs = restartDelayMs(crash);
    const verb = child.isReady() ? "ended unexpectedly" : "did not start";
    const when = delayMs === 0 ? "now" : `in ${delayMs / 1_000} s`;
    log.error(`the gateway ${nodeName}/${slot} ${verb}: ${how}; it is started again ${when}`);
    comingBack.add(slot);
    await sleep(delayMs, undefined, { signal: waits.signal });
    comingBack.delete(slot);
    const again = start(slot);
    await Promise.race([again.child.ready, again.child.ended]);
    if (again.child.isReady()) {
      log.info(`the gateway ${nodeName}/${slot} serves again`);
    }
  };

  const retire = async (worker: Worker): Promise<void> => {
    worker.isLeaving = true;
    await worker.child.stop(stopLimitMs, forced, () => worker.child.send({ type: "retire" }));
  };

  const rollAll = async (): Promise<void> => {
    log.info(`putting fresh gateway processes in the place of ${workers.size}`);
    for (const old of [...workers]) {
      if (!workers.has(old)) {
        continue;
      }
      old.isRolled = true;
      const taken = [...workers].map((one) => one.slot);
      const fresh = start(findFreeSlot([...taken, ...comingBack]));
      fresh.isRolled = true;
      const limit = sleep(readyLimitMs, undefined, { signal: waits.signal, ref: false });
      await Promise.race([fresh.child.ready, fresh.child.ended, limit]);
      if (stopping) {
        return;
      }
      if (!fresh.child.isReady()) {
        fresh.isLeaving = true;
        await fresh.child.stop(0, forced);
        old.isRolled = false;
        if (!workers.has(old)) {
          start(old.slot);
        }
        log.error("a fresh gateway process did not start; the ones that run stay");
        return;
      }
      fresh.isRolled = false;
      await retire(old);
    }
    log.info("fresh gateway processes serve");
  };

  const first = Array.from({ length: processes }, (_, slot) => start(slot));
  const firstEnd = Promise.race(first.map(({ child }) => child.ended)).then((how) => {
    throw new Error(how);
  });
  firstEnd.catch(() => undefined);
  const ready = Promise.race([Promise.all(first.map(({ child }) => child.ready)), firstEnd]);

  return {
    ready: ready.then(() => {
      isServing = true;
    }),
    go() {
      mayGo = true;
      for (const { slot, child } of workers) {
        child.send({ type: "go", slot });
      }
    },
    async statuses() {
      const present = [...workers].filter(({ child, isLeaving }) => child.isReady() && !isLeaving);
      return ask(present, "readiness");
    },
    async metrics() {
      const sets = await ask(
        [...workers].filter(({ child }) => child.isReady()),
        "metrics",
      );
      return { sets, nodes: [...workers].map(({ slot }) => `${nodeName}/${slot}`) };
    },
    roll() {
      if (!isServing || stopping) {
        return Promise.resolve();
      }
      rolling ??= rollAll()
        .catch(() => undefined)
        .finally(() => {
          rolling = null;
        });
      return rolling;
    },
    async stop() {
      stopping = true;
      waits.abort();
      await Promise.all([...workers].map(({ child }) => child.stop(stopLimitMs, forced)));
      await rolling;
    },
  };
}

async function ask(asked: readonly Worker[], about: StatusAbout): Promise<readonly unknown[]> {
  const said = await Promise.all(asked.map(({ child }) => child.status(about, statusLimitMs)));
  return said.filter((status) => status !== undefined);
}

/** Starts processes with exactly the environment that they are given; cluster alone would add our own to it. */
function forkFrom({
  script,
  env,
}: GatewaysOptions): () => ReturnType<typeof cluster.fork>["process"] {
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({
    exec: script,
    args: ["gateway"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const absent = Object.fromEntries(
    Object.keys(readEnvSource()).map((name) => [name, undefined] as const),
  );
  return () => cluster.fork({ ...absent, ...env }).process;
}
