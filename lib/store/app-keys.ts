import { z } from "zod";
import { type AppKey } from "./generated/client";
import { type Transaction } from "./database";

const appKeyLimits = z.object({
  /** Public names of models; `*` or null: all. */
  allowedModels: z.array(z.string()).nullable().default(null),
  /** Region ids; `*` or null: all. */
  allowedRegions: z.array(z.string()).nullable().default(null),
  defaultRouteOnModelName: z.boolean().nullable().default(null),
  /** What becomes of a stream that its provider breaks off; null: what the route says. */
  midstream: z.enum(["resume", "error", "buffer"]).nullable().default(null),
  /** Requests and tokens per minute, and calls at a time; null: no limit. */
  rpm: z.number().nullable().default(null),
  tpm: z.number().nullable().default(null),
  parallel: z.number().nullable().default(null),
  /** What may be spent in a month (UTC); null: no limit. */
  budgetUsdPerMonth: z.number().nullable().default(null),
  /** What a call may cost at most is set aside for it, so that nothing is ever spent beyond the budget. */
  strictBudget: z.boolean().default(false),
});
export type AppKeyLimits = z.infer<typeof appKeyLimits>;

/** The limits of a key that has none. */
export const noAppKeyLimits: AppKeyLimits = appKeyLimits.parse({});

/** A secret that a rotation replaced: good until its time is over (epoch ms). */
const formerSecret = z.object({ hash: z.string(), last4: z.string(), until: z.number() });
export type FormerSecret = z.infer<typeof formerSecret>;

/** A target that answers no call of this key until then (epoch ms): a fault that somebody asked for, and nobody else feels. */
const keyDrill = z.object({ target: z.string(), until: z.number() });
export type KeyDrill = z.infer<typeof keyDrill>;

/** An application's key, without its secret. */
export type AppKeyRow = {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the secret in hex. */
  readonly hash: string;
  readonly last4: string;
  /** Calls of a `demo` key are marked as demo and left out of the numbers. */
  readonly kind: "live" | "demo";
  readonly source: "file" | "minted";
  readonly limits: AppKeyLimits;
  readonly former: FormerSecret | null;
  readonly drill: KeyDrill | null;
  readonly revokedAt: number | null;
  readonly revision: number;
};

/** An `AppKeyRow` that was written down elsewhere. */
export const appKeyRow = z.object({
  id: z.string(),
  name: z.string(),
  hash: z.string(),
  last4: z.string(),
  kind: z.enum(["live", "demo"]),
  source: z.enum(["file", "minted"]),
  limits: appKeyLimits,
  former: formerSecret.nullable().default(null),
  drill: keyDrill.nullable().default(null),
  revokedAt: z.number().nullable(),
  revision: z.number(),
});

/** The keys that a revision after `revision` changed, revoked ones too; all with 0. */
export async function listAppKeysSince(tx: Transaction, revision: number): Promise<AppKeyRow[]> {
  const rows = await tx.appKey.findMany({
    where: { revision: { gt: revision } },
    orderBy: { id: "asc" },
  });
  return rows.map(toAppKeyRow);
}

/** One key by its id; undefined when there is none. */
export async function findAppKey(tx: Transaction, id: string): Promise<AppKeyRow | undefined> {
  const row = await tx.appKey.findUnique({ where: { id } });
  return row === null ? undefined : toAppKeyRow(row);
}

const jsonRow = z.object({
  id: z.string(),
  name: z.string(),
  hash: z.string(),
  last4: z.string(),
  kind: z.string(),
  source: z.string(),
  limits: appKeyLimits,
  former: formerSecret.nullable().default(null),
  drill: keyDrill.nullable().default(null),
  revoked_at: z.string().nullable(),
  revision: z.number(),
});

/** Rows of `app_key` as JSON; `unreadable` are the ids of those whose limits only a later release understands. */
export function toAppKeyRows(rows: readonly unknown[]): {
  readonly keys: AppKeyRow[];
  readonly unreadable: string[];
} {
  const keys: AppKeyRow[] = [];
  const unreadable: string[] = [];
  for (const row of rows) {
    const parsed = jsonRow.safeParse(row);
    if (parsed.success) {
      const { revoked_at: revokedAt, kind, source, ...columns } = parsed.data;
      keys.push({
        ...columns,
        kind: kind === "demo" ? "demo" : "live",
        source: source === "file" ? "file" : "minted",
        revokedAt: revokedAt === null ? null : new Date(revokedAt).getTime(),
      });
    } else {
      unreadable.push(z.object({ id: z.string() }).parse(row).id);
    }
  }
  return { keys, unreadable };
}

function toAppKeyRow(row: AppKey): AppKeyRow {
  return {
    id: row.id,
    name: row.name,
    hash: row.hash,
    last4: row.last4,
    kind: row.kind === "demo" ? "demo" : "live",
    source: row.source === "file" ? "file" : "minted",
    limits: appKeyLimits.parse(row.limits),
    former: formerSecret.nullable().parse(row.former),
    drill: keyDrill.nullable().parse(row.drill),
    revokedAt: row.revokedAt?.getTime() ?? null,
    revision: row.revision,
  };
}
