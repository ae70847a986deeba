import { isIP } from "node:net";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { z } from "zod";
import { type TracingSettings, otelShape, readTracing } from "./otel-env";

/**
 * The environment: what a deployment decides before anything runs. What operators change while it
 * runs lives in the database. This file is the only reader of `process.env`.
 */

/** What a variable is for, as docs/configuration.md prints it. */
interface EnvMeta extends Record<string, unknown> {
  /** What the value counts or names. */
  unit: string;
  /** Why the default is what it is. */
  reason: string;
  /** Never echoed in an error. */
  secret?: true;
  /** How the default reads when it depends on other variables. */
  defaultText?: string;
}

const meta = (description: string, details: EnvMeta): EnvMeta & { description: string } => ({
  description,
  ...details,
});

const portText = z.string().transform((text, ctx) => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 65_535) {
    ctx.addIssue({ code: "custom", message: "must be a port number from 1 to 65535" });
  }
  return value;
});

const port = (fallback: number): z.ZodPrefault<typeof portText> =>
  portText.prefault(String(fallback));

const wholeText = (
  what: string,
  min: number,
  max: number,
): z.ZodPipe<z.ZodString, z.ZodTransform<number, string>> =>
  z.string().transform((text, ctx) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      ctx.addIssue({ code: "custom", message: `must be ${what} from ${min} to ${max}` });
    }
    return value;
  });

const onOrOff = (
  fallback: "on" | "off",
): z.ZodPrefault<z.ZodPipe<z.ZodEnum<{ on: "on"; off: "off" }>, z.ZodTransform<boolean>>> =>
  z
    .enum(["on", "off"], { error: "must be on or off" })
    .transform((word) => word === "on")
    .prefault(fallback);

const host = z
  .string()
  .refine((text) => isIP(text) !== 0 || /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(text), {
    error: "must be an IP address or a host name, without scheme or port",
  });

const isHttpOrigin = (text: string): boolean => {
  if (!URL.canParse(text)) {
    return false;
  }
  const url = new URL(text);
  return (
    (url.protocol === "http:" || url.protocol === "https:") &&
    url.username === "" &&
    url.pathname === "/" &&
    url.search === "" &&
    url.hash === ""
  );
};

const origin = z
  .string()
  .refine(isHttpOrigin, { error: "must be an http(s) origin such as http://127.0.0.1:4000" })
  .transform((text) => new URL(text).origin);

const postgresUrl = z.string().regex(/^postgres(ql)?:\/\/./, {
  error: "must be a PostgreSQL URL such as postgresql://user:password@host:5432/database",
});

const providerKey = (provider: string): z.ZodOptional<z.ZodString> =>
  z
    .string()
    .min(8, { error: "must be an API key of 8 characters or more" })
    .optional()
    .meta(
      meta(`API key of ${provider}. At the first start it adds the provider with its models.`, {
        unit: "API key",
        reason: "absent: the provider is not added",
        secret: true,
      }),
    );

