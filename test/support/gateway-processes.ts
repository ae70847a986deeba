import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";

export interface GatewayProcess {
  pid: number;
  url: string;
  /** As an operator stops it: it drains. */
  stop: () => Promise<void>;
  kill: () => Promise<void>;
}

export interface GatewayProcesses {
  /** A gateway in a process of its own, on `port` or on a free one. */
  start: (databaseUrl: string, port?: number) => Promise<GatewayProcess>;
  /** Kills those that still run. */
  end: () => Promise<void>;
}

const program = `
import { startGateway } from "./lib/gateway/main";
process.once("message", (env) => {
  startGateway(env).then((gateway) => {
    process.send({ port: gateway.port });
    process.on("SIGTERM", () => gateway.stop().then(() => process.exit(0)));
  });
});
process.on("disconnect", () => process.exit(0));
`;

/** Gateways as the product runs them, each a process; bundled from the sources once. */
export async function gatewayProcesses(): Promise<GatewayProcesses> {
  const folder = resolve("node_modules/.cache");
  const file = join(folder, `gateway-${process.pid}.mjs`);
  mkdirSync(folder, { recursive: true });
  await build({
    stdin: { contents: program, resolveDir: resolve("."), loader: "ts" },
    absWorkingDir: resolve("."),
    outfile: file,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    logLevel: "silent",
  });
  const children = new Set<ChildProcess>();
  const dataDirs = mkdtempSync(join(tmpdir(), "bellwether-gateways-"));
  let started = 0;
  return {
    async start(databaseUrl, port = 0) {
      const child = fork(file, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
      children.add(child);
      started += 1;
      // Whoever comes back on a port is the node that was there, on the disk that it had.
      const nodeName = port === 0 ? `node-${started}` : `port-${port}`;
      const dataDir = join(dataDirs, nodeName);
      mkdirSync(dataDir, { recursive: true });
      const ended = once(child, "exit").then(() => {
        children.delete(child);
      });
      child.send({
        gatewayHost: "127.0.0.1",
        gatewayPort: port,
        databaseUrl,
        dataDir,
        drainSeconds: 5,
        drainDelaySeconds: 0,
        nodeName,
      });
      const [message] = (await Promise.race([
        once(child, "message"),
        ended.then(() => {
          throw new Error("the gateway ended before it listened");
        }),
      ])) as [{ port: number }];
      const endBy = async (signal: NodeJS.Signals): Promise<void> => {
        child.kill(signal);
        await ended;
      };
      return {
        pid: child.pid!,
        url: `http://127.0.0.1:${message.port}`,
        stop: () => endBy("SIGTERM"),
        kill: () => endBy("SIGKILL"),
      };
    },
    async end() {
      await Promise.all(
        [...children].map((child) => {
          child.kill("SIGKILL");
          return once(child, "exit");
        }),
      );
      rmSync(file, { force: true });
      rmSync(dataDirs, { recursive: true, force: true });
    },
  };
}
