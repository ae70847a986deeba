import { type Env, type EnvSource, mayRunDemo } from "@/lib/shared/env";

/** Where the database is, once the supervisor knows. */
export interface DatabaseUrls {
  readonly url: string;
  readonly directUrl: string;
}

/** What Node, OpenSSL and PostgreSQL's client need of the machine, and nothing that is ours. */
const machine = new Set([
  ...["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "NODE_OPTIONS"],
  ...["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR", "NO_COLOR"],
]);

/**
 * The gateway's environment: the operator's own, because the declarative file may name any variable
 * as a provider's key, without what belongs to the dashboard.
 */
export function gatewayEnv(source: EnvSource, env: Env, database: DatabaseUrls): NodeJS.ProcessEnv {
  const inherited = Object.entries(source).filter(
    ([name]) => name !== "BELLWETHER_ADMIN_TOKEN" && !name.startsWith("npm_"),
  );
  return {
    ...Object.fromEntries(inherited),
    ...common(database),
    ROLE: "gateway",
    BELLWETHER_DEMO: "off",
    BELLWETHER_DATA_DIR: env.dataDir,
    DRAIN_DELAY_SECONDS: String(env.drainDelaySeconds),
  };
}

/** The dashboard's environment: an allow-list, in which no provider's key can be. */
export function dashboardEnv(
  source: EnvSource,
  env: Env,
  database: DatabaseUrls,
): NodeJS.ProcessEnv {
  return {
    ...machineOnly(source),
    ...common(database),
    ROLE: "dashboard",
    BELLWETHER_DEMO: mayRunDemo(env) ? "auto" : "off",
    WALL_PORT: String(env.wallPort),
    DASHBOARD_HOST: env.dashboardHost,
    DASHBOARD_PORT: String(env.dashboardPort),
    DRAIN_SECONDS: String(env.drainSeconds),
    GATEWAY_URL: env.gatewayUrl,
    PUBLIC_URL: env.publicUrl,
    BELLWETHER_ADMIN_TOKEN: env.adminToken,
    NEXT_TELEMETRY_DISABLED: "1",
    // Next would read .env files otherwise, and with them the providers' keys.
    __NEXT_PROCESSED_ENV: "true",
  };
}

/** The wall's environment: it has neither settings nor secrets. */
export function wallEnv(source: EnvSource): NodeJS.ProcessEnv {
  return { ...machineOnly(source), NODE_ENV: "production" };
}

function machineOnly(source: EnvSource): EnvSource {
  return Object.fromEntries(
    Object.entries(source).filter(([name]) => machine.has(name) || name.startsWith("PG")),
  );
}

function common({ url, directUrl }: DatabaseUrls): NodeJS.ProcessEnv {
  return { NODE_ENV: "production", DATABASE_URL: url, DIRECT_DATABASE_URL: directUrl };
}
