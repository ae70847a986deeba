import { type Ping, type StreamEvent } from "../shared/contract";
import { GatewayError, isGatewayError } from "../shared/errors";
import { log } from "../shared/log";
import { type Database } from "../store/database";
import { noticeChannel } from "../store/notices";
import { systemActor } from "./actor";
import { callsPage } from "./calls-page";
import { changesPage } from "./changes-page";
import { type EventClient, openClient } from "./event-client";
import { healthView } from "./health-view";
import { metricsView } from "./metrics-view";
import { type RangeName } from "./ranges";
import { createControlDeps } from "./verb";

/** Computes the views once for all browsers and sends each what changed. */
export type EventHub = {
  /** A browser's stream of server-sent events; it ends when `signal` aborts. @throws {GatewayError} `overloaded`. */
  connect(range: RangeName, signal: AbortSignal): ReadableStream<Uint8Array>;
  close(): Promise<void>;
};

const roundMs = 1_000;
const pollMs = 2_000;
/** Where notices do not arrive, it looks as often as it may. */
const deafPollMs = 500;
const pingMs = 10_000;
/** A database that hangs is told as away long before its queries are given up. */
const silentMs = 8_000;
/** A round may take a fifth of the time at most, however large the tables are. */
const restPerWork = 4;
const callsShown = 20;
const changesShown = 30;
const mostClients = 256;

type Job = {
  readonly event: StreamEvent;
  readonly range?: RangeName;
  readonly read: () => Promise<{ generatedAt: number }>;
};
type View = { readonly event: StreamEvent; readonly json: string; readonly version: number };

/** A hub without clients; it asks the database nothing until one connects. */
export function createEventHub(db: Database): EventHub {
  // A cache of its own: what a page asked for half a second ago must not hide what was just announced.
  const deps = createControlDeps(db);
  const clients = new Set<EventClient>();
  const views = new Map<string, View>();
  let versions = 0;
  let stopListening: (() => Promise<void>) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pinger: NodeJS.Timeout | undefined;
  let isDirty = false;
  let round: Promise<void> | undefined;
  let startedAtMs = -Infinity;
  let restMs = roundMs;
  let database = true;
  let isHanging = false;
  let pollEveryMs = pollMs;

  const ping = (): Ping => ({ generatedAt: Date.now(), database });
  const pingAll = (): void => clients.forEach((client) => client.ping(ping()));

  const compute = async (): Promise<void> => {
    const jobs: Job[] = [
      { event: "health", read: () => healthView(systemActor, deps, null) },
      { event: "calls", read: () => callsPage(systemActor, deps, { limit: callsShown }) },
      { event: "changes", read: () => changesPage(systemActor, deps, { limit: changesShown }) },
    ];
    for (const range of new Set([...clients].map((client) => client.range))) {
      const read: Job["read"] = () => metricsView(systemActor, deps, { range, app: null });
      jobs.push({ event: "metrics", range, read });
    }
    const failures: unknown[] = [];
    await Promise.all(
      jobs.map(async ({ event, range, read }) => {
        try {
          keep(viewKey(event, range), event, await read());
        } catch (error) {
          failures.push(error);
        }
      }),
    );
    tellDatabase(failures);
    clients.forEach(send);
  };

  const keep = (key: string, event: StreamEvent, view: { generatedAt: number }): void => {
    const former = views.get(key);
    const json = JSON.stringify(view);
    if (former === undefined || comparable(former.json) !== comparable(json)) {
      versions += 1;
      views.set(key, { event, json, version: versions });
    }
  };

  const tellDatabase = (failures: readonly unknown[]): void => {
    const isAway = failures.some(
      (failure) => isGatewayError(failure) && failure.code === "database_unavailable",
    );
    const mistake = failures.find((failure) => !isGatewayError(failure));
    if (mistake instanceof Error) {
      log.error(`the event stream could not read a view: ${mistake.message}`);
    }
    setDatabase(!isAway);
  };

  const setDatabase = (answers: boolean): void => {
    if (database !== answers) {
      database = answers;
      pingAll();
    }
  };

  const send = (client: EventClient): void => {
    for (const event of ["health", "metrics", "calls", "changes"] as const) {
      const view = views.get(viewKey(event, event === "metrics" ? client.range : undefined));
      if (view !== undefined) {
        client.send(view.event, view.version, view.json);
      }
    }
  };

  const look = (): void => {
    const waitedMs = performance.now() - startedAtMs;
    if (round !== undefined && waitedMs >= silentMs) {
      isHanging = true;
      setDatabase(false);
    }
    const isDue = waitedMs >= restMs && (isDirty || waitedMs >= Math.max(pollEveryMs, restMs));
    if (!isDue || round !== undefined || clients.size === 0) {
      return;
    }
    isDirty = false;
    isHanging = false;
    startedAtMs = performance.now();
    round = compute().finally(() => {
      round = undefined;
      // To wait for somebody who does not answer is no work.
      const workedMs = isHanging ? 0 : performance.now() - startedAtMs;
      restMs = Math.max(roundMs, restPerWork * workedMs);
    });
  };

  const hurry = (): void => {
    isDirty = true;
    look();
  };

  const wake = (): void => {
    stopListening ??= db.listen(noticeChannel, hurry, {
      onReconnect: hurry,
      onHearing(hears) {
        pollEveryMs = hears ? pollMs : deafPollMs;
      },
    });
    timer ??= setInterval(look, 100);
    pinger ??= setInterval(pingAll, pingMs);
  };

  const sleep = async (): Promise<void> => {
    clearInterval(timer);
    clearInterval(pinger);
    timer = undefined;
    pinger = undefined;
    views.clear();
    const stop = stopListening;
    stopListening = undefined;
    await stop?.();
  };

  return {
    connect(range, signal) {
      if (clients.size >= mostClients) {
        throw new GatewayError("overloaded", { message: "Too many pages are open." });
      }
      const { client, stream } = openClient(range, signal, () => {
        clients.delete(client);
        if (clients.size === 0) {
          sleep().catch(() => undefined);
        }
      });
      clients.add(client);
      wake();
      client.ping(ping());
      send(client);
      hurry();
      return stream;
    },
    async close() {
      clients.forEach((client) => client.end());
      await sleep();
      await round;
    },
  };
}

function viewKey(event: StreamEvent, range: RangeName | undefined): string {
  return `${event} ${range ?? ""}`;
}

/** A view without what every second changes by itself. */
function comparable(json: string): string {
  return json.replace(/"(generatedAt|from|to)":\d+,?/g, "");
}
