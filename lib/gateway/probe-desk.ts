/** The prober's looks on their way to the other nodes, and theirs on their way here. */
import { isPlaceDown, labelOf } from "../core/world";
import type { World } from "../core/world";
import type { Snapshot, Target } from "../core/types";
import { worthOf } from "../probes/duty";
import type { ProbeRecord, Prober } from "../probes/prober";
import type { Database } from "../store/database";
import { noticeChannel, parseNotice, sendNotice } from "../store/notices";
import {
  type FreshNews,
  type NewsPlace,
  type ProbeNews,
  publishProbeNews,
  readProbeNews,
} from "../store/probe-news";
import type { Fleet } from "./fleet";

export type ProbeDeskDeps = {
  readonly db: Database;
  readonly nodeId: string;
  readonly fleet: Fleet;
  readonly world: World;
  readonly now: () => number;
  snapshot: () => Snapshot;
};

export type ProbeDesk = {
  /** Puts a look of our own where the others find it, as long as this node is the prober. */
  publish(record: ProbeRecord): void;
  counts(): { readonly heard: number; readonly doubted: number; readonly published: number };
  stop(): Promise<void>;
};

/** Looks that end close together go out together; at most five notices a second. */
const gatherMs = 200;
const readEveryMs = 2_000;
/** A look that is older than this many intervals says nothing any more. */
const memoryIntervals = 1.5;
const regionIntervalMs = 30_000;

type Hearing = Pick<Prober, "hearModel" | "hearRegion" | "onDecision">;

/** Starts publishing and reading. Without the database, and while this node is the only one, neither happens. */
export function startProbeDesk(deps: ProbeDeskDeps, prober: Hearing): ProbeDesk {
  const { db, nodeId, fleet, now } = deps;
  const outbox = new Map<string, { record: ProbeRecord; of: ProbeNews["of"] }>();
  const counts = { heard: 0, doubted: 0, published: 0 };
  let since: NewsPlace = { epoch: 0, seq: 0 };
  let gathering: NodeJS.Timeout | null = null;
  let publishing: Promise<void> | null = null;
  let reading: Promise<void> | null = null;
  let stopped = false;

  const sendOutbox = async (): Promise<void> => {
    const lease = fleet.lease();
    const looks = [...outbox.values()].map(({ record, of }): FreshNews => {
      const { seq, atMs, result } = record;
      return { seq, ageMs: Math.max(0, now() - atMs), of, result };
    });
    outbox.clear();
    if (lease !== null && looks.length > 0) {
      counts.published += await publishProbeNews(db, lease, looks);
      await sendNotice(db, { kind: "probes", id: nodeId });
    }
  };
  const gather = (): void => {
    if (stopped || gathering !== null) {
      return;
    }
    gathering = setTimeout(() => {
      gathering = null;
      if (publishing !== null) {
        gather();
        return;
      }
      // What could not be told is old by the next try, and the next look comes anyway.
      publishing = sendOutbox()
        .catch(() => undefined)
        .finally(() => {
          publishing = null;
        });
    }, gatherMs);
  };

  const read = (): void => {
    if (fleet.role() !== "listener" || fleet.liveNodes() < 2) {
      return;
    }
    reading ??= readProbeNews(db, since)
      .then((news) => {
        for (const one of news) {
          since = { epoch: one.epoch, seq: one.seq };
          hear(one);
        }
      })
      .catch(() => undefined)
      .finally(() => {
        reading = null;
      });
  };
  const hear = (news: ProbeNews): void => {
    const worth = weigh(deps, news);
    switch (worth.kind) {
      case "nothing":
        return;
      case "model":
        counts.heard += 1;
        prober.hearModel(worth.target, news.result);
        return;
      case "region":
        counts.heard += 1;
        prober.hearRegion(worth.place, news.result);
        return;
      case "look":
        counts.doubted += 1;
        prober.onDecision(worth.wish);
    }
  };
  const stopListening = db.listen(
    noticeChannel,
    (payload) => {
      const notice = parseNotice(payload);
      if (notice?.kind === "probes" && notice.id !== nodeId) {
        read();
      }
    },
    { onReconnect: read },
  );
  const timer = setInterval(read, readEveryMs);

  return {
    publish(record) {
      if (fleet.lease() === null || fleet.liveNodes() < 2) {
        return;
      }
      const { provider, region, credential, target } = record;
      const of =
        target === null
          ? ({ kind: "region", provider, region, credential } as const)
          : ({ kind: "model", target: target.id } as const);
      outbox.set(target?.id ?? `${provider} ${region} ${credential ?? ""}`, { record, of });
      gather();
    },
    counts: () => ({ ...counts }),
    async stop() {
      stopped = true;
      clearInterval(timer);
      clearTimeout(gathering ?? undefined);
      await stopListening();
      await Promise.all([publishing, reading]);
    },
  };
}

type Place = Extract<ProbeNews["of"], { kind: "region" }>;
type Worth =
  | { readonly kind: "nothing" }
  | { readonly kind: "model"; readonly target: Target }
  | { readonly kind: "region"; readonly place: Place }
  | { readonly kind: "look"; readonly wish: Parameters<Prober["onDecision"]>[0] };

/** What comes of another node's look here. */
function weigh(deps: ProbeDeskDeps, { of, ageMs, result }: ProbeNews): Worth {
  const { world, now, snapshot } = deps;
  const nothing = { kind: "nothing" } as const;
  const isStale = (lookedMs: number | null, everyMs: number): boolean =>
    ageMs > everyMs * memoryIntervals || (lookedMs ?? Number.NEGATIVE_INFINITY) > now() - ageMs;
  if (of.kind === "model") {
    const target = snapshot().targets.get(of.target);
    const health = world.targets.get(of.target);
    if (target === undefined || isStale(health?.probe.atMs ?? null, target.probe.intervalMs)) {
      return nothing;
    }
    const worth = worthOf(labelOf(world, target, now()) === "closed", result.verdict);
    const wish = { type: "probe", target, afterMs: 0 } as const;
    return worth === "heard" ? { kind: "model", target } : lookOr(worth, wish);
  }
  const there = [...world.targets.values()].filter(
    ({ target }) => target.provider === of.provider && target.region === of.region,
  );
  const [first] = there;
  if (first === undefined || isStale(first.place.probe.atMs, regionIntervalMs)) {
    return nothing;
  }
  const isWell =
    !isPlaceDown(first, now()) &&
    there.every(
      ({ account, target }) => target.credential !== of.credential || account.state === "ok",
    );
  const { provider, region, credential } = of;
  const wish = { type: "probe_region", provider, region, credential, afterMs: 0 } as const;
  const worth = worthOf(isWell, result.verdict);
  return worth === "heard" ? { kind: "region", place: of } : lookOr(worth, wish);
}

function lookOr(
  worth: "look" | "nothing",
  wish: Parameters<Prober["onDecision"]>[0],
): Extract<Worth, { kind: "look" | "nothing" }> {
  return worth === "look" ? { kind: "look", wish } : { kind: "nothing" };
}
