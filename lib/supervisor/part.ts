import { log } from "@/lib/shared/log";
import { StartError } from "@/lib/shared/start-error";
import { orderMessage, type PartMessage, type StatusAbout } from "./messages";

/** A part that serves. */
export interface RunningPart {
  /** Accepts nothing new, lets running work finish and resolves when all has ended. `retire`: others take its place. */
  stop(mode?: "leave" | "retire"): Promise<void>;
  /** How it is, in plain values. */
  status?(about: StatusAbout): unknown;
}

/** Loads a part's code, and waits for what must be there first; what it returns starts the part. */
export type LoadPart = () => Promise<() => Promise<RunningPart>>;

/**
 * Runs one part in this process until the supervisor says so, or until the supervisor is gone.
 * Without a supervisor it obeys SIGINT too.
 */
export async function runPart(name: string, load: LoadPart): Promise<void> {
  let part: Promise<RunningPart> | undefined;
  let stopping = false;
  const fail = (error: unknown): void => {
    const line = describeFailure(error);
    if (process.send === undefined) {
      log.error(`${name}: ${line}`);
    }
    tell({ type: "failed", line }, () => process.exit(1));
  };
  const stop = (mode: "leave" | "retire" = "leave"): void => {
    const running = part;
    if (running === undefined) {
      process.exit(0);
    }
    if (!stopping) {
      stopping = true;
      running.then((started) => started.stop(mode)).then(() => process.exit(0), fail);
    }
  };
  const obey = (raw: unknown): void => {
    const { data: order } = orderMessage.safeParse(raw);
    if (order?.type === "retire") {
      stop("retire");
    }
    if (order?.type === "status") {
      part
        ?.then((started) => {
          tell({ type: "status", id: order.id, status: started.status?.(order.about) });
        })
        .catch(() => undefined);
    }
  };
  process.on("message", obey);
  process.on("SIGTERM", () => {
    stop();
  });
  process.on("disconnect", () => {
    stop();
  });
  for (const signal of ["SIGINT", "SIGHUP"] as const) {
    // A terminal sends these to all of us, and the supervisor knows the order.
    process.on(signal, () => {
      if (process.send === undefined) {
        stop();
      }
    });
  }
  process.on("uncaughtException", fail);
  try {
    const start = await load();
    part = start();
    await part;
    tell({ type: "ready" });
  } catch (error) {
    fail(error);
  }
}

/** Tells the supervisor, where there is one, and goes on when it is on its way. */
export function tell(message: PartMessage, then: () => void = () => undefined): void {
  if (process.send === undefined || !process.connected) {
    then();
  } else {
    // An error here means that the supervisor is gone, which "disconnect" deals with.
    process.send(message, undefined, undefined, () => {
      then();
    });
  }
}

/** One line for a person: of an error that nobody expected, also where it came from. */
export function describeFailure(error: unknown): string {
  if (error instanceof StartError) {
    return error.message;
  }
  if (!(error instanceof Error)) {
    return String(error);
  }
  const frame = error.stack?.split("\n").find((line) => /^\s+at /.test(line));
  return `${error.name}: ${error.message}${frame === undefined ? "" : ` (${frame.trim()})`}`;
}
