import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConfigInput } from "@/lib/config/document";
import { systemActor } from "@/lib/control/actor";
import { createAppKey } from "@/lib/control/create-app-key";
import { demoDocument } from "@/lib/control/first-document";
import { publishDocument } from "@/lib/control/publish-document";
import { type ControlDeps, createControlDeps } from "@/lib/control/verb";
import { type Gateway, type GatewayEnv, startGateway } from "@/lib/gateway/main";
import type { Recorder } from "@/lib/gateway/router";
import { type Timing, defaultTiming } from "@/lib/gateway/timing";
import { type Database, openDatabase } from "@/lib/store/database";
import { type Wall, startWall } from "@/lib/wall/server";
import { type Reached, gatewayEnv } from "./gateway-env";
import { createTestDatabase } from "./postgres";

export { eventually } from "./eventually";

export interface Stack {
  wall: Wall;
  gateway: Gateway;
  /** Origin of the gateway. */
  url: string;
  key: string;
  db: Database;
  databaseUrl: string;
  control: ControlDeps;
  /** Sends a chat completion; `body` replaces or adds fields. */
  chat: (
    body?: Record<string, unknown>,
    init?: { headers?: Record<string, string>; signal?: AbortSignal },
  ) => Promise<Response>;
  publish: (document: ConfigInput) => Promise<void>;
  stop: () => Promise<void>;
}

export interface StackOptions {
  latencyScale?: number;
  regionPorts?: boolean;
  /** Changes the demo's document before it is published. */
  document?: (base: ConfigInput, wall: Wall) => ConfigInput;
  /** Shortens times that no route sets. */
  timing?: Partial<Timing>;
  /** Sees every event of the gateway's router. */
  record?: Recorder;
  /** The gateway's data folder; one of its own by default. */
  dataDir?: string;
  /** How the gateway reaches the database, where not directly. */
  reach?: (databaseUrl: string) => Promise<Reached>;
  /** What the deployment says beyond addresses. */
  env?: Partial<GatewayEnv>;
}

/** The wall, a database of its own and a gateway, all real, in this process. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { latencyScale = 0, regionPorts = false, document = (base: ConfigInput) => base } = options;
  const [database, wall] = await Promise.all([
    createTestDatabase(),
    startWall({ latencyScale, regionPorts }),
  ]);
  process.env["BELLWETHER_WALL_KEY"] = wall.key;
  const db = openDatabase({ url: database.url, poolSize: 3, applicationName: "test" });
  const control = createControlDeps(db);
  const publish = async (next: ConfigInput): Promise<void> => {
    await publishDocument(systemActor, control, {
      document: next,
      source: { kind: "bootstrap", demo: false },
    });
  };
  await publish(document(demoDocument(wall.url), wall));
  const { secret: key } = await createAppKey(systemActor, control, { id: "test", kind: "live" });
  const ownDataDir = mkdtempSync(join(tmpdir(), "bellwether-stack-"));
  const reached = (await options.reach?.(database.url)) ?? { databaseUrl: database.url };
  const gateway = await startGateway(
    { ...gatewayEnv({ ...reached, dataDir: options.dataDir ?? ownDataDir }), ...options.env },
    {
      timing: { ...defaultTiming, ...options.timing },
      ...(options.record !== undefined && { record: options.record }),
    },
  );
  const url = `http://127.0.0.1:${gateway.port}`;
  return {
    wall,
    gateway,
    url,
    key,
    db,
    databaseUrl: database.url,
    control,
    publish,
    chat: (body = {}, { headers = {}, ...init } = {}) =>
      fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        ...init,
        headers: {
          authorization: `Bearer ${key}`,
          "content-type": "application/json",
          ...headers,
        },
        body: JSON.stringify({
          model: "auto",
          messages: [{ role: "user", content: "Say hello." }],
          ...body,
        }),
      }),
    async stop() {
      await gateway.stop();
      await wall.close();
      await db.close();
      await database.drop();
      rmSync(ownDataDir, { recursive: true, force: true });
    },
  };
}
