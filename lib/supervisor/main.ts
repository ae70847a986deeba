import { join } from "node:path";
import { bootstrap, type Bootstrapped } from "@/lib/control/bootstrap";
import { createFileClaim, type FileClaim } from "@/lib/control/file-claim";
import { watchConfigFile } from "@/lib/control/watch-file";
import { EnvError, mayRunDemo, parseEnv, providerKeyNames, toLocalOrigin } from "@/lib/shared/env";
import { isGatewayError } from "@/lib/shared/errors";
import { asFolderError, StartError } from "@/lib/shared/start-error";
import { withConnection } from "@/lib/store/connect";
import { openDatabase } from "@/lib/store/database";
import { refuseSecondStart, startEmbeddedPostgres } from "@/lib/store/embedded";
import { migrate } from "@/lib/store/migrate";
import { bannerLines } from "./banner";
import { type Child } from "./child";
import { dashboardEnv, type DatabaseUrls } from "./child-env";
import { startLoad, startWall, wallListener, wallOrigin } from "./demo";
import { operationsListener, startGatewayPart, stopLimitMs } from "./gateway-part";
import { describeFailure } from "./part";
import { refuseBusyPorts } from "./ports";
import { createTeardown, guard, startPart, type Run } from "./run";
import { listenForStop } from "./stop-signals";

export type SuperviseOptions = Pick<Run, "source" | "script" | "migrationsFolder" | "log">;

/**
 * Runs what ROLE says until a signal or a crash ends it, PostgreSQL last, and resolves with the
 * exit code.
 */
export async function supervise(options: SuperviseOptions): Promise<number> {
  const { log } = options;
  const signals = listenForStop();
  const teardown = createTeardown();
  let crashed: (error: StartError) => void = () => undefined;
  const crash = new Promise<never>((_resolve, reject) => {
    crashed = reject;
  });
  crash.catch(() => undefined);
  let exitCode = 0;
  try {
    const env = parseEnv(options.source);
    const run: Run = { ...options, env, signals, atEnd: teardown.add, crash, crashed };
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
  if (!teardown.isEmpty()) {
    log.info(
      exitCode === 0 ? "stopping; running calls may finish (Ctrl-C again cuts them)" : "stopping",
    );
    for (const problem of await teardown.run()) {
      exitCode = 1;
      log.error(problem);
    }
    log.info("stopped");
  }
  return exitCode;
}

function linesOf(error: unknown): string[] {
  const isExpected =
    error instanceof EnvError || error instanceof StartError || isGatewayError(error);
  return isExpected ? error.message.split("\n") : [describeFailure(error)];
}

async function start(run: Run): Promise<void> {
  const { env, log } = run;
  if (env.databaseUrl === undefined) {
    refuseSecondStart(env.dataDir);
  }
  await refuseBusyPorts(listeners(run));
  const database = await prepareDatabase(run);
  // Both load their code while the rest goes on; the gateway's first probe must find the wall.
  const dashboard = env.role === "gateway" ? undefined : startDashboard(run, database);
  const gateway = env.role === "dashboard" ? undefined : await startGatewayPart(run, database);
  const claim = createFileClaim();
  const booted = await guard(run, bootstrapOnce(run, database, claim));
  for (const note of booted.notes) {
    log.info(note);
  }
  // Wherever the demo may run its provider can be added by hand, whatever is configured now.
  const wall = booted.demo || mayRunDemo(env) ? await startWall(run) : undefined;
  gateway?.go();
  await guard(run, Promise.all([dashboard?.ready, gateway?.ready]));
  followConfigFile(run, database, claim);
  if (wall !== undefined && booted.demoKey !== null) {
    startLoad(run, wall, booted.demoKey);
  }
  const lines = bannerLines({
    dashboardUrl: dashboard && (env.publicUrl ?? localOrigins(run).dashboard),
    gatewayUrl: gateway && localOrigins(run).gateway,
    appKey: booted.appKey ?? undefined,
    appKeyPath: join(env.dataDir, "app-key"),
    demo: wall !== undefined && booted.demo,
  });
  for (const line of lines) {
    log.info(line);
  }
}

function localOrigins({ env }: Run): { dashboard: string; gateway: string } {
  return {
    dashboard: toLocalOrigin(env.dashboardHost, env.dashboardPort),
    gateway: toLocalOrigin(env.gatewayHost, env.gatewayPort),
  };
}

/** The wall's port counts from the start only where the demo is certain. */
function listeners({ env }: Run): Parameters<typeof refuseBusyPorts>[0] {
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
  const operations = operationsListener(env);
  return [
    ...(env.role === "dashboard" ? [] : [gateway]),
    ...(env.role === "dashboard" || operations === undefined ? [] : [operations]),
    ...(env.role === "gateway" ? [] : [dashboard]),
    ...(env.demo === "on" ? [wallListener(env)] : []),
  ];
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
  run.atEnd("postgres", () => postgres.stop());
  postgres.ended.then(
    () => {
      run.crashed(new StartError("PostgreSQL ended unexpectedly"));
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
async function bootstrapOnce(
  { env }: Run,
  urls: DatabaseUrls,
  claim: FileClaim,
): Promise<Bootstrapped> {
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
      demo: mayRunDemo(env) ? { wallUrl: wallOrigin(env) } : null,
      providerKeyNames: providerKeyNames.filter((name) => env.providerKeys[name] !== undefined),
      claim,
    });
  } catch (error) {
    throw asFolderError(env.dataDir, error);
  } finally {
    await database.close();
  }
}

function startDashboard(run: Run, database: DatabaseUrls): Child {
  return startPart(run, "planes", stopLimitMs(run.env), {
    name: "dashboard",
    env: dashboardEnv(run.source, run.env, database),
  });
}

/** The declarative file is published again whenever it changes; a gateway alone leaves that to the dashboard. */
function followConfigFile(run: Run, urls: DatabaseUrls, claim: FileClaim): void {
  const { env, log } = run;
  if (env.configPath === undefined || env.role === "gateway") {
    return;
  }
  const database = openDatabase({ ...urls, poolSize: 1, applicationName: "bellwether file" });
  const stop = watchConfigFile(database, env.configPath, log, claim);
  run.atEnd("load", async () => {
    await stop();
    await database.close();
  });
}
