import { type Env, type EnvSource } from "@/lib/shared/env";
import { type Log } from "@/lib/shared/log";
import { StartError } from "@/lib/shared/start-error";
import { startChild, type Child, type ChildOptions } from "./child";
import { describeFailure } from "./part";
import { untilAborted, type StopSignals } from "./stop-signals";

/** The order in which a running system is taken down; what stands in one stage goes together. */
const stages = ["load", "planes", "operations", "wall", "postgres"] as const;

type Stage = (typeof stages)[number];

/** One running system: what it was started with, and how it ends. */
export interface Run {
  readonly env: Env;
  readonly source: EnvSource;
  /** The compiled server, which runs the part that its first argument names. */
  readonly script: string;
  readonly migrationsFolder: string;
  readonly log: Log;
  readonly signals: StopSignals;
  /** Remembers how to end something that has been started. */
  atEnd(stage: Stage, stop: () => Promise<void>): void;
  /** Rejects when something ends that nobody asked to. */
  readonly crash: Promise<never>;
  crashed(error: StartError): void;
}

/** What has been started, so that it can be ended in order. */
export interface Teardown {
  readonly isEmpty: () => boolean;
  readonly add: (stage: Stage, stop: () => Promise<void>) => void;
  /** Ends every stage, whatever goes wrong in those before it, and resolves with what did. */
  readonly run: () => Promise<string[]>;
}

/** A teardown with nothing in it. */
export function createTeardown(): Teardown {
  const entries: { stage: Stage; stop: () => Promise<void> }[] = [];
  return {
    isEmpty: () => entries.length === 0,
    add: (stage, stop) => {
      entries.push({ stage, stop });
    },
    run: async () => {
      const problems: string[] = [];
      for (const stage of stages) {
        const here = entries.filter((entry) => entry.stage === stage);
        for (const result of await Promise.allSettled(here.map(({ stop }) => stop()))) {
          if (result.status === "rejected") {
            problems.push(describeFailure(result.reason));
          }
        }
      }
      return problems;
    },
  };
}

/** The work's result, unless somebody wants an end or a part has crashed before. */
export function guard<T>(run: Run, work: Promise<T>): Promise<T> {
  return Promise.race([work, run.crash, untilAborted(run.signals.requested)]);
}

/** A part in a process of its own, which ends in its stage; its own end ends everything. */
export function startPart(
  run: Run,
  stage: Stage,
  limitMs: number,
  part: Omit<ChildOptions, "script">,
): Child {
  const child = startChild({ ...part, script: run.script });
  run.atEnd(stage, () => child.stop(limitMs, run.signals.forced));
  child.ended.then(
    (how) => {
      const verb = child.isReady() ? "ended unexpectedly" : "did not start";
      run.crashed(new StartError(`the ${child.name} ${verb}: ${how}`));
    },
    () => undefined,
  );
  return child;
}
