import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bootstrap, type Bootstrapped } from "@/lib/control/bootstrap";
import { wallKeyName } from "@/lib/control/first-document";
import { watchConfigFile } from "@/lib/control/watch-file";
import {
  EnvError,
  mayRunDemo,
  parseEnv,
  providerKeyNames,
  toLocalOrigin,
  type Env,
  type EnvSource,
} from "@/lib/shared/env";
import { isGatewayError } from "@/lib/shared/errors";
import { type Log } from "@/lib/shared/log";
import { findErrorCode, findFolderProblem, StartError } from "@/lib/shared/start-error";
import { withConnection } from "@/lib/store/connect";
import { openDatabase } from "@/lib/store/database";
import { refuseSecondStart, startEmbeddedPostgres } from "@/lib/store/embedded";
import { migrate } from "@/lib/store/migrate";
import { bannerLines } from "./banner";
import { startChild, type Child } from "./child";
import { dashboardEnv, gatewayEnv, wallEnv, type DatabaseUrls } from "./child-env";
import { describeFailure } from "./part";
import { refuseBusyPorts, type Listener } from "./ports";
import { listenForStop, untilAborted, type StopSignals } from "./stop-signals";

const wallHost = "127.0.0.1";

export interface SuperviseOptions {
  readonly source: EnvSource;
  /** The compiled server, which runs the part that its first argument names. */
  readonly script: string;
  readonly migrationsFolder: string;
  readonly log: Log;
}

/** One running system, and how to take it down: the last that started goes first. */
interface Run extends SuperviseOptions {
  readonly env: Env;
  readonly signals: StopSignals;
  readonly cleanups: (() => Promise<void>)[];
  /** Rejects when a part ends that nobody asked to. */
  readonly crash: Promise<never>;
  readonly onCrash: (error: Error) => void;
}

/**
 * Runs what ROLE says until a signal or a crash ends it, PostgreSQL last, and resolves with the
 * exit code.
 */
export async function supervise(options: SuperviseOptions): Promise<number> {
  const { log } = options;
  const signals = listenForStop();
  const cleanups: (() => Promise<void>)[] = [];
  let onCrash: (error: Error) => void = () => undefined;
  const crash = new Promise<never>((_resolve, reject) => {
    onCrash = reject;
  });
  crash.catch(() => undefined);
  let exitCode = 0;
  try {
    const env = parseEnv(options.source);
    const run: Run = { ...options, env, signals, cleanups, crash, onCrash };
    await start(run);
    await guard(run, new Promise<never>(() => undefined));
  } catch (error) {
    if (!signals.requested.aborted) {
      exitCode = 1;
      for (const line of linesOf(error)) {
        log.error(line);
      }
    }
  }
  if (cleanups.length > 0) {
    log.info(
      exitCode === 0 ? "stopping; running calls may finish (Ctrl-C again cuts them)" : "stopping",
    );
  }
  for (const cleanup of cleanups.reverse()) {
    await cleanup().catch((error: unknown) => {
      exitCode = 1;
      log.error(describeFailure(error));
    });
  }
  if (cleanups.length > 0) {
    log.info("stopped");
  }
  return exitCode;
}

function linesOf(error: unknown): string[] {
  const isExpected =
    error instanceof EnvError || error instanceof StartError || isGatewayError(error);
  return isExpected ? error.message.split("\n") : [describeFailure(error)];
}

/** The work's result, unless somebody wants an end or a part has crashed before. */
function guard<T>(run: Run, work: Promise<T>): Promise<T> {
  return Promise.race([work, run.crash, untilAborted(run.signals.requested)]);
}

async function start(run: Run): Promise<void> {
  const { env, log } = run;
  if (env.databaseUrl === undefined) {
    refuseSecondStart(env.dataDir);
  }
  await refuseBusyPorts(listeners(env));
  const database = await prepareDatabase(run);
  const booted = await guard(run, bootstrapOnce(run, database));
  for (const note of booted.notes) {
    log.info(note);
  }
  const wall = booted.demo ? await startWall(run) : undefined;
  await startPlanes(run, database, wall?.key);
  followConfigFile(run, database);
  if (wall !== undefined && booted.demoKey !== null) {
    startLoad(run, wall.child, booted.demoKey);
  }
  const lines = bannerLines({
    dashboardUrl:
      env.role === "gateway"
        ? undefined
        : (env.publicUrl ?? toLocalOrigin(env.dashboardHost, env.dashboardPort)),
    gatewayUrl:
      env.role === "dashboard" ? undefined : toLocalOrigin(env.gatewayHost, env.gatewayPort),
    appKey: booted.appKey ?? undefined,
    appKeyPath: join(env.dataDir, "app-key"),
    demo: wall !== undefined,
  });
  for (const line of lines) {
    log.info(line);
  }
}

/** The wall's port counts from the start only where the demo is certain. */
function listeners(env: Env): Listener[] {
  const gateway = {
    portName: "GATEWAY_PORT",
    port: env.gatewayPort,
    hostName: "GATEWAY_HOST",
    host: env.gatewayHost,
  };
  const dashboard = {
    portName: "DASHBOARD_PORT",
    port: env.dashboardPort,
    hostName: "DASHBOARD_HOST",
    host: env.dashboardHost,
  };
  return [
    ...(env.role === "dashboard" ? [] : [gateway]),
    ...(env.role === "gateway" ? [] : [dashboard]),
    ...(env.demo === "on" ? [wallListener(env)] : []),
  ];
}

