import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startEmbeddedPostgres } from "@/lib/store/embedded";
import { migrate } from "@/lib/store/migrate";
import {
  findPostmaster,
  isAlive,
  isPostmasterOf,
  stopPostmaster,
} from "@/lib/store/postgres/process";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** A migrated database that test databases are cloned from; nobody may stay connected to it. */
    templateUrl: string;
  }
}

const prefix = "bellwether-test-postgres-";
const clusterOf = (dataDir: string): string => join(dataDir, "postgres");

/** Starts a throw-away PostgreSQL for one run of a project, with a migrated template database. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeLeftovers();
  const dataDir = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  const abandon = (): void => {
    const server = findPostmaster(clusterOf(dataDir));
    if (server !== undefined) {
      process.kill(server.pid, "SIGQUIT");
    }
  };
  process.once("exit", abandon);
  // Its user must be able to pass through.
  chmodSync(dataDir, 0o711);
  const postgres = await startEmbeddedPostgres({ dataDir, durable: false });
  await migrate(postgres.url, {
    folder: fileURLToPath(new URL("../../prisma/migrations", import.meta.url)),
  });
  project.provide("templateUrl", postgres.url);
  return async () => {
    process.off("exit", abandon);
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}

/** What runs that were killed left behind. */
async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : NaN;
    if (pid > 0 && !isAlive(pid)) {
      const dataDir = join(tmpdir(), name);
      const server = findPostmaster(clusterOf(dataDir));
      if (server !== undefined && isPostmasterOf(clusterOf(dataDir), server.pid)) {
        await stopPostmaster(clusterOf(dataDir), server.pid);
      }
      rmSync(dataDir, { recursive: true, force: true });
    }
  }
}
