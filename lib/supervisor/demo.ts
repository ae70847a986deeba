import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toLocalOrigin, type Env } from "@/lib/shared/env";
import { asFolderError } from "@/lib/shared/start-error";
import { type Child } from "./child";
import { wallEnv } from "./child-env";
import { refuseBusyPorts, type Listener } from "./ports";
import { guard, startPart, type Run } from "./run";
import { untilAborted } from "./stop-signals";

const host = "127.0.0.1";
const stopLimitMs = 5_000;

/** Where the wall listens. */
export function wallListener({ wallPort: port }: Env): Listener {
  return { portName: "WALL_PORT", port, hostName: "loopback", host };
}

/** The origin at which the wall answers. */
export function wallOrigin(env: Env): string {
  return toLocalOrigin(host, env.wallPort);
}

/**
 * The fake provider of the demo, listening.
 *
 * @throws {StartError} when its port is busy.
 */
export async function startWall(run: Run): Promise<Child> {
  await refuseBusyPorts([wallListener(run.env)]);
  const child = startPart(run, "wall", stopLimitMs, { name: "wall", env: wallEnv(run.source) });
  child.send({ type: "open", port: run.env.wallPort, key: keepWallKey(run.env.dataDir) });
  await guard(run, child.ready);
  return child;
}

/** Sends the demo's calls from the wall's process to the gateway. */
export function startLoad(run: Run, wall: Child, appKey: string): void {
  wall.send({ type: "start_load", gatewayUrl: run.env.gatewayUrl, appKey });
  run.atEnd("load", async () => {
    const ended = wall.next("load_ended");
    wall.send({ type: "end_load" });
    await Promise.race([ended, untilAborted(run.signals.forced).catch(() => undefined)]);
  });
}

/** The wall's key. It stays the same, so that people can switch faults with the one in the file. */
export function keepWallKey(dataDir: string): string {
  const path = join(dataDir, "wall-key");
  try {
    if (!existsSync(path)) {
      writeFileSync(path, randomBytes(24).toString("base64url"), { mode: 0o600 });
    }
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    throw asFolderError(dataDir, error);
  }
}
