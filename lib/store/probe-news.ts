import { z } from "zod";
import type { ProbeResult } from "../core/events";
import { type Database, toStoreError } from "./database";

/** Where the readers of a holder's news have got to; both grow. */
export type NewsPlace = { readonly epoch: number; readonly seq: number };

/** One look of the prober. */
export type ProbeNews = NewsPlace & {
  /** How long ago by the database's clock. */
  readonly ageMs: number;
  readonly of:
    | { readonly kind: "model"; readonly target: string }
    | {
        readonly kind: "region";
        readonly provider: string;
        readonly region: string;
        readonly credential: string | null;
      };
  readonly result: ProbeResult;
};

/** The same before it is written; `ageMs` counts from the look to the writing. */
export type FreshNews = Omit<ProbeNews, "epoch">;

// A holder that was frozen and has lost its lease meanwhile writes nothing, and an older look never replaces a newer one.
const publish = `
  INSERT INTO probe_news (subject, epoch, seq, at, news)
  SELECT row.subject, $2, row.seq, clock_timestamp() - row."ageMs" * interval '1 millisecond', row.news
  FROM jsonb_to_recordset($4::jsonb) AS row(subject text, seq int, "ageMs" float8, news jsonb)
  WHERE EXISTS (SELECT FROM lease WHERE name = $1 AND epoch = $2 AND instance = $3)
  ON CONFLICT (subject) DO UPDATE SET
    epoch = EXCLUDED.epoch, seq = EXCLUDED.seq, at = EXCLUDED.at, news = EXCLUDED.news
  WHERE (probe_news.epoch, probe_news.seq) < (EXCLUDED.epoch, EXCLUDED.seq)`;

/**
 * Puts a holder's looks where the others find them; returns how many were newer than what was there.
 *
 * @throws {GatewayError} `database_unavailable` when the database does not answer.
 */
export async function publishProbeNews(
  db: Database,
  lease: { readonly name: string; readonly epoch: number; readonly instance: string },
  looks: readonly FreshNews[],
): Promise<number> {
  const rows = looks.map(({ seq, ageMs, of, result }) => ({
    subject: subjectOf(of),
    seq,
    ageMs,
    news: { of, result },
  }));
  try {
    const written = await db.pool.query({
      text: publish,
      values: [lease.name, lease.epoch, lease.instance, JSON.stringify(rows)],
    });
    return written.rowCount ?? 0;
  } catch (error) {
    throw toStoreError(error);
  }
}

const word = z.string().nullable();
const newsRows = z.array(
  z.object({ epoch: z.number(), seq: z.number(), ageMs: z.number(), news: z.unknown() }),
);
const newsContent = z.object({
  of: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("model"), target: z.string() }),
    z.object({
      kind: z.literal("region"),
      provider: z.string(),
      region: z.string(),
      credential: word,
    }),
  ]),
  result: z.object({
    verdict: z.enum(["pass", "fail", "capacity", "credential", "quota", "access", "configuration"]),
    latencyMs: z.number().nullable(),
    status: z.number().nullable(),
    reason: word,
    retryAfterMs: z.number().nullable(),
  }),
});

/** What came after `since`, oldest first; rows in another release's shape are left out. */
export async function readProbeNews(db: Database, since: NewsPlace): Promise<ProbeNews[]> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT epoch, seq, news,
        (extract(epoch FROM clock_timestamp() - at) * 1000)::float8 AS "ageMs"
      FROM probe_news WHERE (epoch, seq) > (${since.epoch}, ${since.seq}) ORDER BY epoch, seq`,
  );
  return newsRows.parse(rows).flatMap(({ news, ...row }) => {
    const content = newsContent.safeParse(news);
    return content.success ? [{ ...row, ...content.data }] : [];
  });
}

function subjectOf(of: ProbeNews["of"]): string {
  return of.kind === "model"
    ? `model ${of.target}`
    : `region ${of.provider} ${of.region} ${of.credential ?? ""}`;
}
