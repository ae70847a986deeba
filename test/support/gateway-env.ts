import type { GatewayEnv } from "@/lib/gateway/main";

/** Where a gateway finds the database. */
export interface Reached {
  databaseUrl: string;
  directDatabaseUrl?: string;
}

/** The environment of a gateway on a free port. */
export function gatewayEnv({
  databaseUrl,
  directDatabaseUrl,
  dataDir,
}: Reached & { dataDir: string }): GatewayEnv {
  return {
    gatewayHost: "127.0.0.1",
    gatewayPort: 0,
    databaseUrl,
    directDatabaseUrl,
    drainSeconds: 5,
    drainDelaySeconds: 0,
    nodeName: "test",
    dataDir,
    spoolMaxBytes: 64 * 1024 * 1024,
    spoolFsync: "off",
  };
}
