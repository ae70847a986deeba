import { z } from "zod";
import { type HealthEventRow } from "../store/health-events";

const observed = z.object({ observed: z.literal(1) });

/** Whether a transition took place; one whose rule only observes is a remark on what would have happened. */
export function wasDone({ evidence }: Pick<HealthEventRow, "evidence">): boolean {
  return !observed.safeParse(evidence).success;
}
