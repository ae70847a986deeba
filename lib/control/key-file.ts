import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hashAppKey, hasValidChecksum, mintAppKey } from "../shared/app-key";
import { findAppKey } from "../store/app-keys";
import { systemActor } from "./actor";
import { createAppKey } from "./create-app-key";
import { type ControlDeps } from "./verb";

/**
 * The secret of the key `id`, minted at the first start and kept in `path` for its owner alone; null when the table
 * knows the key and the file does not, because somebody took it away or the key was revoked.
 */
export async function ensureKeyFile(
  deps: ControlDeps,
  id: string,
  kind: "live" | "demo",
  dataDir: string,
  name: string,
): Promise<string | null> {
  const path = join(dataDir, name);
  const kept = readKey(path);
  const row = await deps.db.run((prisma) => findAppKey(prisma, id));
  if (row !== undefined) {
    const isValid = kept !== null && row.revokedAt === null && row.hash === hashAppKey(kept);
    return isValid ? kept : null;
  }
  // The file comes first: a crash in between must not leave a key that nobody knows.
  const secret = kept ?? mintAppKey();
  if (kept === null) {
    writeKey(dataDir, path, secret);
  }
  await createAppKey(systemActor, deps, { id, kind, secret });
  return secret;
}

function readKey(path: string): string | null {
  try {
    const secret = readFileSync(path, "utf8").trim();
    return hasValidChecksum(secret) ? secret : null;
  } catch {
    return null;
  }
}

function writeKey(dataDir: string, path: string, secret: string): void {
  mkdirSync(dataDir, { recursive: true });
  const fresh = `${path}.new`;
  writeFileSync(fresh, `${secret}\n`, { mode: 0o600 });
  chmodSync(fresh, 0o600);
  renameSync(fresh, path);
}
