import { z } from "zod";
import { type Database } from "./database";

/** The channel on which processes say that something changed. Polling is the truth, this is the hurry. */
export const noticeChannel = "bellwether";

const notice = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("revision"), id: z.number() }),
  z.object({ kind: z.literal("node"), id: z.string() }),
  z.object({ kind: z.literal("health"), id: z.string() }),
  z.object({ kind: z.literal("log"), id: z.string() }),
]);

/** `revision`: its number. `node`, `health`, `log`: the node that applied, changed its mind, or shipped calls. */
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
