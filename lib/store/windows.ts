import { Prisma } from "./generated/client";

/** A span of time, `to` excluded, in epoch ms; and which calls count in it. */
export type Window = {
  readonly fromMs: number;
  readonly toMs: number;
  /** Calls of the demo only, or all but them. */
  readonly demo: boolean;
  /** Calls of one application key. */
  readonly keyId?: string | null;
};

/** An id is minted up to this long before or after its row's own instant. */
const idSlackMs = 3_600_000;

/**
 * `started_at` within the window. The bound on the id says the same again, with slack, so that the planner leaves out
 * the other days' partitions.
 */
export function startedWithin(
  table: "call" | "attempt",
  { fromMs, toMs }: Pick<Window, "fromMs" | "toMs">,
): Prisma.Sql {
  const name = Prisma.raw(table);
  return Prisma.sql`
    ${name}.started_at >= ${new Date(fromMs)} AND ${name}.started_at < ${new Date(toMs)}
    AND ${name}.id >= uuid_v7_floor(${new Date(fromMs - idSlackMs)})
    AND ${name}.id < uuid_v7_floor(${new Date(toMs + idSlackMs)})`;
}