/** Every variable that Bellwether reads, with unit, bounds, default and reason. */
export const envSchema = z.object({
  DATABASE_URL: postgresUrl.optional().meta(
    meta("PostgreSQL 15 or newer. Absent: an embedded PostgreSQL in the data folder.", {
      unit: "URL",
      reason: "one command must be enough to start; replicas share a server of their own",
      secret: true,
      defaultText: "embedded",
    }),
  ),
  DIRECT_DATABASE_URL: postgresUrl.optional().meta(
    meta("The same database without a transaction pooler, for LISTEN and migrations.", {
      unit: "URL",
      reason: "a transaction pooler forgets LISTEN and session locks",
      secret: true,
      defaultText: "DATABASE_URL",
    }),
  ),
  BELLWETHER_DATA_DIR: z
    .string()
    .prefault("./data")
    .transform((path) => resolve(path))
    .meta(
      meta("Embedded database, the call log's spool and keys (0600).", {
        unit: "path",
        reason: "beside the checkout, ignored by git",
        defaultText: "./data",
      }),
    ),
  BELLWETHER_CONFIG: z
    .string()
    .transform((path) => resolve(path))
    .optional()
    .meta(
      meta("Declarative file (YAML or JSON) of providers, models and routes.", {
        unit: "path",
        reason: "absent: the database alone holds the configuration",
      }),
    ),
  GATEWAY_PORT: port(4000).meta(
    meta("Where applications call `/v1`.", {
      unit: "port, 1 to 65535",
      reason: "out of the way of web development servers",
      defaultText: "4000",
    }),
  ),
  DASHBOARD_PORT: port(3000).meta(
    meta("Where operators open the control room.", {
      unit: "port, 1 to 65535",
      reason: "the port that people try first",
      defaultText: "3000",
    }),
  ),
  GATEWAY_HOST: host.prefault("127.0.0.1").meta(
    meta("Address that the gateway listens on; `0.0.0.0` for every interface.", {
      unit: "IP address or host name",
      reason: "nothing is reachable from outside until somebody says so",
      defaultText: "127.0.0.1",
    }),
  ),
  DASHBOARD_HOST: host.prefault("127.0.0.1").meta(
    meta("Address that the dashboard listens on. Only loopback is accepted.", {
      unit: "IP address or host name",
      reason: "the dashboard has no sign-in yet, so whoever reaches it is an operator",
      defaultText: "127.0.0.1",
    }),
  ),
  GATEWAY_URL: origin.optional().meta(
    meta("Where the dashboard's one-port relay of `/v1` finds the gateway.", {
      unit: "http(s) origin",
      reason: "both run on one machine unless ROLE splits them",
      defaultText: "GATEWAY_HOST and GATEWAY_PORT",
    }),
  ),
  PUBLIC_URL: origin.optional().meta(
    meta("The dashboard's own origin as browsers see it, for the check of Origin.", {
      unit: "http(s) origin",
      reason: "absent: only loopback origins may change anything",
    }),
  ),
  ROLE: z
    .enum(["all", "gateway", "dashboard"], {
      error: "must be all, gateway or dashboard",
    })
    .prefault("all")
    .meta(
      meta("Which part this process runs.", {
        unit: "all, gateway or dashboard",
        reason: "one machine needs no decision",
        defaultText: "all",
      }),
    ),
  BELLWETHER_ADMIN_TOKEN: z
    .string()
    .min(16, { error: "must be 16 characters or more" })
    .optional()
    .meta(
      meta("Bearer token with the admin role for the operator API.", {
        unit: "16 characters or more",
        reason: "absent: no token works",
        secret: true,
      }),
    ),
  BELLWETHER_PRIVATE_KEY: z
    .string()
    .optional()
    .meta(
      meta("Opens the provider keys that operators type into the control room; gateways only.", {
        unit: "X25519 key, PKCS #8 in base64url",
        reason:
          "absent: made in the data folder at the first start; gateways with folders of their own need the same one",
        secret: true,
      }),
    ),
  BELLWETHER_DEMO: z
    .enum(["auto", "on", "off"], { error: "must be auto, on or off" })
    .prefault("auto")
    .meta(
      meta("Run the built-in fake provider and one call per second against it.", {
        unit: "auto, on or off",
        reason: "auto: only while no provider is configured, so that the first page shows life",
        defaultText: "auto",
      }),
    ),
  WALL_PORT: port(4001).meta(
    meta("Where the built-in fake provider of the demo listens, on loopback only.", {
      unit: "port, 1 to 65535",
      reason: "next to the gateway's port; unused without the demo",
      defaultText: "4001",
    }),
  ),
  DRAIN_SECONDS: wholeText("whole seconds", 0, 3600)
    .prefault("120")
    .meta(
      meta("How long running calls may finish after a stop before they are cut.", {
        unit: "seconds, 0 to 3600",
        reason: "as long as a plain call may take at most",
        defaultText: "120",
      }),
    ),
  DRAIN_DELAY_SECONDS: wholeText("whole seconds", 0, 60)
    .optional()
    .meta(
      meta("How long a gateway that is stopped still takes new calls, while `/readyz` says 503.", {
        unit: "seconds, 0 to 60",
        reason: "a balancer needs some seconds to see it; on one machine alone there is none",
        defaultText: "5 with ROLE=gateway, else 0",
      }),
    ),
  GATEWAY_PROCESSES: wholeText("a whole number", 1, 32)
    .prefault("1")
    .meta(
      meta("Gateway processes that share the port, each a node of its own.", {
        unit: "processes, 1 to 32",
        reason:
          "one serves some thousand calls a second; each takes five connections to PostgreSQL",
        defaultText: "1",
      }),
    ),
  BELLWETHER_NODE_NAME: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9.:_-]{0,62}[a-z0-9])?$/i, {
      error: "must be up to 64 letters, digits, dots, colons, dashes and underscores",
    })
    .optional()
    .meta(
      meta("What the gateway's nodes are called: `<name>/0`, `<name>/1` and so on.", {
        unit: "name",
        reason: "the same after a restart, and another one for each gateway",
        defaultText: "the host's name, and GATEWAY_PORT where it is not 4000",
      }),
    ),
  METRICS_TOKEN: z
    .string()
    .min(16, { error: "must be 16 characters or more" })
    .optional()
    .meta(
      meta("Bearer token for `GET /metrics` on the gateway; with it, it is the only way in.", {
        unit: "16 characters or more",
        reason: "absent: only this machine may read, and only without a proxy in between",
        secret: true,
      }),
    ),
  METRICS_KEY_LABELS: onOrOff("off").meta(
    meta("Count calls by application key too.", {
      unit: "on or off",
      reason: "every key is a series of its own, and whoever reads metrics need not know the keys",
      defaultText: "off",
    }),
  ),
  METRICS_PORT: portText.optional().meta(
    meta("Where `/readyz`, `/healthz` and `/metrics` answer for all gateway processes together.", {
      unit: "port, 1 to 65535",
      reason: "absent: each process answers on GATEWAY_PORT for itself",
    }),
  ),
  SPOOL_MAX_MB: wholeText("a whole number", 16, 1_048_576)
    .prefault("1024")
    .meta(
      meta("How large the call log may grow on the disk while the database is away.", {
        unit: "MB, 16 to 1048576",
        reason:
          "about an hour at 300 calls/s; beyond it calls go on without a record, and are counted",
        defaultText: "1024",
      }),
    ),
  SPOOL_FSYNC: z
    .enum(["off", "second", "always"], { error: "must be off, second or always" })
    .prefault("off")
    .meta(
      meta("When records of the call log are forced onto the disk itself.", {
        unit: "off, second or always",
        reason:
          "a crash of Bellwether loses nothing anyway, only a power cut does; always makes every call wait for the disk",
        defaultText: "off",
      }),
    ),
  ...otelShape,
  OPENAI_API_KEY: providerKey("OpenAI"),
  ANTHROPIC_API_KEY: providerKey("Anthropic"),
  GEMINI_API_KEY: providerKey("Google Gemini"),
  DEEPSEEK_API_KEY: providerKey("DeepSeek"),
});

