import cluster from "node:cluster";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type createNext from "next";
import type { controlRuntime as createRuntime } from "@/lib/control/runtime";
import { parseEnv, readEnvSource, shownEnvironment } from "@/lib/shared/env";
import { log } from "@/lib/shared/log";
import { orderMessage, type OrderMessage } from "@/lib/supervisor/messages";
import { runPart, tell, type LoadPart, type RunningPart } from "@/lib/supervisor/part";

/** The composition root: `node dist/server.js supervisor` runs everything, each part a process. */

const script = fileURLToPath(import.meta.url);
const root = dirname(dirname(script));

const parts = new Map<string, LoadPart>([
  ["gateway", loadGateway],
  ["dashboard", loadDashboard],
  ["wall", loadWall],
]);

/** Runs one part, or all of them under the supervisor, until it has ended. */
export async function run(name = ""): Promise<void> {
  const load = parts.get(name);
  if (name === "supervisor") {
    process.exit(await startSupervisor());
  } else if (load === undefined) {
    log.error("usage: node dist/server.js supervisor|gateway|dashboard|wall");
    process.exitCode = 1;
  } else {
    await runPart(name, load);
  }
}

async function startSupervisor(): Promise<number> {
  const { supervise } = await import("@/lib/supervisor/main");
  return supervise({
    source: readEnvSource(),
    script,
    migrationsFolder: join(root, "prisma/migrations"),
    log,
  });
}

async function loadGateway(): ReturnType<LoadPart> {
  if (cluster.worker !== undefined) {
    // Node would end a worker at once when the supervisor is gone, in the middle of its calls.
    cluster.worker.exitedAfterDisconnect = true;
  }
  const [{ startGateway }, go] = await Promise.all([
    import("@/lib/gateway/main"),
    process.send === undefined ? undefined : toldToGo(),
  ]);
  return () =>
    startGateway({ ...parseEnv(), environment: shownEnvironment() }, { slot: go?.slot ?? 0 });
}

function toldToGo(): Promise<{ readonly slot: number }> {
  const go = heard("go");
  tell({ type: "hears" });
  return go;
}

async function loadDashboard(): ReturnType<LoadPart> {
  const [{ default: next }, { controlRuntime }] = await Promise.all([
    import("next"),
    import("@/lib/control/runtime"),
  ]);
  return () => startDashboard(next, controlRuntime);
}

async function startDashboard(
  next: typeof createNext,
  controlRuntime: typeof createRuntime,
): Promise<RunningPart> {
  const { dashboardHost: hostname, dashboardPort: port, drainSeconds } = parseEnv();
  const app = next({ dev: false, dir: root, hostname, port });
  await quietly(() => app.prepare());
  // Now, and not with the first request: switches end by the clock, whether somebody looks or not.
  const runtime = controlRuntime();
  const handle = app.getRequestHandler();
  const relayed = new Set<ServerResponse>();
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith("/v1/") === true) {
      relayed.add(response);
      response.once("close", () => relayed.delete(response));
    }
    request.url = readableAddress(request.url);
    handle(request, response).catch((error: unknown) => {
      log.error(`dashboard: ${String(error)}`);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, resolve);
  });
  return {
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      const deadline = performance.now() + drainSeconds * 1_000;
      // Calls that pass through may finish; pages and their event streams come back by themselves.
      while (relayed.size > 0 && performance.now() < deadline) {
        await sleep(50);
      }
      server.closeAllConnections();
      await closed;
      await app.close();
      await runtime.close();
    },
  };
}

/** Next answers an address with broken escapes by a bare 500: taken literally, it is one of nothing. */
function readableAddress(url = "/"): string {
  const [path = "", ...query] = url.split("?");
  try {
    decodeURIComponent(path);
    return url;
  } catch {
    return [path.replaceAll("%", "%25"), ...query].join("?");
  }
}

/** Next tells how long it took to read its configuration, which nobody here wants to know. */
async function quietly(work: () => Promise<void>): Promise<void> {
  /* eslint-disable no-console */
  const { log: original } = console;
  console.log = (): void => undefined;
  try {
    await work();
  } finally {
    console.log = original;
  }
  /* eslint-enable no-console */
}

async function loadWall(): ReturnType<LoadPart> {
  const [{ startLoad }, { startWall }, { port, key }] = await Promise.all([
    import("@/lib/wall/load"),
    import("@/lib/wall/server"),
    heard("open"),
  ]);
  return async () => {
    const wall = await startWall({ host: "127.0.0.1", port, key });
    const end = new AbortController();
    onOrder((message) => {
      if (message.type === "start_load") {
        const { gatewayUrl: url, appKey } = message;
        startLoad({ url, key: appKey, signal: end.signal })
          .finally(() => tell({ type: "load_ended" }))
          .catch(() => undefined);
      }
      if (message.type === "end_load") {
        end.abort();
      }
    });
    return {
      stop() {
        end.abort();
        return wall.close();
      },
    };
  };
}

function onOrder(listener: (message: OrderMessage) => void): void {
  process.on("message", (raw) => {
    listener(orderMessage.parse(raw));
  });
}

function heard<T extends OrderMessage["type"]>(type: T): Promise<OrderMessage & { type: T }> {
  const isWanted = (message: OrderMessage): message is OrderMessage & { type: T } =>
    message.type === type;
  return new Promise((resolve) => {
    onOrder((message) => {
      if (isWanted(message)) {
        resolve(message);
      }
    });
  });
}

if (process.argv[1] === script) {
  await run(process.argv[2]);
}
