import { fork, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { partMessage, type OrderMessage, type PartMessage, type StatusAbout } from "./messages";

export interface ChildOptions {
  readonly name: string;
  /** The compiled server, which runs the part that its first argument names. */
  readonly script: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A part of Bellwether in a process of its own. */
export interface Child {
  readonly name: string;
  readonly isReady: () => boolean;
  /** Resolves when the part serves; never when it ends before that. */
  readonly ready: Promise<void>;
  /** Resolves with how the process ended, such as `exit code 1`. */
  readonly ended: Promise<string>;
  send(message: OrderMessage): void;
  /** Resolves with the next message of this type, or when the process has ended. */
  next(type: PartMessage["type"]): Promise<void>;
  /** What the part says of itself; undefined when it does not answer within `limitMs`. */
  status(about: StatusAbout, limitMs: number): Promise<unknown>;
  /** Asks the part to end; kills it after `limitMs`, or at once when `force` aborts. */
  stop(limitMs: number, force: AbortSignal, order?: () => void): Promise<void>;
}

/** Starts a part with exactly the environment that it is given. */
export function startChild({ name, script, env }: ChildOptions): Child {
  return watchChild(
    name,
    fork(script, [name], { env, stdio: ["ignore", "inherit", "inherit", "ipc"] }),
  );
}

/** The part that runs in `child`, which has just been started. */
export function watchChild(name: string, child: ChildProcess): Child {
  let isReady = false;
  let asked = 0;
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
    isReady ||= message.type === "ready";
  });
  const send = (message: OrderMessage): void => {
    if (child.connected) {
      // One that is just ending breaks the channel, which its end tells anyway.
      child.send(message, () => undefined);
    }
  };
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
    isReady: () => isReady,
    ready: heard("ready"),
    ended,
    next: (type) => Promise.race([heard(type), ended.then(() => undefined)]),
    send,
    status(about, limitMs) {
      asked += 1;
      const id = asked;
      return new Promise((resolve) => {
        const settle = (status?: unknown): void => {
          clearTimeout(timer);
          child.off("message", hear);
          resolve(status);
        };
        const hear = (raw: unknown): void => {
          const message = partMessage.safeParse(raw);
          if (message.data?.type === "status" && message.data.id === id) {
            settle(message.data.status);
          }
        };
        const timer = setTimeout(settle, limitMs);
        child.on("message", hear);
        send({ type: "status", id, about });
      });
    },
    async stop(limitMs, force, order = () => child.kill("SIGTERM")) {
      order();
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
