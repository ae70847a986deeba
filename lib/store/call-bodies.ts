import { z } from "zod";
import { Actor } from "../shared/contract";
import { type Database, isSchemaBehind, toStoreError } from "./database";

/** One row of `call_body`, in SQL's own names. Its words are sealed before they come here, and opened by others. */
export type CallBodyRecord = {
  call_id: string;
  /** ISO 8601. */
  expires_at: string;
  request: string;
  /** Of what was cut off. */
  request_missing_bytes: number;
  /** Null: nothing of an answer went to the caller. */
  answer: string | null;
  answer_missing_bytes: number;
};

// A clock that is far ahead must not keep anything for longer than any route may.
const insertBodies = `
  INSERT INTO call_body (call_id, expires_at, request, request_missing_bytes, answer, answer_missing_bytes)
  SELECT call_id, least(expires_at, now() + interval '720 hours'), request, request_missing_bytes, answer, answer_missing_bytes
  FROM json_populate_recordset(NULL::call_body, $1::json) WHERE expires_at > now() ORDER BY call_id
  ON CONFLICT DO NOTHING`;

/**
 * Writes bodies (a JSON array of `CallBodyRecord`), each once however often it is sent; those whose time is over are left
 * out. False: the database is of an earlier release and has no place for them.
 *
 * @throws {GatewayError} `database_unavailable` when the database does not answer.
 */
export async function insertCallBodies(db: Database, bodies: Buffer): Promise<boolean> {
  try {
    await db.pool.query(insertBodies, [bodies]);
    return true;
  } catch (error) {
    if (isSchemaBehind(error)) {
      return false;
    }
    throw toStoreError(error);
  }
}

export type SealedText = { readonly sealed: string; readonly missingBytes: number };

/** A body as it lies in the database; of one whose time is over nothing but that. */
export type SealedBody =
  | { readonly kind: "expired"; readonly expiresAt: number }
  | {
      readonly kind: "kept";
      readonly expiresAt: number;
      readonly request: SealedText;
      readonly answer: SealedText | null;
    };

const bodyRows = z.array(
  z.object({
    expiresAt: z.date(),
    request: z.string().nullable(),
    requestMissingBytes: z.number(),
    answer: z.string().nullable(),
    answerMissingBytes: z.number(),
  }),
);

/** The body of the call `id`; undefined when there is none, or none any more. */
export async function findCallBody(db: Database, id: string): Promise<SealedBody | undefined> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT expires_at AS "expiresAt",
        CASE WHEN expires_at > now() THEN request END AS request, request_missing_bytes AS "requestMissingBytes",
        CASE WHEN expires_at > now() THEN answer END AS answer, answer_missing_bytes AS "answerMissingBytes"
      FROM call_body WHERE call_id = ${id}::uuid`,
  );
  const [row] = bodyRows.parse(rows);
  if (row === undefined) {
    return undefined;
  }
  const expiresAt = row.expiresAt.getTime();
  if (row.request === null) {
    return { kind: "expired", expiresAt };
  }
  return {
    kind: "kept",
    expiresAt,
    request: { sealed: row.request, missingBytes: row.requestMissingBytes },
    answer:
      row.answer === null ? null : { sealed: row.answer, missingBytes: row.answerMissingBytes },
  };
}

/** Writes down that `actor` opens the body of the call `id` now. */
export async function recordBodyOpening(db: Database, id: string, actor: Actor): Promise<void> {
  await db.run(
    (prisma) => prisma.$executeRaw`
      INSERT INTO body_opening (call_id, actor) VALUES (${id}::uuid, ${JSON.stringify(actor)}::jsonb)`,
  );
}

/** One opening of a call's body. */
export type BodyOpeningRow = {
  readonly id: number;
  readonly at: number;
  readonly callId: string;
  readonly actor: Actor;
};

/** At most `limit` openings of bodies, newest first; below `belowId` where it is given. */
export async function listOpenings(
  db: Database,
  limit: number,
  belowId?: number,
): Promise<BodyOpeningRow[]> {
  const rows = await db.run((prisma) =>
    prisma.bodyOpening.findMany({
      ...(belowId !== undefined && { where: { id: { lt: belowId } } }),
      orderBy: { id: "desc" },
      take: limit,
    }),
  );
  return rows.map(({ id, at, callId, actor }) => ({
    id,
    at: at.getTime(),
    callId,
    actor: Actor.parse(actor),
  }));
}
