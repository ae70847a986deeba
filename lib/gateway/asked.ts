/** What operators ask of a gateway through the database: looked for at once when a notice says so, and every 2 s. */
import type { Database } from "../store/database";
import { type Notice, noticeChannel, parseNotice } from "../store/notices";
import { createLooks } from "./looks";

const lookEveryMs = 2_000;
const looksApartMs = 20;

/** One kind of thing that is asked for. */
export type Desk = {
  readonly kind: Notice["kind"];
  /** Claims what waits and begins it. */
  take(): Promise<readonly Promise<void>[]>;
};

/**
 * Starts looking, at one desk after the other: a database that is frozen is asked once for all of them. Without the
 * database nobody asks.
 */
export function startAnswering(
  db: Database,
  desks: readonly Desk[],
): {
  stop(): Promise<void>;
} {
  const running = new Set<Promise<void>>();
  const look = async (): Promise<void> => {
    for (const desk of desks) {
      for (const work of await desk.take()) {
        // Whoever asked hears nothing then, and says so.
        const one = work.catch(() => undefined).finally(() => running.delete(one));
        running.add(one);
      }
    }
  };
  const looks = createLooks(() => look().catch(() => undefined), looksApartMs);
  looks.every(lookEveryMs);
  looks.ask();
  const stopListening = db.listen(noticeChannel, (payload) => {
    if (desks.some(({ kind }) => kind === parseNotice(payload)?.kind)) {
      looks.ask();
    }
  });
  return {
    async stop() {
      await stopListening();
      await looks.stop();
      await Promise.all(running);
    },
  };
}
