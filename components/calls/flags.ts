import type { CallView } from "@/lib/shared/contract";
import { drillMessage } from "@/lib/shared/drill";

type Flagged = Pick<CallView, "errorCode" | "rescuedBy" | "attempts">;

/**
 * What is out of the ordinary about a call besides its outcome: its stream broke off, it was put together from two answers,
 * a drill broke one of its attempts.
 */
export function flagsOf({
  errorCode,
  rescuedBy,
  attempts,
}: Flagged): ("cut" | "spliced" | "drill")[] {
  return [
    ...(errorCode === "stream_interrupted" ? (["cut"] as const) : []),
    ...(rescuedBy === "resume" ? (["spliced"] as const) : []),
    ...(attempts.some(({ error }) => error?.endsWith(drillMessage) === true)
      ? (["drill"] as const)
      : []),
  ];
}
