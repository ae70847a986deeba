import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AttemptTimes } from "@/lib/core/events";
import { StreamClock, type TimeoutPhase, nextDue } from "@/lib/gateway/stream-clock";

const times: AttemptTimes = {
  connectMs: 3_000,
  firstMs: 12_000,
  idleMs: 30_000,
  progressMs: 120_000,
  totalMs: 3_600_000,
  impatient: false,
};

describe("the next limit of a stream", () => {
  it.each([
    ["before any content, whatever else came", 0, 11_000, null, "ttft", 12_000],
    ["after content", 0, 20_000, 20_000, "idle", 50_000],
    ["while bytes without content keep coming", 0, 139_000, 20_000, "progress", 140_000],
    ["at the very end of its time", 0, 3_599_000, 3_599_000, "total", 3_600_000],
  ] as const)("%s", (_name, startedMs, lastByteMs, lastContentMs, phase, atMs) => {
    expect(nextDue({ startedMs, lastByteMs, lastContentMs }, times)).toEqual({ phase, atMs });
  });

  it("is never put off by anything but what came: a byte moves idle, content moves both", () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e6), fc.nat(1e6), (byteMs, contentMs, laterMs) => {
        const marks = { startedMs: 0, lastByteMs: byteMs, lastContentMs: contentMs };
        const due = nextDue(marks, times).atMs;
        const later = { ...marks, lastByteMs: byteMs + laterMs };
        expect(nextDue(later, times).atMs).toBeGreaterThanOrEqual(due);
        expect(nextDue(later, times).atMs).toBeLessThanOrEqual(contentMs + times.progressMs);
      }),
    );
  });
});

describe("a stream's clock", () => {
  /** Runs a clock over short limits and resolves with what ran out first, and when. */
  const ranOut = (
    limits: Partial<AttemptTimes>,
    drive: (clock: StreamClock) => void = () => undefined,
    now: () => number = () => performance.now(),
  ): Promise<{ phase: TimeoutPhase; afterMs: number }> =>
    new Promise((resolve) => {
      const startedMs = now();
      const clock = new StreamClock(now, { ...times, ...limits }, 1_000, (phase) => {
        resolve({ phase, afterMs: now() - startedMs });
      });
      drive(clock);
    });

  it("runs out of each limit alone, one timer for all of them", async () => {
    const content = (clock: StreamClock): void => {
      clock.sawByte(performance.now());
      clock.sawContent(performance.now());
    };
    const ends = await Promise.all([
      ranOut({ firstMs: 20 }),
      ranOut({ firstMs: 60_000, idleMs: 20 }, content),
      ranOut({ firstMs: 60_000, progressMs: 20 }, content),
      ranOut({ firstMs: 60_000, totalMs: 20 }, content),
    ]);
    expect(ends.map(({ phase }) => phase)).toEqual(["ttft", "idle", "progress", "total"]);
    for (const { afterMs } of ends) {
      expect(afterMs).toBeGreaterThanOrEqual(19);
    }
  });

  it("forgives once when our own loop stood still, and only once", async () => {
    let skippedMs = 0;
    const now = (): number => performance.now() + skippedMs;
    const { afterMs } = await ranOut(
      { firstMs: 20 },
      () => {
        skippedMs = 5_000;
      },
      now,
    );
    // The stall itself, then the second that it is forgiven.
    expect(afterMs).toBeGreaterThanOrEqual(6_000);
    expect(afterMs).toBeLessThan(12_000);
  });

  it("does not blame a provider that we hold back", async () => {
    const { phase, afterMs } = await ranOut({ firstMs: 60_000, idleMs: 30 }, (clock) => {
      clock.sawContent(performance.now());
      clock.hold();
      setTimeout(() => {
        clock.release();
      }, 100);
    });
    expect(phase).toBe("idle");
    expect(afterMs).toBeGreaterThanOrEqual(125);
  });
});
