/** The composition root of a gateway process: opens everything in order, and closes it in the opposite one. */
import type { Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type Target, holdAt } from "../core/types";
import { startProber } from "../probes/prober";
import type { Env } from "../shared/env";
import { log } from "../shared/log";
import { openSealer } from "../shared/sealed";
import { insertCallBodies } from "../store/call-bodies";
import { insertCallLog } from "../store/call-log";
import { type Database, openDatabase } from "../store/database";
import { insertLogGaps } from "../store/log-gaps";
import { createAdmission } from "./admit";
import { createAnyModels } from "./any-models";
import { startAnswering } from "./asked";
import { type CallLogCounts, createCallLog } from "./call-log";
import { createClosing } from "./closing";
import { commandDesk } from "./command-desk";
import { connectionDesk } from "./connection-desk";
import { startFleet } from "./fleet";
import { type FollowerCounts, startFollower } from "./follower";
import { startHints } from "./hints";
import { openLastKnownGood } from "./last-known-good";
import { openLimits } from "./limits/open-limits";
import type { MetricSet } from "./metrics/families";
import { mergeMetrics } from "./metrics/merge";
import { createMeter } from "./metrics/meter";
import { createOddAnswers } from "./odd-answers";
import { startProbeDesk } from "./probe-desk";
import { startReporter } from "./reporter";
import { type Recorder, createRouter } from "./router";
import { createRunningAttempts } from "./running";
import { createGatewayServer } from "./server";
import { type Timing, defaultTiming } from "./timing";
import type { Traces, TracesDeps } from "./traces/traces";
import { startUpkeep } from "./upkeep";
import { openUpstreams } from "./upstreams";
import { openVault } from "./vault";

export type GatewayEnv = Pick<
  Env,
  | "gatewayHost"
  | "gatewayPort"
  | "databaseUrl"
  | "directDatabaseUrl"
  | "drainSeconds"
  | "drainDelaySeconds"
  | "nodeName"
  | "dataDir"
  | "spoolMaxBytes"
  | "spoolFsync"
> &
  Partial<Pick<Env, "metricsToken" | "metricsKeyLabels" | "tracing" | "privateKey">> & {
    /** What the environment decides, without secrets, to be told to operators. */
    readonly environment?: Readonly<Record<string, string | null>>;
  };

export type GatewayOptions = {
  /** Sees every event of the router, so that a run can be played again. */
  readonly record?: Recorder;
  readonly timing?: Timing;
  /** Which of the gateway processes under one name this is, from 0. */
  readonly slot?: number;
};

/** `leave`: the whole gateway goes, and a balancer has to notice first. `retire`: others go on behind the same port. */
export type StopMode = "leave" | "retire";

export type GatewayStatus = {
  readonly ready: boolean;
};

export type Gateway = {
  readonly port: number;
  readonly nodeId: string;
  /** How far the node follows the revisions, and what it met on the way. */
  configuration: () => FollowerCounts & { readonly applied: number };
  database: Database["connections"];
  callLog: () => CallLogCounts;
  /** What the process that merges several gateways wants to know of this one. */
  status(about: "readiness" | "metrics"): GatewayStatus | MetricSet;
  /** Everything that the node counts and measures, as of now. */
  metrics: () => MetricSet;
  /** Drains and closes; resolves when nothing is left to lose. */
  stop(mode?: StopMode): Promise<void>;
};

const logDrainMs = 10_000;
const poolSize = 4;
/** Callers keep idle connections: for so long they may still be used, after whoever balances has been told. */
const lingerMs = 1_000;
/** Behind a port that others serve too nobody is told, so they have longer. */
const retiredLingerMs = 2_000;
/** Time itself is an event: what waits is looked at this often. */
const tickEveryMs = 250;

/**
 * A gateway that listens, probes, follows revisions and logs.
 *
 * @throws {StartError} when there is no configuration to start with; {Error} with `code` EADDRINUSE when the port is
 *   taken.
 */
