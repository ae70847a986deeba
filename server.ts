import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseEnv, readEnvSource } from "@/lib/shared/env";
import { log } from "@/lib/shared/log";
import { wallMessage, type WallMessage } from "@/lib/supervisor/messages";
import { runPart, tell, type RunningPart } from "@/lib/supervisor/part";

/** The composition root: `node dist/server.js supervisor` runs everything, each part a process. */

const script = fileURLToPath(import.meta.url);
const root = dirname(dirname(script));

const parts = new Map([
  ["gateway", startGateway],
  ["dashboard", startDashboard],
  ["wall", startWall],
]);

/** Runs one part, or all of them under the supervisor, until it has ended. */
export async function run(name = ""): Promise<void> {
  const start = parts.get(name);
  if (name === "supervisor") {
    process.exit(await startSupervisor());
  } else if (start === undefined) {
    log.error("usage: node dist/server.js supervisor|gateway|dashboard|wall");
    process.exitCode = 1;
  } else {
    await runPart(name, start);
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

async function startGateway(): Promise<RunningPart> {
  const { startGateway: start } = await import("@/lib/gateway/main");
  return start(parseEnv());
}

async function startDashboard(): Promise<RunningPart> {
  const [{ default: next }, { controlRuntime }] = await Promise.all([
    import("next"),
    import("@/lib/control/runtime"),
  ]);
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

async function startWall(): Promise<RunningPart> {
  const [{ startLoad }, { startWall: start }, { port, key }] = await Promise.all([
    import("@/lib/wall/load"),
    import("@/lib/wall/server"),
    heard("open"),
  ]);
  const wall = await start({ host: "127.0.0.1", port, key });
  const end = new AbortController();
  onWallMessage((message) => {
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
}

function onWallMessage(listener: (message: WallMessage) => void): void {
  process.on("message", (raw) => {
    listener(wallMessage.parse(raw));
  });
}

function heard<T extends WallMessage["type"]>(type: T): Promise<WallMessage & { type: T }> {
  const isWanted = (message: WallMessage): message is WallMessage & { type: T } =>
    message.type === type;
  return new Promise((resolve) => {
    onWallMessage((message) => {
      if (isWanted(message)) {
        resolve(message);
      }
    });
  });
}

if (process.argv[1] === script) {
  await run(process.argv[2]);
}