function wallListener({ wallPort: port }: Env): Listener {
  return { portName: "WALL_PORT", port, hostName: "loopback", host: wallHost };
}

async function prepareDatabase(run: Run): Promise<DatabaseUrls> {
  const { env, log } = run;
  if (env.databaseUrl !== undefined) {
    const urls = { url: env.databaseUrl, directUrl: env.directDatabaseUrl ?? env.databaseUrl };
    // A gateway alone serves without the database, and leaves migrating to the dashboard.
    if (env.role !== "gateway") {
      await guard(
        run,
        withConnection(urls.url, () => Promise.resolve()),
      );
      await guard(run, migrateTo(run, urls.directUrl));
    }
    return urls;
  }
  const postgres = await startEmbeddedPostgres({
    dataDir: env.dataDir,
    log: (line) => {
      log.info(line);
    },
  });
  run.cleanups.push(() => postgres.stop());
  postgres.ended.then(
    () => {
      run.onCrash(new StartError("PostgreSQL ended unexpectedly"));
    },
    () => undefined,
  );
  run.signals.requested.throwIfAborted();
  await guard(run, migrateTo(run, postgres.url));
  return { url: postgres.url, directUrl: postgres.url };
}

async function migrateTo({ migrationsFolder, log }: Run, url: string): Promise<void> {
  await migrate(url, {
    folder: migrationsFolder,
    log: (line) => {
      log.warn(line);
    },
  });
}

/** A gateway on its own takes the configuration as it finds it. */
async function bootstrapOnce({ env }: Run, urls: DatabaseUrls): Promise<Bootstrapped> {
  if (env.role === "gateway") {
    return { appKey: null, demoKey: null, demo: false, notes: [] };
  }
  const database = openDatabase({
    ...urls,
    poolSize: 2,
    applicationName: "bellwether supervisor",
  });
  try {
    return await bootstrap(database, {
      env,
      dataDir: env.dataDir,
      demo: mayRunDemo(env) ? { wallUrl: toLocalOrigin(wallHost, env.wallPort) } : null,
      providerKeyNames: providerKeyNames.filter((name) => env.providerKeys[name] !== undefined),
    });
  } finally {
    await database.close();
  }
}

/** The declarative file is published again whenever it changes; a gateway alone leaves that to the dashboard. */
function followConfigFile({ env, log, cleanups }: Run, urls: DatabaseUrls): void {
  if (env.configPath === undefined || env.role === "gateway") {
    return;
  }
  const database = openDatabase({ ...urls, poolSize: 1, applicationName: "bellwether file" });
  const stop = watchConfigFile(database, env.configPath, log);
  cleanups.push(async () => {
    await stop();
    await database.close();
  });
}

/** The wall's key stays the same, so that people can switch faults with the one in the file. */
function keepWallKey(dataDir: string): string {
  const path = join(dataDir, "wall-key");
  try {
    if (!existsSync(path)) {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      writeFileSync(path, randomBytes(24).toString("base64url"), { mode: 0o600 });
    }
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    const problem = findFolderProblem(dataDir, findErrorCode(error) ?? "");
    throw problem === undefined ? error : new StartError(problem, { cause: error });
  }
}

async function startWall(run: Run): Promise<{ child: Child; key: string }> {
  await refuseBusyPorts([wallListener(run.env)]);
  const key = keepWallKey(run.env.dataDir);
  const child = watch(
    run,
    startChild({ name: "wall", script: run.script, env: wallEnv(run.source) }),
  );
  run.cleanups.push(() => child.stop(5_000, run.signals.forced));
  child.send({ type: "open", port: run.env.wallPort, key });
  await guard(run, child.ready);
  return { child, key };
}

function startLoad(run: Run, wall: Child, appKey: string): void {
  wall.send({ type: "start_load", gatewayUrl: run.env.gatewayUrl, appKey });
  run.cleanups.push(async () => {
    const ended = wall.next("load_ended");
    wall.send({ type: "end_load" });
    await Promise.race([ended, untilAborted(run.signals.forced).catch(() => undefined)]);
  });
}

async function startPlanes(
  run: Run,
  database: DatabaseUrls,
  wallKey: string | undefined,
): Promise<void> {
  const { env, script, source } = run;
  const gateway = {
    name: "gateway",
    env: { ...gatewayEnv(source, env, database), [wallKeyName]: wallKey },
  };
  const dashboard = { name: "dashboard", env: dashboardEnv(source, env, database) };
  const planes = [
    ...(env.role === "dashboard" ? [] : [gateway]),
    ...(env.role === "gateway" ? [] : [dashboard]),
  ].map((plane) => watch(run, startChild({ ...plane, script })));
  // The part itself cuts what is still running at the limit; this is for one that hangs.
  const limitMs = env.drainSeconds * 1_000 + 10_000;
  run.cleanups.push(async () => {
    await Promise.all(planes.map((plane) => plane.stop(limitMs, run.signals.forced)));
  });
  await guard(run, Promise.all(planes.map((plane) => plane.ready)));
}

function watch(run: Run, child: Child): Child {
  let isReady = false;
  child.ready.then(
    () => {
      isReady = true;
    },
    () => undefined,
  );
  child.ended.then(
    (how) => {
      const verb = isReady ? "ended unexpectedly" : "did not start";
      run.onCrash(new StartError(`the ${child.name} ${verb}: ${how}`));
    },
    () => undefined,
  );
  return child;
}
