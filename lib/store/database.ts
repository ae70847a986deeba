import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { GatewayError, isGatewayError } from "../shared/errors";
import { PrismaClient, type Prisma } from "./generated/client";
import { openListener, type ListenOptions } from "./listener";
import { shareListeners } from "./shared-listener";
import { withinMs } from "./within";

/** A transaction's client; opaque outside lib/store. */
export type Transaction = Prisma.TransactionClient;

export type DatabaseOptions = {
  readonly url: string;
  /** The same database without a transaction pooler, for LISTEN; `url` where absent. */
  readonly directUrl?: string;
  readonly poolSize: number;
  readonly applicationName: string;
};

export type Database = {
  readonly prisma: PrismaClient;
  /** Shared with `prisma`. */
  readonly pool: pg.Pool;
  /** The query's result. @throws {GatewayError} `database_unavailable` when the database does not answer. */
  run<T>(query: (prisma: PrismaClient) => Promise<T>): Promise<T>;
  /** The body's result once it is committed; read committed unless `isolation` says otherwise. */
  transaction<T>(
    body: (tx: Transaction) => Promise<T>,
    isolation?: "ReadCommitted" | "RepeatableRead",
  ): Promise<T>;
  /** Hears a channel on a connection that comes back by itself, one for all who listen; returns the way to stop. */
  listen(
    channel: string,
    onMessage: (payload: string) => void,
    options?: ListenOptions,
  ): () => Promise<void>;
  /** Connections of the pool, and queries that wait for one; the time that they wait is bounded. */
  connections: () => { readonly open: number; readonly waiting: number };
  close(): Promise<void>;
};

const connectTimeoutMs = 3_000;
const queryTimeoutMs = 15_000;
const closeLimitMs = 2_000;

/** A database that connects on first use and survives the loss of its connections. */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.poolSize,
    connectionTimeoutMillis: connectTimeoutMs,
    // On our side only: poolers refuse statement_timeout among the startup parameters.
    query_timeout: queryTimeoutMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
  });
  // An idle connection that breaks is dropped by the pool; without a listener it would end the process.
  pool.on("error", () => undefined);
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool), errorFormat: "minimal" });
  const stops = new Set<() => Promise<void>>();
  const hear = shareListeners((channel, onMessage, listenOptions) =>
    openListener(
      {
        connectionString: options.directUrl ?? options.url,
        application_name: `${options.applicationName} listen`,
        connectionTimeoutMillis: connectTimeoutMs,
        query_timeout: queryTimeoutMs,
        keepAlive: true,
      },
      channel,
      onMessage,
      {
        ...listenOptions,
        async echo(payload) {
          await pool.query("SELECT pg_notify($1, $2)", [channel, payload]);
        },
      },
    ),
  );

  return {
    prisma,
    pool,
    run: (query) => mapped(() => query(prisma)),
    transaction: (body, isolation = "ReadCommitted") =>
      mapped(() =>
        prisma.$transaction(body, {
          maxWait: connectTimeoutMs + 2_000,
          timeout: queryTimeoutMs,
          isolationLevel: isolation,
        }),
      ),
    listen(channel, onMessage, listenOptions = {}) {
      const stop = hear(channel, onMessage, listenOptions);
      stops.add(stop);
      return async () => {
        stops.delete(stop);
        await stop();
      };
    },
    connections: () => ({ open: pool.totalCount, waiting: pool.waitingCount }),
    async close() {
      await Promise.all([...stops].map((stop) => stop()));
      // A database that is frozen never says goodbye, and nobody waits for it.
      await withinMs(
        closeLimitMs,
        prisma.$disconnect().then(() => pool.end()),
      );
    },
  };
}

async function mapped<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw toStoreError(error);
  }
}

/** `error`, or `database_unavailable` when it says that the database does not answer. */
export function toStoreError(error: unknown): unknown {
  if (isGatewayError(error) || !isUnavailable(error)) {
    return error;
  }
  return new GatewayError("database_unavailable", { cause: error });
}

const unavailableCodes = new Set([
  // Sockets.
  ...["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "EPIPE", "ENOENT"],
  ...["EHOSTUNREACH", "ENETUNREACH"],
  // Prisma: unreachable, timed out, closed, pool exhausted, transaction lost, too many connections.
  ...["P1000", "P1001", "P1002", "P1008", "P1011", "P1017", "P2024", "P2028", "P2037"],
  // PostgreSQL: wrong password, no such database, shutting down or starting, read-only standby.
  ...["28P01", "28000", "3D000", "57P01", "57P02", "57P03", "25006"],
]);
const unavailableKinds = new Set([
  ...["DatabaseNotReachable", "ConnectionClosed", "SocketTimeout", "TooManyConnections"],
  ...["TlsConnectionError", "AuthenticationFailed", "DatabaseAccessDenied", "DatabaseDoesNotExist"],
  "TransactionAlreadyClosed",
]);
// pg gives these no code.
const unavailableMessage =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed)/;

function isUnavailable(error: unknown): boolean {
  return someCause(error, 0, ({ code, kind, message }) => {
    const isCode =
      typeof code === "string" && (unavailableCodes.has(code) || /^(08|53)/.test(code));
    const isKind = typeof kind === "string" && unavailableKinds.has(kind);
    return isCode || isKind || (typeof message === "string" && unavailableMessage.test(message));
  });
}

// PostgreSQL: no such table, column, function, type.
const missingCodes = new Set(["42P01", "42703", "42883", "42704"]);

/** Whether a query met a database that lacks what this release's migrations make. */
export function isSchemaBehind(error: unknown): boolean {
  return someCause(error, 0, ({ code, originalCode }) =>
    [code, originalCode].some((one) => typeof one === "string" && missingCodes.has(one)),
  );
}

/** Whether the error, or one of those inside it, is one that `test` looks for. */
function someCause(
  error: unknown,
  depth: number,
  test: (fields: Readonly<Record<string, unknown>>) => boolean,
): boolean {
  if (typeof error !== "object" || error === null || depth > 5) {
    return false;
  }
  const fields = error as Record<string, unknown>;
  const { cause, meta, errors } = fields;
  const inner = [
    cause,
    (meta as Record<string, unknown> | undefined)?.["driverAdapterError"],
    ...(Array.isArray(errors) ? (errors as unknown[]) : []),
  ];
  return test(fields) || inner.some((next) => someCause(next, depth + 1, test));
}
