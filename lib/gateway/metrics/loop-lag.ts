/** How late this process' event loop is: what every call waits for when something else keeps the CPU. */
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import type { GaugeFamily } from "./families";

export type LoopLag = {
  /** Of the last ten to twenty seconds, in seconds. */
  family(): GaugeFamily;
  stop(): void;
};

const resolutionMs = 20;
const windowMs = 10_000;

type Lag = { readonly p50: number; readonly p99: number; readonly max: number };

/** Starts watching. A scrape changes nothing, so that several scrapers see the same. */
export function watchLoopLag(): LoopLag {
  const present = monitorEventLoopDelay({ resolution: resolutionMs });
  present.enable();
  let last: Lag = { p50: 0, p99: 0, max: 0 };
  const timer = setInterval(() => {
    last = lagOf(present);
    present.reset();
  }, windowMs);
  timer.unref();
  return {
    family() {
      const now = lagOf(present);
      const worst = (key: keyof Lag): number => Math.max(last[key], now[key]) / 1_000;
      return {
        kind: "gauge",
        name: "bellwether_event_loop_lag_seconds",
        help: "How late timers were in the last 10 to 20 s, by quantile (1 is the longest).",
        joining: "node",
        labels: ["quantile"],
        samples: [
          { labels: ["0.5"], value: worst("p50") },
          { labels: ["0.99"], value: worst("p99") },
          { labels: ["1"], value: worst("max") },
        ],
      };
    },
    stop() {
      clearInterval(timer);
      present.disable();
    },
  };
}

/** Milliseconds of delay. The histogram measures whole intervals, in nanoseconds, and knows nothing at first. */
function lagOf(histogram: IntervalHistogram): Lag {
  if (histogram.count === 0) {
    return { p50: 0, p99: 0, max: 0 };
  }
  const ms = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolutionMs);
  return {
    p50: ms(histogram.percentile(50)),
    p99: ms(histogram.percentile(99)),
    max: ms(histogram.max),
  };
}
