/**
 * The other gateway processes: how many live, and which one looks at the providers for all.
 *
 * The prober is whoever holds a lease by the database's clock. Nothing that is right depends on who that is: its looks carry
 * the lease's epoch, and while the database is silent each node looks for itself.
 */
import { randomUUID } from "node:crypto";
import { type Duty, type Role, dutyOf, roleOf } from "../probes/duty";
import { log } from "../shared/log";
import type { Database } from "../store/database";
import { releaseLease, takeLease } from "../store/leases";
import { noticeChannel, parseNotice } from "../store/notices";

export type Fleet = {
  /** Nodes with a fresh heartbeat by the database's clock, this one included; the last known number while it is silent. */
  liveNodes: () => number;
  role: () => Role;
  duty: () => Duty;
  /** The lease that this node's looks are published under; null while it is not the prober. */
  lease: () => HeldLease | null;
  /** The database's clock now, epoch ms, as far as it can be told from here; null before it was heard of. */
  databaseNowMs: () => number | null;
  /** Hears the number of live nodes whenever it changes. */
  onNodes(listener: (nodes: number) => void): void;
  /** Gives the lease up, so that another node need not wait for its end. */
  stop(): Promise<void>;
};

export type HeldLease = {
  readonly name: string;
  readonly instance: string;
  readonly epoch: number;
};

export type FleetDeps = {
  readonly db: Database;
  readonly nodeId: string;
  readonly now: () => number;
  readonly random: () => number;
  /** Tests shorten them. */
  readonly times?: FleetTimes;
};

export type FleetTimes = {
  /** After the end of a prober another one has taken over within this and one more look. */
  readonly leaseMs: number;
  readonly askEveryMs: number;
  /** So that nodes which started together do not ask together. */
  readonly jitterMs: number;
  /** An answer that comes later than this is of no use any more. */
  readonly answerLimitMs: number;
  /** A node that has never heard of the database looks for itself after this. */
  readonly firstWordMs: number;
};

const usualTimes: FleetTimes = {
  leaseMs: 8_000,
  askEveryMs: 2_000,
  jitterMs: 400,
  answerLimitMs: 4_000,
  firstWordMs: 2_000,
};
const proberLease = "prober";

/** Starts asking, at once. Failures are not told here: the reporter meets the same ones. */
export function startFleet({ db, nodeId, now, random, times = usualTimes }: FleetDeps): Fleet {
  const { leaseMs, askEveryMs, jitterMs, answerLimitMs, firstWordMs } = times;
  const instance = randomUUID();
  const listeners: ((nodes: number) => void)[] = [];
  let nodes = 1;
  let epoch = 0;
  let heldUntilMs: number | null = null;
  let heardMs = now() - leaseMs + firstWordMs;
  let clockOffsetMs: number | null = null;
  let timer: NodeJS.Timeout | null = null;
  let asking: Promise<void> | null = null;
  let stopped = false;
  let toldRole: Role = "listener";

  const role = (): Role => roleOf({ heldUntilMs, heardMs }, leaseMs, now());

  const ask = async (): Promise<void> => {
    const askedMs = now();
    const answer = await takeLease(
      db,
      proberLease,
      { holder: nodeId, instance },
      { lengthMs: leaseMs, limitMs: answerLimitMs },
    );
    heardMs = now();
    clockOffsetMs = answer.nowMs - (askedMs + heardMs) / 2;
    heldUntilMs = answer.epoch === null ? null : askedMs + leaseMs;
    epoch = answer.epoch ?? epoch;
    hearNodes(Math.max(1, answer.liveNodes));
  };
  const hearNodes = (next: number): void => {
    if (next !== nodes) {
      nodes = next;
      listeners.forEach((listener) => listener(next));
    }
  };
  const tellRole = (): void => {
    const next = role();
    if (next !== toldRole && (nodes > 1 || next === "alone")) {
      log.info(roleLines[next](nodeId, epoch));
    }
    toldRole = next;
  };
  const round = (): void => {
    asking ??= ask()
      .catch(() => undefined)
      .finally(() => {
        asking = null;
        tellRole();
        schedule(askEveryMs + random() * jitterMs);
      });
  };
  const schedule = (delayMs: number): void => {
    clearTimeout(timer ?? undefined);
    timer = stopped ? null : setTimeout(round, delayMs);
  };
  // A node that came or went: its number counts, and its lease may be free.
  const stopListening = db.listen(noticeChannel, (payload) => {
    const notice = parseNotice(payload);
    if (notice?.kind === "node" && notice.id !== nodeId && asking === null) {
      schedule(random() * jitterMs);
    }
  });
  round();

  return {
    liveNodes: () => nodes,
    role,
    duty: () => dutyOf(role(), nodes),
    lease: () => (role() === "prober" ? { name: proberLease, instance, epoch } : null),
    databaseNowMs: () => (clockOffsetMs === null ? null : now() + clockOffsetMs),
    onNodes(listener) {
      listeners.push(listener);
    },
    async stop() {
      stopped = true;
      clearTimeout(timer ?? undefined);
      await stopListening();
      await asking;
      clearTimeout(timer ?? undefined);
      if (heldUntilMs !== null) {
        heldUntilMs = null;
        await releaseLease(db, proberLease, instance).catch(() => undefined);
      }
    },
  };
}

const roleLines: Readonly<Record<Role, (nodeId: string, epoch: number) => string>> = {
  prober: (nodeId, epoch) => `${nodeId} probes for all nodes now (epoch ${epoch})`,
  listener: (nodeId) => `${nodeId} leaves the probing to another node`,
  alone: (nodeId) => `the database does not say who probes: ${nodeId} probes for itself`,
};
