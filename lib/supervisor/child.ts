import { fork, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { partMessage, type OrderMessage, type PartMessage } from "./messages";

export interface ChildOptions {
  readonly name: string;
  /** The compiled server, which runs the part that its first argument names. */
  readonly script: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A part of Bellwether in a process of its own. */
export interface Child {
  readonly name: string;
  /** Resolves when the part serves; never when it ends before that. */
  readonly ready: Promise<void>;
  /** Resolves with how the process ended, such as `exit code 1`. */
  readonly ended: Promise<string>;
  send(message: OrderMessage): void;
  /** Resolves with the next message of this type, or when the process has ended. */
  next(type: PartMessage["type"]): Promise<void>;
  /** Asks the part to end; kills it after `limitMs`, or at once when `force` aborts. */
  stop(limitMs: number, force: AbortSignal): Promise<void>;
}

/** Starts a part with exactly the environment that it is given. */
export function startChild({ name, script, env }: ChildOptions): Child {
  const child = fork(script, [name], { env, stdio: ["ignore", "inherit", "inherit", "ipc"] });
  let reason: string | undefined;
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => {
      resolve(error.message);
    });
    child.once("exit", (code, signal) => {
      resolve(reason ?? (signal === null ? `exit code ${code ?? 0}` : `killed by ${signal}`));
    });
  });
  onMessage(child, (message) => {
    if (message.type === "failed") {
      reason = message.line;
    }
  });
  const heard = (type: PartMessage["type"]): Promise<void> =>
    new Promise((resolve) => {
      onMessage(child, (message) => {
        if (message.type === type) {
          resolve();
        }
      });
    });
  return {
    name,
    ready: heard("ready"),
    ended,
    next: (type) => Promise.race([heard(type), ended.then(() => undefined)]),
    send(message) {
      if (child.connected) {
        child.send(message);
      }
    },
    async stop(limitMs, force) {
      child.kill("SIGTERM");
      const patience = AbortSignal.any([force, AbortSignal.timeout(limitMs)]);
      await Promise.race([ended, untilAborted(patience)]);
      child.kill("SIGKILL");
      await Promise.race([ended, sleep(5_000, undefined, { ref: false })]);
    },
  };
}

function onMessage(child: ChildProcess, listener: (message: PartMessage) => void): void {
  child.on("message", (raw) => {
    const message = partMessage.safeParse(raw);
    if (message.success) {
      listener(message.data);
    }
  });
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    }
    signal.addEventListener("abort", () => {
      resolve();
    });
  });
}
