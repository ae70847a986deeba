import { wallKeyName } from "@/lib/control/first-document";
import { type MetricsDoor } from "@/lib/gateway/metrics/endpoint";
import { type MetricSet } from "@/lib/gateway/metrics/families";
import { createMetricsBook } from "@/lib/gateway/metrics/merge";
import { mayRunDemo, type Env } from "@/lib/shared/env";
import { StartError } from "@/lib/shared/start-error";
import { gatewayEnv, type DatabaseUrls } from "./child-env";
import { keepWallKey } from "./demo";
import { startGateways, type Gateways } from "./gateways";
import { startOperations } from "./operations";
import { type Listener } from "./ports";
import { type Run } from "./run";

/** What a gateway does after its last call: ships the log, says goodbye. */
const afterDrainMs = 15_000;

/** The part itself cuts what is still running at its limit; this is for one that hangs. */
export function stopLimitMs({ drainSeconds, drainDelaySeconds }: Env): number {
  return (drainDelaySeconds + drainSeconds) * 1_000 + afterDrainMs;
}

/** Where readiness and metrics are told for all gateway processes together; undefined where nobody wants it. */
export function operationsListener({ metricsPort, gatewayHost }: Env): Listener | undefined {
  return metricsPort === undefined
    ? undefined
    : {
        portName: "METRICS_PORT",
        port: metricsPort,
        hostName: "GATEWAY_HOST",
        host: gatewayHost,
      };
}

/** The gateway processes, which wait for `go`. SIGUSR2 puts fresh ones in their place. */
export async function startGatewayPart(run: Run, database: DatabaseUrls): Promise<Gateways> {
  const { env, source, script, log, signals } = run;
  const wallKey = mayRunDemo(env) ? keepWallKey(env.dataDir) : undefined;
  const gateways = startGateways({
    script,
    env: { ...gatewayEnv(source, env, database), [wallKeyName]: wallKey },
    processes: env.gatewayProcesses,
    nodeName: env.nodeName,
    stopLimitMs: stopLimitMs(env),
    forced: signals.forced,
    log,
  });
  run.atEnd("planes", () => gateways.stop());
  gateways.ready.catch((error: unknown) => {
    const how = error instanceof Error ? error.message : String(error);
    run.crashed(new StartError(`the gateway did not start: ${how}`));
  });
  process.on("SIGUSR2", () => {
    gateways.roll().catch(() => undefined);
  });
  const operations = operationsListener(env);
  if (operations !== undefined) {
    const { host, port } = operations;
    const stop = await startOperations({
      host,
      port,
      metrics: metricsDoor(env, gateways),
      isReady: async () => !signals.requested.aborted && isAnyReady(await gateways.statuses()),
    });
    run.atEnd("operations", stop);
  }
  return gateways;
}

/** The metrics of all gateway processes together, and of those that are gone what they counted. */
function metricsDoor({ metricsToken }: Env, gateways: Gateways): MetricsDoor {
  const book = createMetricsBook();
  return {
    token: metricsToken,
    async families() {
      const { sets, nodes } = await gateways.metrics();
      // Our own processes, of this release: what they say is what they have in common with us.
      for (const set of sets as readonly MetricSet[]) {
        book.hear(set);
      }
      book.keep(nodes);
      return book.families();
    },
  };
}

function isAnyReady(statuses: readonly unknown[]): boolean {
  return statuses.some(
    (status) =>
      typeof status === "object" && status !== null && "ready" in status && status.ready === true,
  );
}
