import { type TargetView } from "../shared/contract";

type Cell = TargetView["strip"][number];
type Health = "healthy" | "degraded" | "down" | "recovering";

/** A span of time in epoch ms, `to` excluded. */
export type Span = { readonly from: number; readonly to: number };

/** What one node saw of a target: its label, from an instant on. */
export type Label = { readonly at: number; readonly health: Health };

export type NodeTimeline = {
  /** In order of time; what it saw before the first is unknown. */
  readonly labels: readonly Label[];
  /** When the node was last heard of: it sees nothing after that. */
  readonly until: number;
};

export type StripInput = {
  /** Start of the first cell. */
  readonly from: number;
  readonly cells: number;
  readonly cellMs: number;
  readonly now: number;
  readonly nodes: readonly NodeTimeline[];
  /** When a person held it off. */
  readonly off: readonly Span[];
  /** Cells since 1970 in which it was called or probed. */
  readonly active: ReadonlySet<number>;
};

const worstFirst = ["down", "recovering", "degraded"] as const;

/** The worst state of every cell. Healthy needs a call or a probe in that cell: silence is a gap. */
export function stateStrip({ cellMs, ...input }: StripInput): Cell[] {
  return Array.from({ length: input.cells }, (_, index): Cell => {
    const from = input.from + index * cellMs;
    const cell: Span = { from, to: Math.min(from + cellMs, input.now + 1) };
    if (input.off.some((span) => span.from < cell.to && span.to >= cell.to)) {
      return "off";
    }
    const seen = input.nodes.flatMap((node) => seenWithin(node, cell));
    const worst = worstFirst.find((health) => seen.includes(health));
    return worst ?? (input.active.has(Math.floor(from / cellMs)) ? "healthy" : null);
  });
}

function seenWithin({ labels, until }: NodeTimeline, cell: Span): Health[] {
  return labels
    .filter(({ at }, index) => {
      const end = Math.min(labels[index + 1]?.at ?? until, until);
      return at < cell.to && end > cell.from;
    })
    .map(({ health }) => health);
}

/** The label of a health event or a breaker in the strip's words. */
export function toHealth(label: string): Health {
  switch (label) {
    case "credential_dead":
    case "region_down":
    case "blocked":
    case "open":
    case "probe_down":
    case "down":
      return "down";
    case "half_open":
    case "ramp":
    case "recovering":
      return "recovering";
    case "suspect":
    case "degraded":
    case "rate_limited":
      return "degraded";
    default:
      return "healthy";
  }
}

export type Transition = { readonly at: number; readonly from: string; readonly to: string };

/**
 * What a node saw since `from`: the transitions of the time, what it saw before the first of them, and what it sees now.
 * A node that started within the time saw nothing before.
 */
export function nodeTimeline(
  transitions: readonly Transition[],
  {
    from,
    startedAt,
    until,
    now,
  }: Record<"from" | "startedAt" | "until", number> & {
    readonly now: string | null;
  },
): NodeTimeline {
  const birth = Math.max(from, startedAt);
  // A former process under the same name ended when this one began.
  const former = transitions.filter(({ at }) => at < birth);
  const own = transitions.filter(({ at }) => at >= birth);
  const first = own[0]?.from ?? now;
  return {
    labels: [
      ...former.map(({ at, to }) => ({ at, health: toHealth(to) })),
      ...(first === null ? [] : [{ at: birth, health: toHealth(first) }]),
      ...own.map(({ at, to }) => ({ at, health: toHealth(to) })),
    ],
    until,
  };
}

export type SwitchChange = { readonly at: number; readonly from: string; readonly to: string };

/** When an object was held off, from its changes since `from` (oldest first) and what it is now. */
export function offSpans(
  changes: readonly SwitchChange[],
  { from, until, now }: { readonly from: number; readonly until: number; readonly now: string },
): Span[] {
  const intents = [
    { at: from, intent: changes[0]?.from ?? now },
    ...changes.map(({ at, to }) => ({ at, intent: to })),
  ];
  return intents.flatMap(({ at, intent }, index) =>
    intent === "enabled" ? [] : [{ from: at, to: intents[index + 1]?.at ?? until }],
  );
}
