import * as z from "zod/mini";
import { HealthLabel } from "@/lib/shared/contract";

const names = z.array(z.string());
const evidence = z.record(z.string(), z.nullable(z.union([z.string(), z.number()])));

const ChangeSummary = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("switch"),
    objectType: z.enum(["provider", "region", "model", "target"]),
    objectId: z.string(),
    from: z.string(),
    to: z.enum(["enabled", "draining", "disabled"]),
    until: z.optional(z.nullable(z.number())),
  }),
  z.object({ type: z.literal("reorder"), route: z.string(), from: names, to: names }),
  z.object({
    type: z.literal("config"),
    source: z.optional(z.string()),
    added: z.optional(names),
    removed: z.optional(names),
    changed: z.optional(names),
  }),
  z.object({ type: z.literal("opening"), callId: z.string() }),
  z.object({ type: z.literal("key"), id: z.string(), action: z.string() }),
  z.object({
    type: z.literal("health"),
    target: z.string(),
    provider: z.string(),
    model: z.string(),
    region: z.string(),
    from: HealthLabel,
    to: HealthLabel,
    reason: z.string(),
    evidence: z.optional(evidence),
    node: z.optional(z.string()),
  }),
]);
export type ChangeSummary = z.infer<typeof ChangeSummary>;
export type HealthSummary = Extract<ChangeSummary, { type: "health" }>;

/** What a change says, when this page knows how to word it. */
export function summaryOf(summary: Record<string, unknown>): ChangeSummary | null {
  return z.safeParse(ChangeSummary, summary).data ?? null;
}
