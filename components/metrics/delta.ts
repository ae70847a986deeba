import type { Text } from "@/components/lib/i18n/messages";
import { minSamples } from "@/components/lib/targets/availability";
import type { Format } from "@/lib/shared/format";

/** A figure and how many calls it rests on. */
interface Sample {
  readonly value: number | null;
  readonly n: number;
}

/** What a change of a figure is called: time that something takes, how much there is of it, or a share of all. */
type DeltaKind = "time" | "amount" | "share";

const sameRatio = 0.005;
const samePoints = 0.000_05;
const timesFrom = 2;

/** How far a figure is from what it was; that nothing can be said when either rests on fewer than 20 calls. */
export function deltaText(kind: DeltaKind, now: Sample, former: Sample, f: Format): Text {
  if (now.value === null || former.value === null || now.n < minSamples || former.n < minSamples) {
    return { key: "delta.none" };
  }
  if (kind === "share") {
    const difference = now.value - former.value;
    const key = difference > 0 ? "delta.pointsHigher" : "delta.pointsLower";
    return Math.abs(difference) < samePoints
      ? { key: "delta.same" }
      : { key, values: { by: f.points(difference) } };
  }
  if (former.value === 0) {
    return { key: now.value === 0 ? "delta.same" : "delta.fromNone" };
  }
  const ratio = now.value / former.value;
  if (Math.abs(ratio - 1) < sameRatio) {
    return { key: "delta.same" };
  }
  const words = {
    time: { up: "delta.slower", down: "delta.faster", times: "delta.timesSlower" },
    amount: { up: "delta.more", down: "delta.less", times: "delta.timesMore" },
  } as const;
  const { up, down, times } = words[kind];
  const rising = ratio >= timesFrom ? times : up;
  return { key: ratio > 1 ? rising : down, values: { by: f.change(ratio) } };
}
