import type { ImpactView, ImpactRequest } from "@/lib/shared/contract";
import { failureCode, postJson } from "../api";
import type { ObjectRef, Wanted } from "./model";

/** The change as the server is asked about it; null for one that moves no call. */
export function impactRequest(
  ref: ObjectRef,
  wanted: Wanted,
  also: readonly string[] = [],
): ImpactRequest | null {
  if (wanted.kind === "order") {
    return { type: "chain", routeId: ref.id, chain: [...wanted.chain] };
  }
  return ref.type === "route"
    ? null
    : {
        type: "switch",
        objectType: ref.type,
        objectId: ref.id,
        intent: wanted.intent,
        ...(also.length > 0 && { also: [...also] }),
      };
}

export function readImpact(request: ImpactRequest, signal?: AbortSignal): Promise<ImpactView> {
  return postJson("/api/impact", request, signal);
}

const hopeless: ReadonlySet<string> = new Set([
  "unreachable",
  "outdated",
  "database_unavailable",
  "forbidden",
]);

/** Whether a change is known to fail like the question about it: nothing answers, or the person may not. */
export function isHopeless(error: unknown): boolean {
  return hopeless.has(failureCode(error));
}
