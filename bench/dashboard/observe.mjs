/* global document */
/**
 * Runs inside a page before anything else and leaves `seen()` there, which tells what has been seen of it so far.
 * Instants are milliseconds since the navigation; it may use nothing from outside of itself.
 */
export function observePage() {
  const state = { fcpMs: 0, lcpMs: 0, inpMs: 0, usableMs: 0, tasks: [], shifts: [] };
  const watch = (type, take, options = {}) => {
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({
      type,
      buffered: true,
      ...options,
    });
  };
  watch("paint", ({ name, startTime }) => {
    if (name === "first-contentful-paint") {
      state.fcpMs = startTime;
    }
  });
  watch("largest-contentful-paint", ({ startTime }) => {
    state.lcpMs = startTime;
  });
  watch("longtask", ({ startTime, duration }) => {
    state.tasks.push({ startTime, duration });
  });
  watch("layout-shift", ({ startTime, value, hadRecentInput }) => {
    if (!hadRecentInput) {
      state.shifts.push({ startTime, value });
    }
  });
  const press = ({ interactionId, duration }) => {
    if (interactionId > 0) {
      state.inpMs = Math.max(state.inpMs, duration);
    }
  };
  watch("event", press, { durationThreshold: 16 });

  // React leaves its properties on an element when it has taken it over: from then on a press does something.
  const isAlive = (element) => Object.keys(element).some((key) => key.startsWith("__reactProps$"));
  const timer = setInterval(() => {
    const verdict = document.querySelector('a[href="#top"]');
    const control = document.querySelector('[role="switch"]') ?? verdict;
    if (verdict !== null && verdict.textContent !== "" && isAlive(verdict) && isAlive(control)) {
      state.usableMs = performance.now();
      clearInterval(timer);
    }
  }, 50);

  const shiftsOf = (shifts) => {
    let worst = 0;
    let sum = 0;
    let firstMs = -Infinity;
    let lastMs = -Infinity;
    for (const { startTime, value } of shifts) {
      if (startTime - lastMs > 1_000 || startTime - firstMs > 5_000) {
        sum = 0;
        firstMs = startTime;
      }
      lastMs = startTime;
      sum += value;
      worst = Math.max(worst, sum);
    }
    return worst;
  };
  globalThis.seen = () => {
    const last = state.tasks.at(-1);
    return {
      nowMs: performance.now(),
      fcpMs: state.fcpMs,
      lcpMs: state.lcpMs,
      usableMs: state.usableMs,
      inpMs: state.inpMs,
      lastTaskEndMs: last === undefined ? 0 : last.startTime + last.duration,
      cls: shiftsOf(state.shifts),
    };
  };
}
