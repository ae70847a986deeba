/** Waits until `check` returns something, looking every 20 ms; fails after `withinMs` with what it last threw. */
export async function eventually<T>(
  check: () => T | Promise<T>,
  withinMs = 5_000,
): Promise<NonNullable<T>> {
  const untilMs = performance.now() + withinMs;
  let last: unknown = new Error(`not within ${withinMs} ms`);
  while (performance.now() < untilMs) {
    try {
      const value = await check();
      if (value !== undefined && value !== null && value !== false) {
        return value;
      }
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
  throw last;
}
