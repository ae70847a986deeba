import { type DisplayState, type HealthLabel, type Intent } from "../shared/contract";
import { type TargetStateRow } from "../store/target-states";

/** What decides how a target is shown. */
export type Evidence = {
  readonly intent: Intent;
  /** The opinions of the live nodes; none before the first report. */
  readonly opinions: readonly TargetStateRow[];
  /** It was called in the window. */
  readonly called: boolean;
  readonly nowMs: number;
};

export type Shown = {
  readonly state: DisplayState;
  /** How many nodes see it in this state. */
  readonly count: number;
  /** The opinion that decided; undefined without any. */
  readonly opinion: TargetStateRow | undefined;
};

// Worst first: a target that some node gives no normal calls outranks one that merely limps.
const severity = ["down", "recovering", "degraded", "healthy", "no_data"] as const;
type HealthState = (typeof severity)[number];

/** The one state of a target: what people want first, then the worst of what the live nodes see. */
export function shownState(evidence: Evidence): Shown {
  const { intent, opinions } = evidence;
  const seen = opinions.map((opinion) => ({ opinion, state: healthState(opinion, evidence) }));
  const worst = severity.find((state) => seen.some((one) => one.state === state)) ?? "no_data";
  const opinion = seen.find(({ state }) => state === worst)?.opinion;
  if (intent !== "enabled") {
    const isEmptying = intent === "draining" && opinions.some(({ inFlight }) => inFlight > 0);
    return { state: isEmptying ? "draining" : "off", count: opinions.length, opinion };
  }
  return { state: worst, count: seen.filter(({ state }) => state === worst).length, opinion };
}

/** What one node's opinion amounts to. A closed breaker of a target that nothing ever tried says nothing. */
export function healthState(
  opinion: TargetStateRow,
  { called, nowMs }: Pick<Evidence, "called" | "nowMs">,
): HealthState {
  switch (labelOf(opinion)) {
    case "credential_dead":
    case "region_down":
    case "blocked":
    case "open":
    case "probe_down":
      return "down";
    case "half_open":
    case "ramp":
      return "recovering";
    case "suspect":
    case "degraded":
      return "degraded";
    case "closed":
      break;
  }
  if (opinion.rateLimitedUntil !== null && opinion.rateLimitedUntil > nowMs) {
    return "degraded";
  }
  return opinion.probe === "unknown" && !called ? "no_data" : "healthy";
}

/** The one word that an opinion's axes add up to, in the order in which core ranks them. */
export function labelOf({ barred, breaker, soft, probe }: TargetStateRow): HealthLabel {
  if (barred !== null) {
    return barred;
  }
  if (breaker === "open") {
    return breaker;
  }
  if (probe === "down") {
    return "probe_down";
  }
  if (breaker !== "closed") {
    return breaker;
  }
  return soft === "none" ? "closed" : soft;
}
