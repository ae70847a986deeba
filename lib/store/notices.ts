import { z } from "zod";
import { type Database } from "./database";

/** The channel on which processes say that something changed. Polling is the truth, this is the hurry. */
export const noticeChannel = "bellwether";

const notice = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("revision"), id: z.number() }),
  z.object({ kind: z.literal("node"), id: z.string() }),
  z.object({ kind: z.literal("health"), id: z.string() }),
  z.object({ kind: z.literal("log"), id: z.string() }),
  z.object({ kind: z.literal("probes"), id: z.string() }),
  z.object({ kind: z.literal("test"), id: z.string() }),
  z.object({ kind: z.literal("command"), id: z.string() }),
  z.object({ kind: z.literal("hint"), id: z.string(), target: z.string(), atMs: z.number() }),
]);

/**
 * `revision`: its number. `node`, `health`, `log`, `probes`: the node that applied, changed its mind, shipped calls, or
 * looked on behalf of all. `test`: an address that somebody wants tried. `command`: something that somebody wants done. `hint`: a node that sees a target down, and when by the database's clock (epoch ms).
 */
export type Notice = z.infer<typeof notice>;

/** Says `next` to every listener, on an autocommit connection; a failure is silent, because polling follows. */
export async function sendNotice(db: Database, next: Notice): Promise<void> {
  await db.pool
    .query("SELECT pg_notify($1, $2)", [noticeChannel, JSON.stringify(next)])
    .catch(() => undefined);
}

/** The notice of a payload; undefined for anything else, such as a newer release's words. */
export function parseNotice(payload: string): Notice | undefined {
  try {
    return notice.safeParse(JSON.parse(payload)).data;
  } catch {
    return undefined;
  }
}

const maxNoticeBytes = 200;

/**
 * Tells the other nodes that `node` sees `target` down. A name that does not fit into a notice is left out.
 *
 * @returns whether it was sent.
 */
export async function sendHint(
  db: Database,
  node: string,
  target: string,
  limitMs: number,
): Promise<boolean> {
  const body = JSON.stringify({ kind: "hint", id: node, target });
  if (Buffer.byteLength(body) + stampBytes > maxNoticeBytes) {
    return false;
  }
  try {
    const query = { text: hint, values: [noticeChannel, body], query_timeout: limitMs };
    await db.pool.query(query);
    return true;
  } catch {
    return false;
  }
}

// The stamp is the database's: the clocks of two machines differ by more than a hint may be late.
const hint = `SELECT pg_notify($1, (($2::jsonb || jsonb_build_object(
  'atMs', floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint))::text))`;
/** `"atMs": 1764120000000` and the blanks that jsonb puts between its parts. */
const stampBytes = 32;
