export type Overdue = { cancel(): void };

const parts = 4;

/** Calls `act` after `afterMs`, counted in parts of which a loop that stood still uses up one only: an answer may have come. */
export function whenOverdue(afterMs: number, act: () => void): Overdue {
  let left = parts;
  const wait = (): NodeJS.Timeout =>
    setTimeout(() => {
      left -= 1;
      if (left === 0) {
        act();
      } else {
        timer = wait();
      }
    }, afterMs / parts);
  let timer = wait();
  return {
    cancel() {
      clearTimeout(timer);
    },
  };
}
