import { ImpactView, type ImpactRequest } from "@/lib/shared/contract";
import { ApiFailure, postJson } from "../api";
import { type ObjectRef, type Wanted } from "./model";

/** The change as the server is asked about it; null for one that moves no call. */
export function impactRequest(ref: ObjectRef, wanted: Wanted): ImpactRequest | null {
  if (wanted.kind === "order") {
    return { type: "chain", routeId: ref.id, chain: [...wanted.chain] };
  }
  return ref.type === "route"
    ? null
    : { type: "switch", objectType: ref.type, objectId: ref.id, intent: wanted.intent };
}

export function readImpact(request: ImpactRequest, signal?: AbortSignal): Promise<ImpactView> {
  return postJson("/api/impact", request, ImpactView, signal);
}

/** Whether a change is known to fail like the question about it: nothing answers, or the person may not. */
export function isHopeless(error: unknown): boolean {
  return !(error instanceof ApiFailure) || error.status === 0 || error.status === 403;
}
