import type { HealthLabel } from "@/lib/shared/contract";

type Shapes = {
  switch: {
    objectType: "provider" | "region" | "model" | "target";
    objectId: string;
    from: string;
    to: "enabled" | "draining" | "disabled";
    until?: number | null;
  };
  reorder: { route: string; from: string[]; to: string[] };
  config: { source?: string; added?: string[]; removed?: string[]; changed?: string[] };
  opening: { callId: string };
  reset: { target: string };
  key: { id: string; action: string };
  health: {
    target: string;
    provider: string;
    model: string;
    region: string;
    from: HealthLabel;
    to: HealthLabel;
    reason: string;
    evidence?: Record<string, string | number | null>;
    node?: string;
  };
};
type Type = keyof Shapes;

export type ChangeSummary = { [T in Type]: { type: T } & Shapes[T] }[Type];
export type HealthSummary = Extract<ChangeSummary, { type: "health" }>;

/** What each has for certain. */
const needed: { readonly [T in Type]: readonly (keyof Shapes[T])[] } = {
  switch: ["objectType", "objectId", "from", "to"],
  reorder: ["route", "from", "to"],
  config: [],
  opening: ["callId"],
  reset: ["target"],
  key: ["id", "action"],
  health: ["target", "provider", "model", "region", "from", "to", "reason"],
};

/** What a change says, when this page knows how to word it: one of a later release may be of another kind. */
export function summaryOf(summary: Record<string, unknown>): ChangeSummary | null {
  const { type } = summary;
  const isKnown =
    isType(type) && (needed[type] as readonly string[]).every((name) => name in summary);
  return isKnown ? (summary as ChangeSummary) : null;
}

function isType(type: unknown): type is Type {
  return typeof type === "string" && Object.hasOwn(needed, type);
}
