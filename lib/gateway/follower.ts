/** Follows the revisions: looks for what changed in the database, and takes what this release can obey. */
import type { Refusal } from "../config/judged";
import { isGatewayError } from "../shared/errors";
import { log } from "../shared/log";
import { type Changes, judgeDocuments, readChangesSince } from "../store/configuration";
import type { Database } from "../store/database";
import { noticeChannel, parseNotice } from "../store/notices";
import { firstConfiguration } from "./first-configuration";
import { type InForceDeps, createInForce } from "./in-force";
import type { Live } from "./live";
import { createLooks } from "./looks";

export type Follower = Live & {
  /** The newest revision that this node obeys, since when (epoch ms), and the newest one that it refuses. */
  applied: () => {
    readonly revision: number;
    readonly atMs: number;
    readonly refused: Refusal | null;
  };
  /** Hears that a revision was refused, or that a good one came after it. */
  onRefusal: (listener: () => void) => void;
  /** Since the start. */
  counts: () => FollowerCounts;
  stop(): Promise<void>;
};

export type FollowerCounts = {
  /** Notices that nobody here can read. */
  readonly malformedNotices: number;
  /** Times that the database was asked for changes. */
  readonly looks: number;
  readonly swaps: number;
  readonly refusals: number;
};

export type FollowerDeps = InForceDeps & { readonly db: Database };

/** Polling is the truth and notices are the hurry; where they do not arrive, polling hurries too. */
const pollEveryMs = 2_000;
const deafPollEveryMs = 500;
const looksApartMs = 50;
/** Without word from the database for this long, an unknown key may be a new one. */
const staleAfterMs = 10_000;

/**
 * A follower that has applied the present configuration, or the last one that this node knew to be good.
 *
 * @throws {StartError} one line, when neither is to be had.
 */
export async function startFollower({ db, ...deps }: FollowerDeps): Promise<Follower> {
  const { lastKnownGood } = deps;
  const inForce = createInForce(deps);
  const { known } = inForce;
  const counts = { malformedNotices: 0, looks: 0 };
  /** What is in force comes from this database, and not only from a file. */
  let isSynced = false;
  let heardMs = Number.NEGATIVE_INFINITY;
  let trouble: string | null = null;

  const tellTrouble = (text: string | null): void => {
    if (text !== null && text !== trouble) {
      log.error(`The present configuration cannot be read, and the last good one stays: ${text}`);
    }
    trouble = text;
  };
  const takeWhole = async (changes: Changes): Promise<void> => {
    if (changes.config === null && known.published !== null) {
      tellTrouble("the database holds none");
      return;
    }
    const judged = await db.run((prisma) => judgeDocuments(prisma, changes.config, 0));
    if (judged.refused !== null && judged.published === null && known.published === null) {
      // Nothing in the database can be obeyed: what was good here before is better than nothing.
      const loaded = lastKnownGood.load();
      if (loaded.ok) {
        inForce.useKept(loaded.kept);
      }
    }
    inForce.take(changes, judged, true);
    isSynced = true;
    heardMs = performance.now();
    tellTrouble(null);
  };
  const readNews = async (): Promise<void> => {
    const changes = await readChangesSince(db, isSynced ? known.seen : 0);
    if (!isSynced) {
      await takeWhole(changes);
      return;
    }
    heardMs = performance.now();
    if (changes.revision < known.seen) {
      // Another database than before, or a former state of it: what we know of it is of no use.
      isSynced = false;
      await takeWhole(await readChangesSince(db, 0));
    } else if (changes.revision > known.seen) {
      const above = known.published?.revision ?? 0;
      const judged = await db.run((prisma) => judgeDocuments(prisma, changes.config, above));
      inForce.take(changes, judged, false);
      tellTrouble(null);
    }
  };
  const looks = createLooks(async () => {
    counts.looks += 1;
    await readNews().catch((error: unknown) => {
      // The database's absence is the reporter's to tell, and shows in isCurrent.
      if (!isUnavailable(error)) {
        tellTrouble(String(error));
      }
    });
  }, looksApartMs);

  const first = await firstConfiguration(db, lastKnownGood, (line) => log.warn(line));
  if (first.from === "file") {
    const { kept, because } = first;
    inForce.useKept(kept);
    log.warn(
      `${because}: this node starts with revision ${kept.revision}, the last that it obeyed`,
    );
  } else {
    await takeWhole(first.changes);
  }
  looks.every(pollEveryMs);
  const stopListening = db.listen(
    noticeChannel,
    (payload) => {
      const notice = parseNotice(payload);
      if (notice === undefined) {
        counts.malformedNotices += 1;
      } else if (notice.kind === "revision") {
        looks.ask();
      }
    },
    {
      onReconnect: looks.ask,
      onHearing: tellHearing((hears) => looks.every(hears ? pollEveryMs : deafPollEveryMs)),
    },
  );

  return {
    snapshot: inForce.snapshot,
    keys: () => known.keys.byHash,
    isCurrent: () => performance.now() - heardMs < staleAfterMs,
    onSwap: inForce.onSwap,
    onReset: inForce.onReset,
    onRefusal: inForce.onRefusal,
    applied: () => ({
      revision: known.applied,
      atMs: inForce.appliedAtMs(),
      refused: known.refused,
    }),
    counts: () => ({ ...counts, ...inForce.counts() }),
    async stop() {
      await stopListening();
      await looks.stop();
      await lastKnownGood.settled();
    },
  };
}

/** Tells when notices stop arriving and when they arrive again, each once. */
function tellHearing(onChange: (hears: boolean) => void): (hears: boolean) => void {
  let heard = true;
  return (hears) => {
    if (hears === heard) {
      return;
    }
    heard = hears;
    onChange(hears);
    if (hears) {
      log.info("The database's notices arrive again.");
    } else {
      log.warn(
        `The database's notices do not arrive, so changes are looked for every ${deafPollEveryMs} ms. Behind a transaction pooler, DIRECT_DATABASE_URL must name the database itself.`,
      );
    }
  };
}

function isUnavailable(error: unknown): boolean {
  return isGatewayError(error) && error.code === "database_unavailable";
}
