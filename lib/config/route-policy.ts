/** What of a route can be set beside its chain: the settings of its policy, by their places in the document. */
import { defaultBreaker } from "./compile-target";
import { defaultLimits } from "./compile-routes";
import type { ConfigDocument } from "./document";
import { type NumberBounds, routeNumbers } from "./route-bounds";

type RouteDocument = ConfigDocument["routes"][number];
export type PolicyValue = string | number | boolean;
export type PolicyChange = Readonly<Record<string, PolicyValue | null>>;

export type PolicySetting = {
  readonly place: string;
  readonly group: "time" | "tries" | "streams" | "breaker" | "bodies";
  /** What holds where the route says nothing; null: off. */
  readonly defaultValue: PolicyValue | null;
  readonly bounds: NumberBounds | null;
  readonly options: readonly PolicyValue[];
};

const second = 1_000;

function numeric(
  group: PolicySetting["group"],
  place: keyof typeof routeNumbers,
  defaultValue: number | null,
): PolicySetting {
  return { place, group, defaultValue, bounds: routeNumbers[place], options: [] };
}

function choice(
  group: PolicySetting["group"],
  place: string,
  defaultValue: PolicyValue,
  options: readonly PolicyValue[],
): PolicySetting {
  return { place, group, defaultValue, bounds: null, options };
}

/** Every setting in the order in which people read them. */
export const policySettings: readonly PolicySetting[] = [
  numeric("time", "limits.ttft_s", defaultLimits.ttftMs / second),
  numeric("time", "limits.idle_s", defaultLimits.idleMs / second),
  numeric("time", "limits.total_s", defaultLimits.totalMs / second),
  numeric("time", "limits.stream_total_s", defaultLimits.streamTotalMs / second),
  numeric("time", "limits.reasoning_ttft_s", defaultLimits.reasoningTtftMs / second),
  numeric("time", "limits.reasoning_total_s", defaultLimits.reasoningTotalMs / second),
  numeric("tries", "limits.attempts", defaultLimits.attempts),
  numeric("tries", "limits.retry_after_wait_ms", defaultLimits.retryAfterWaitMs),
  choice("tries", "fallback_on_content_policy", defaultLimits.fallbackOnContentPolicy, [
    false,
    true,
  ]),
  choice("streams", "midstream", defaultLimits.midstream, ["resume", "error", "buffer"]),
  choice("streams", "restart", defaultLimits.restart, ["same_model", "any", "off"]),
  choice("streams", "upstream_stream", defaultLimits.upstreamStream, ["auto", "off"]),
  numeric("breaker", "breaker.min_threshold", defaultBreaker.minThreshold),
  numeric("breaker", "breaker.base_ejection_s", defaultBreaker.baseEjectionMs / second),
  numeric("breaker", "breaker.max_ejection_s", defaultBreaker.maxEjectionMs / second),
  choice("breaker", "breaker.observe_only", false, [false, true]),
  numeric("bodies", "log_bodies.keep_hours", null),
];

/** What a route says of a setting; null when it says nothing. A list is told as its members. */
export function policyValue(route: RouteDocument | undefined, place: string): PolicyValue | null {
  const found = place
    .split(".")
    .reduce<unknown>((part, name) => (isObject(part) ? part[name] : undefined), route);
  if (Array.isArray(found)) {
    return found.join(", ");
  }
  return typeof found === "string" || typeof found === "number" || typeof found === "boolean"
    ? found
    : null;
}

/** The route with a changed policy, not checked yet; null takes a setting back to its default. */
export function withPolicy(route: RouteDocument, change: PolicyChange): unknown {
  const next: Record<string, unknown> = structuredClone(route);
  for (const [place, value] of Object.entries(change)) {
    const [first = "", second] = place.split(".");
    if (second === undefined) {
      set(next, first, value);
      continue;
    }
    const group = isObject(next[first]) ? next[first] : {};
    set(group, second, value);
    set(next, first, Object.keys(group).length === 0 ? null : group);
  }
  return next;
}

function set(object: Record<string, unknown>, name: string, value: unknown): void {
  if (value === null) {
    Reflect.deleteProperty(object, name);
  } else {
    object[name] = value;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