/** Names of the variables that each add a provider. */
export const providerKeyNames = [
  "OPENAI_API_KEY",
  "ANTHROPIC_API_KEY",
  "GEMINI_API_KEY",
  "DEEPSEEK_API_KEY",
] as const satisfies readonly (keyof typeof envSchema.shape)[];

/** A variable that adds a provider. */
export type ProviderKeyName = (typeof providerKeyNames)[number];

/** Which parts a process runs. */
export type Role = "all" | "gateway" | "dashboard";

/** The parsed environment. Paths are absolute, ports are numbers, origins have no trailing slash. */
export interface Env {
  /** Absent: an embedded PostgreSQL. Always present in the gateway and dashboard processes. */
  readonly databaseUrl: string | undefined;
  /** For LISTEN and migrations; `databaseUrl` where it was not set. */
  readonly directDatabaseUrl: string | undefined;
  readonly dataDir: string;
  readonly configPath: string | undefined;
  readonly gatewayPort: number;
  readonly dashboardPort: number;
  readonly gatewayHost: string;
  readonly dashboardHost: string;
  readonly gatewayUrl: string;
  readonly publicUrl: string | undefined;
  readonly role: Role;
  readonly adminToken: string | undefined;
  /** Absent: the one in the data folder. */
  readonly privateKey: string | undefined;
  readonly demo: "auto" | "on" | "off";
  readonly wallPort: number;
  /** Undefined: metrics are for this machine only. */
  readonly metricsToken: string | undefined;
  readonly metricsKeyLabels: boolean;
  /** Null: nothing is traced. */
  readonly tracing: TracingSettings | null;
  readonly drainSeconds: number;
  readonly spoolMaxBytes: number;
  readonly spoolFsync: "off" | "second" | "always";
  readonly drainDelaySeconds: number;
  readonly gatewayProcesses: number;
  /** What the gateway's nodes are called, before the slash. */
  readonly nodeName: string;
  readonly metricsPort: number | undefined;
  /** Keys of providers by the name of their variable; only the gateway process has them. */
  readonly providerKeys: Readonly<Partial<Record<ProviderKeyName, string>>>;
}

