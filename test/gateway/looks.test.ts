import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLooks } from "@/lib/gateway/looks";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A look that takes `tookMs`; says when each began. */
function slowLook(tookMs: number): { look: () => Promise<void>; began: number[] } {
  const began: number[] = [];
  return {
    began,
    look: () => {
      began.push(performance.now());
      return new Promise((resolve) => {
        setTimeout(resolve, tookMs);
      });
    },
  };
}

describe("looks", () => {
  it("begin at once, and a flood of a thousand is the present one and one after it", async () => {
    const { look, began } = slowLook(200);
    const looks = createLooks(look, 50);
    for (let index = 0; index < 1_000; index += 1) {
      looks.ask();
    }
    expect(began).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(began).toHaveLength(2);
  });

  it("keep their distance, however fast they are", async () => {
    const { look, began } = slowLook(1);
    const looks = createLooks(look, 50);
    for (let index = 0; index < 100; index += 1) {
      looks.ask();
      await vi.advanceTimersByTimeAsync(10);
    }
    // One second holds twenty of fifty milliseconds, and one at its beginning.
    expect(began.length).toBeGreaterThan(15);
    expect(began.length).toBeLessThanOrEqual(21);
  });

  it("that were asked for during a look see what happened meanwhile", async () => {
    const { look, began } = slowLook(100);
    const looks = createLooks(look, 0);
    looks.ask();
    await vi.advanceTimersByTimeAsync(50);
    looks.ask();
    await vi.advanceTimersByTimeAsync(500);
    expect(began).toHaveLength(2);
    expect((began[1] ?? 0) - (began[0] ?? 0)).toBeGreaterThanOrEqual(100);
  });

  it("come by themselves at the given pace, and no more once stopped", async () => {
    const { look, began } = slowLook(1);
    const looks = createLooks(look, 0);
    looks.every(500);
    await vi.advanceTimersByTimeAsync(2_100);
    expect(began).toHaveLength(4);
    await looks.stop();
    looks.ask();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(began).toHaveLength(4);
  });
});
