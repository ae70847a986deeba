import { type Availability } from "../shared/contract";

/** Attempts or probes that said something about health. */
export type Samples = { readonly succeeded: number; readonly failed: number };

/** Under so many live attempts the probes speak. */
const fewestLive = 20;
/** Under so many probes nobody does: one lucky probe is not 100 %. */
const fewestProbes = 3;

/** Whether there were attempts enough that nobody has to ask the probes. */
export function isEnoughLive({ succeeded, failed }: Samples): boolean {
  return succeeded + failed >= fewestLive;
}

/** The share of attempts that worked; of probes when there were too few attempts; null when too few of both. */
export function availability(live: Samples, probes: Samples): Availability {
  const n = live.succeeded + live.failed;
  if (isEnoughLive(live)) {
    return { ratio: live.succeeded / n, n, source: "live" };
  }
  const probed = probes.succeeded + probes.failed;
  if (probed >= fewestProbes) {
    return { ratio: probes.succeeded / probed, n: probed, source: "probe" };
  }
  return n > 0 ? { ratio: null, n, source: "live" } : noAvailability(probed);
}

function noAvailability(probed: number): Availability {
  return { ratio: null, n: probed, source: probed > 0 ? "probe" : "none" };
}

/** All samples together. */
export function sumSamples(samples: readonly Samples[]): Samples {
  return {
    succeeded: samples.reduce((sum, { succeeded }) => sum + succeeded, 0),
    failed: samples.reduce((sum, { failed }) => sum + failed, 0),
  };
}