/** Every problem of an environment, one line each. */
export class EnvError extends Error {
  override readonly name = "EnvError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/** A set of variables as `process.env` has them. */
export type EnvSource = Readonly<Record<string, string | undefined>>;

/**
 * The environment as typed values; a variable that is empty counts as absent.
 *
 * @throws {EnvError} with all problems together, one line each, never with a secret's value.
 */
export function parseEnv(source: EnvSource = process.env): Env {
  const given = Object.fromEntries(
    Object.keys(envSchema.shape).map((name) => [name, presentText(source[name])]),
  );
  const parsed = envSchema.safeParse(given);
  if (!parsed.success) {
    throw new EnvError(
      parsed.error.issues.map((issue) => {
        const name = String(issue.path[0]);
        const isSecret = isSecretName(name);
        return `${name} ${issue.message}${isSecret ? "" : ` (it is "${given[name] ?? ""}")`}`;
      }),
    );
  }
  const tracing = readTracing(parsed.data);
  const env = toEnv(parsed.data, tracing.ok ? tracing.settings : null);
  const problems = [...contradictions(env), ...(tracing.ok ? [] : tracing.problems)];
  if (problems.length > 0) {
    throw new EnvError(problems);
  }
  return env;
}

/** Our own variables that are set, with their values; a secret's is null. */
export function shownEnvironment(
  source: EnvSource = process.env,
): Readonly<Record<string, string | null>> {
  return Object.fromEntries(
    Object.keys(envSchema.shape).flatMap((name): [string, string | null][] => {
      const given = presentText(source[name]);
      if (given === undefined) {
        return [];
      }
      return [[name, isSecretName(name) ? null : withoutPassword(given)]];
    }),
  );
}

function withoutPassword(value: string): string {
  return value.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, "$1");
}

/** The variables of this process, for whoever hands some of them to another. */
export function readEnvSource(): EnvSource {
  return process.env;
}

/**
 * A variable that the declarative file names (`env:NAME`); `undefined` when absent or empty.
 */
export function findEnvVariable(name: string): string | undefined {
  return presentText(process.env[name]);
}

/** Whether the demo is possible; the configuration in the database has the last word. */
export function mayRunDemo(env: Env): boolean {
  const isConfigured = env.configPath !== undefined || Object.keys(env.providerKeys).length > 0;
  return env.role === "all" && (env.demo === "on" || (env.demo === "auto" && !isConfigured));
}

/** Whether an address is reachable from this machine only. */
export function isLoopbackHost(name: string): boolean {
  return name === "localhost" || name === "::1" || (isIP(name) === 4 && name.startsWith("127."));
}

/** The origin at which this machine reaches a server that listens on `name`. */
export function toLocalOrigin(name: string, portNumber: number): string {
  const everywhere: Partial<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  const reachable = everywhere[name] ?? name;
  return `http://${isIP(reachable) === 6 ? `[${reachable}]` : reachable}:${portNumber}`;
}

function presentText(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === "" ? undefined : trimmed;
}

function isSecretName(name: string): boolean {
  const schema = (envSchema.shape as Record<string, z.ZodType | undefined>)[name];
  return schema?.meta()?.["secret"] === true;
}

/** Whether a variable holds a secret of ours that is no provider's key. */
export function isOwnSecretName(name: string): boolean {
  return isSecretName(name) && !(providerKeyNames as readonly string[]).includes(name);
}

