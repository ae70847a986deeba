import { type Env, parseEnv, toLocalOrigin } from "../shared/env";
import { GatewayError } from "../shared/errors";
import { openSealer } from "../shared/sealed";
import { openDatabase } from "../store/database";
import { systemActor } from "./actor";
import { createEventHub, type EventHub } from "./event-hub";
import { expireSwitches } from "./expire-switches";
import { createRelay, type Relay } from "./relay";
import { type ControlDeps, createControlDeps } from "./verb";

/** What the dashboard process has one of. */
export type ControlRuntime = {
  readonly env: Pick<Env, "adminToken" | "publicUrl" | "gatewayUrl">;
  /** Where the built-in fake provider answers; null where it does not run. */
  readonly wallUrl: string | null;
  readonly deps: ControlDeps;
  readonly hub: EventHub;
  readonly relay: Relay;
  close(): Promise<void>;
};

const key = Symbol.for("bellwether");
const poolSize = 10;
const expireEveryMs = 1_000;

/** The process's runtime, made on first use. On globalThis, because Next loads this module more than once. */
export function controlRuntime(): ControlRuntime {
  // Nobody else uses our symbol.
  const holder = globalThis as unknown as Record<symbol, ControlRuntime | undefined>;
  return (holder[key] ??= startRuntime(parseEnv()));
}

/** A runtime of its own: connections, event hub and the clock that ends switches. */
export function startRuntime(env: Env): ControlRuntime {
  if (env.databaseUrl === undefined) {
    throw new GatewayError("database_unavailable", { detail: "DATABASE_URL is not set" });
  }
  const db = openDatabase({
    url: env.databaseUrl,
    ...(env.directDatabaseUrl !== undefined && { directUrl: env.directDatabaseUrl }),
    poolSize,
    applicationName: "bellwether dashboard",
  });
  const deps = createControlDeps(db, openSealer(env.databaseUrl));
  const hub = createEventHub(db);
  const relay = createRelay(env.gatewayUrl);
  const stopExpiry = startExpiry(deps);
  return {
    env,
    wallUrl: env.demo === "off" ? null : toLocalOrigin("127.0.0.1", env.wallPort),
    deps,
    hub,
    relay,
    async close() {
      stopExpiry();
      await hub.close();
      await relay.close();
      await db.close();
    },
  };
}

function startExpiry(deps: ControlDeps): () => void {
  let isRunning = false;
  const timer = setInterval(() => {
    if (isRunning) {
      return;
    }
    isRunning = true;
    expireSwitches(systemActor, deps, null)
      // The next second tries again; a database that is away shows on every page already.
      .catch(() => undefined)
      .finally(() => {
        isRunning = false;
      });
  }, expireEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}
