/** One look at a time and at most one waiting, however often somebody asks: a flood of notices is a few looks. */
export type Looks = {
  /** Looks now, or as soon as it may. */
  ask: () => void;
  /** Looks by itself this often from now on. */
  every(ms: number): void;
  /** Resolves when no look is under way. */
  stop(): Promise<void>;
};

/** Looks that begin at least `apartMs` after each other. `look` must not reject. */
export function createLooks(look: () => Promise<void>, apartMs: number): Looks {
  let looking: Promise<void> | null = null;
  let isAskedAgain = false;
  let isStopped = false;
  let lookedMs = Number.NEGATIVE_INFINITY;
  let waiting: NodeJS.Timeout | null = null;
  let timer: NodeJS.Timeout | undefined;

  const ask = (): void => {
    if (isStopped || waiting !== null) {
      return;
    }
    if (looking !== null) {
      isAskedAgain = true;
      return;
    }
    const waitMs = lookedMs + apartMs - performance.now();
    if (waitMs > 0) {
      waiting = setTimeout(() => {
        waiting = null;
        ask();
      }, waitMs);
      return;
    }
    lookedMs = performance.now();
    looking = look().finally(() => {
      looking = null;
      if (isAskedAgain) {
        isAskedAgain = false;
        ask();
      }
    });
  };

  return {
    ask,
    every(ms) {
      clearInterval(timer);
      timer = setInterval(ask, ms);
    },
    async stop() {
      isStopped = true;
      clearInterval(timer);
      clearTimeout(waiting ?? undefined);
      await looking;
    },
  };
}