function toEnv(values: z.output<typeof envSchema>, tracing: TracingSettings | null): Env {
  const providerKeys: Partial<Record<ProviderKeyName, string>> = {};
  for (const name of providerKeyNames) {
    const key = values[name];
    if (key !== undefined) {
      providerKeys[name] = key;
    }
  }
  return {
    databaseUrl: values.DATABASE_URL,
    directDatabaseUrl: values.DIRECT_DATABASE_URL ?? values.DATABASE_URL,
    dataDir: values.BELLWETHER_DATA_DIR,
    configPath: values.BELLWETHER_CONFIG,
    gatewayPort: values.GATEWAY_PORT,
    dashboardPort: values.DASHBOARD_PORT,
    gatewayHost: values.GATEWAY_HOST,
    dashboardHost: values.DASHBOARD_HOST,
    gatewayUrl: values.GATEWAY_URL ?? toLocalOrigin(values.GATEWAY_HOST, values.GATEWAY_PORT),
    publicUrl: values.PUBLIC_URL,
    role: values.ROLE,
    adminToken: values.BELLWETHER_ADMIN_TOKEN,
    privateKey: values.BELLWETHER_PRIVATE_KEY,
    demo: values.BELLWETHER_DEMO,
    wallPort: values.WALL_PORT,
    metricsToken: values.METRICS_TOKEN,
    metricsKeyLabels: values.METRICS_KEY_LABELS,
    tracing,
    drainSeconds: values.DRAIN_SECONDS,
    spoolMaxBytes: values.SPOOL_MAX_MB * 1024 * 1024,
    spoolFsync: values.SPOOL_FSYNC,
    drainDelaySeconds: values.DRAIN_DELAY_SECONDS ?? (values.ROLE === "gateway" ? 5 : 0),
    gatewayProcesses: values.GATEWAY_PROCESSES,
    nodeName: values.BELLWETHER_NODE_NAME ?? defaultNodeName(values.GATEWAY_PORT),
    metricsPort: values.METRICS_PORT,
    providerKeys,
  };
}

const embeddedProcesses = 16;

/** Two gateways on one machine have different ports. */
function defaultNodeName(gatewayPort: number): string {
  const usualPort = 4000;
  return gatewayPort === usualPort ? hostname() : `${hostname()}:${gatewayPort}`;
}

function contradictions(env: Env): string[] {
  const problems: string[] = [];
  if (!isLoopbackHost(env.dashboardHost)) {
    problems.push(
      `DASHBOARD_HOST must be a loopback address while the dashboard has no sign-in (it is "${env.dashboardHost}"); put an authenticating proxy or an SSH tunnel in front of 127.0.0.1`,
    );
  }
  if (env.role !== "all" && env.databaseUrl === undefined) {
    problems.push(
      `DATABASE_URL is required with ROLE=${env.role}; the embedded PostgreSQL belongs to ROLE=all`,
    );
  }
  if (env.databaseUrl === undefined && env.directDatabaseUrl !== undefined) {
    problems.push("DIRECT_DATABASE_URL needs DATABASE_URL");
  }
  if (env.role !== "all" && env.demo === "on") {
    problems.push(`BELLWETHER_DEMO=on needs ROLE=all (it is "${env.role}")`);
  }
  if (env.databaseUrl === undefined && env.gatewayProcesses > embeddedProcesses) {
    problems.push(
      `GATEWAY_PROCESSES above ${embeddedProcesses} needs DATABASE_URL (it is "${env.gatewayProcesses}"); the embedded PostgreSQL has no connections for more`,
    );
  }
  const ports = [
    ...(env.role === "dashboard" ? [] : [["GATEWAY_PORT", env.gatewayPort] as const]),
    ...(env.role === "gateway" ? [] : [["DASHBOARD_PORT", env.dashboardPort] as const]),
    ...(mayRunDemo(env) ? [["WALL_PORT", env.wallPort] as const] : []),
    ...(env.metricsPort === undefined || env.role === "dashboard"
      ? []
      : [["METRICS_PORT", env.metricsPort] as const]),
  ] as const;
  ports.forEach(([name, value], index) => {
    const twin = ports.slice(0, index).find(([, other]) => other === value);
    if (twin !== undefined) {
      problems.push(`${name} and ${twin[0]} must differ (both are ${value})`);
    }
  });
  return problems;
}