export async function startGateway(
  env: GatewayEnv,
  { record, timing = defaultTiming, slot = 0 }: GatewayOptions = {},
): Promise<Gateway> {
  const now = (): number => performance.now();
  const toMonotonicMs = (wallMs: number): number => wallMs - Date.now() + now();
  const nodeId = `${env.nodeName}/${slot}`;
  const vault = openVault(env.dataDir, env.privateKey);
  const db = openDatabase({
    url: env.databaseUrl ?? "",
    ...(env.directDatabaseUrl === undefined ? {} : { directUrl: env.directDatabaseUrl }),
    poolSize,
    applicationName: "bellwether gateway",
  });
  const upstreams = openUpstreams(vault);
  const lastKnownGood = openLastKnownGood({
    dataDir: env.dataDir,
    databaseUrl: env.databaseUrl ?? "",
    warn: (line) => {
      log.warn(line);
    },
  });
  const live = await startFollower({ db, upstreams, lastKnownGood, toMonotonicMs }).catch(
    async (error: unknown) => {
      await db.close();
      throw error;
    },
  );
  const router = createRouter(now, Math.random, record);
  router.apply({ type: "snapshot", snapshot: live.snapshot() });
  const running = createRunningAttempts();
  const admission = createAdmission();
  const callLog = createCallLog({
    nodeId,
    dataDir: env.dataDir,
    slot,
    flush: env.spoolFsync,
    maxBytes: env.spoolMaxBytes,
    now,
    ship: (batch) => insertCallLog(db, nodeId, batch),
    shipGaps: (gaps) => insertLogGaps(db, gaps),
    shipBodies: (bodies) => insertCallBodies(db, bodies),
    sealer: openSealer(env.databaseUrl),
    say: log,
  });
  const originOf = (target: Target): string | undefined =>
    upstreams.endpoints().find(target)?.origin;
  const traces = await loadTraces(env, { nodeId, snapshot: live.snapshot, originOf });
  const meter = createMeter({
    nodeId,
    world: router.world,
    now,
    originOf,
    withKeys: env.metricsKeyLabels ?? false,
    readings: {
      callsInFlight: () => admission.inFlight(),
      applied: live.applied,
      configuration: live.counts,
      database: db.connections,
      callLog: callLog.counts,
      spans: () => traces?.counts(),
    },
  });
  const anyModels = createAnyModels(({ entries }) => {
    const targets = entries.flatMap((entry) => entry.targets.map(({ id }) => id));
    router.apply({ type: "forget", targets });
  });
  const fleet = startFleet({ db, nodeId, now, random: Math.random });
  fleet.onNodes((nodes) => router.apply({ type: "fleet", nodes }));
  const prober = startProber({
    duty: fleet.duty,
    now,
    random: Math.random,
    world: router.world,
    snapshot: live.snapshot,
    endpoint(place) {
      const found = upstreams.endpoints().find(place);
      return (
        found && {
          baseUrl: found.origin + found.basePath,
          headers: found.headers,
          allowPrivate: found.allowPrivate,
        }
      );
    },
    regions: () => upstreams.endpoints().regions,
    onModelResult(target, seq, result) {
      router.apply({ type: "probe_ended", target: target.id, seq, result });
    },
    onRegionResult(place, seq, result) {
      router.apply({ type: "region_probe_ended", ...place, seq, result });
    },
    onRecord: (probe) => {
      reporter.onProbe(probe);
      probeDesk.publish(probe);
      meter.onProbe(probe);
    },
  });
  const probeDesk = startProbeDesk(
    { db, nodeId, fleet, world: router.world, now, snapshot: live.snapshot },
    prober,
  );
  const answering = startAnswering(db, [
    connectionDesk({ db, nodeId, vault, environment: env.environment ?? {} }),
    commandDesk({ db, nodeId, fleet, prober, snapshot: live.snapshot }),
  ]);
  const hints = startHints({
    ...{ db, nodeId, fleet, now },
    onHint: (target) => void router.apply({ type: "hint", target }),
  });
  const reporter = startReporter({
    db,
    nodeId,
    world: router.world,
    now,
    snapshot: live.snapshot,
    applied: live.applied,
    droppedRecords: () => callLog.counts().dropped,
    nextProbeMs: prober.nextProbeMs,
  });
  router.subscribe(prober.onDecision);
  router.subscribe(reporter.onDecision);
  router.subscribe(hints.onDecision);
  router.subscribe(meter.onDecision);
  router.subscribe((decision) => {
    if (decision.type === "migrate") {
      running.migrate(decision.attempt);
    }
  });
  live.onSwap((snapshot) => {
    router.apply({ type: "snapshot", snapshot });
    running.cut((target) => holdAt(snapshot, target, now())?.intent === "disabled");
    reporter.onSwap();
  });
  live.onReset((target) => void router.apply({ type: "reset", target }));
  live.onRefusal(() => {
    reporter.onSwap();
  });

  const { limiter, bank } = openLimits({ db, nodeId, live, liveNodes: fleet.liveNodes, now });

  let ready = true;
  const oddAnswers = createOddAnswers(now, (line) => {
    log.warn(line);
  });
  const own = { limiter, meter, traces };
  const steps = { nodeId, live, router, upstreams, log: callLog, oddAnswers, ...own };
  const deps = { ...steps, timing, now, random: Math.random };
  const server = createGatewayServer(
    { ...deps, admission, anyModels, running },
    {
      isReady: () => ready,
      metrics: { token: env.metricsToken, families: () => mergeMetrics([meter.read()]) },
    },
  );
  const closing = createClosing(server);
  const ticker = setInterval(() => router.apply({ type: "tick" }), tickEveryMs);
  // Not waited for: a start without the database must be as quick as any. Its first step makes the days ahead.
  const upkeep = startUpkeep(db, (line) => {
    log.warn(line);
  });
  live.onSwap(() => {
    upkeep.onSwap();
  });

  const closeParts = async (): Promise<void> => {
    clearInterval(ticker);
    await upkeep.stop();
    meter.stop();
    await prober.stop();
    const desks = [hints, probeDesk, answering, fleet];
    await Promise.all(desks.map((desk) => desk.stop()));
    const leftBytes = await callLog.close(logDrainMs);
    if (leftBytes > 0) {
      log.info(
        `${Math.ceil(leftBytes / 1024)} KB of call records wait in the spool; the next start brings them to the database.`,
      );
    }
    await bank.close();
    await traces?.stop();
    await reporter.stop();
    await live.stop();
    await upstreams.close();
    await db.close();
  };
  try {
    await listen(server, env);
  } catch (error) {
    await closeParts();
    throw error;
  }
  return {
    port: portOf(server, env.gatewayPort),
    nodeId,
    configuration: () => ({ ...live.counts(), applied: live.applied().revision }),
    database: db.connections,
    callLog: callLog.counts,
    metrics: meter.read,
    status: (about) => (about === "metrics" ? meter.read() : { ready }),
    async stop(mode = "leave") {
      closing.windDown();
      const noticeMs = env.drainDelaySeconds * 1_000;
      if (mode === "leave") {
        ready = false;
        await sleep(noticeMs);
      }
      await closing.close({
        drainMs: env.drainSeconds * 1_000,
        lingerMs: mode === "leave" ? Math.min(lingerMs, noticeMs) : retiredLingerMs,
        onLimit() {
          admission.close();
          admission.endAll();
        },
      });
      await closeParts();
    },
  };
}

/** Without a collector not even the code for it is loaded. */
async function loadTraces(
  { tracing }: GatewayEnv,
  deps: Omit<TracesDeps, "tell">,
): Promise<Traces | null> {
  if (tracing === undefined || tracing === null) {
    return null;
  }
  const { openTraces } = await import("./traces/traces");
  return openTraces(tracing, {
    ...deps,
    tell: (line) => {
      log.warn(line);
    },
  });
}

function listen(server: Server, env: GatewayEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(env.gatewayPort, env.gatewayHost, () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
}

function portOf(server: Server, fallback: number): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : fallback;
}
