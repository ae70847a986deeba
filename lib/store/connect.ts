import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { findErrorCode, StartError } from "@/lib/shared/start-error";

const connectTimeoutMs = 10_000;
const startingUpLimitMs = 60_000;
const oldestServer = 150_000;

/**
 * Runs `work` on one connection to the database of `url` and closes it.
 *
 * @throws {StartError} one line without the password, when the server cannot be used.
 */
export async function withConnection<T>(
  url: string,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await connect(url);
  try {
    const { rows } = await client.query<{ number: string; version: string }>(
      "SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS version",
    );
    const [server] = rows;
    if (server !== undefined && Number(server.number) < oldestServer) {
      throw new StartError(
        `DATABASE_URL: ${placeOf(url)} runs PostgreSQL ${server.version}; Bellwether needs 15 or newer`,
      );
    }
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function connect(url: string): Promise<Client> {
  const deadline = performance.now() + startingUpLimitMs;
  for (;;) {
    const client = createClient(url);
    // A connection that breaks later makes the next query fail; alone it must not end the process.
    client.on("error", () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      const isStartingUp = findErrorCode(error) === "57P03";
      if (!isStartingUp || performance.now() > deadline) {
        throw new StartError(`DATABASE_URL: ${explain(url, error)}`, { cause: error });
      }
      await sleep(500);
    }
  }
}

function createClient(url: string): Client {
  try {
    return new Client({ connectionString: url, connectionTimeoutMillis: connectTimeoutMs });
  } catch {
    throw new StartError(
      "DATABASE_URL is not a PostgreSQL URL that can be read; write it as postgresql://user:password@host:5432/database, with special characters of the password percent-encoded",
    );
  }
}

function explain(url: string, error: unknown): string {
  const place = placeOf(url);
  const code = findErrorCode(error) ?? findErrorCode(firstCause(error));
  const known: Partial<Record<string, string>> = {
    ECONNREFUSED: `nothing listens at ${place}`,
    ENOTFOUND: `the host of ${place} is not known`,
    EAI_AGAIN: `the host of ${place} is not known`,
    "28P01": `${place} refuses the user or the password`,
    "28000": `${place} refuses the user or the password`,
    "3D000": `the database of ${place} does not exist`,
  };
  return known[code ?? ""] ?? `cannot reach PostgreSQL at ${place} (${code ?? messageOf(error)})`;
}

/** Trying several addresses of one name fails with all their errors together. */
function firstCause(error: unknown): unknown {
  return error instanceof AggregateError ? error.errors[0] : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `host:port/database`: what of a URL may be shown. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) {
    return "the given address";
  }
  const { hostname, port, pathname, searchParams } = new URL(url);
  const host = hostname === "" ? (searchParams.get("host") ?? "localhost") : hostname;
  return `${host}:${port === "" ? "5432" : port}${pathname}`;
}
