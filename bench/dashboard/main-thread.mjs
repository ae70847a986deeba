// How long a page kept its main thread to itself, by what its tasks took of the processor: other programs of a shared machine
// stretch a task on the clock, and would be told as the page's own.
const task = "ThreadControllerImpl::RunTask";
const painted = "firstContentfulPaint";
const longMs = 50;

/** Records the tasks of the page of `cdp`; the returned function ends that and tells the blocked time since the first paint. */
export async function watchMainThread(cdp) {
  const events = [];
  cdp.on("Tracing.dataCollected", ({ value }) => {
    events.push(...value.filter(({ name }) => name === task || name === painted));
  });
  await cdp.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: ["toplevel", "loading"] },
  });
  return async () => {
    const complete = new Promise((resolve) => {
      cdp.once("Tracing.tracingComplete", resolve);
    });
    await cdp.send("Tracing.end");
    await complete;
    const paint = events.findLast(({ name }) => name === painted);
    if (paint === undefined) {
      throw new Error("The page painted nothing while it was watched.");
    }
    return events
      .filter(
        ({ name, pid, tid, ts, dur }) =>
          name === task && pid === paint.pid && tid === paint.tid && ts + dur > paint.ts,
      )
      .reduce((sum, { tdur }) => sum + Math.max(0, tdur / 1_000 - longMs), 0);
  };
}
