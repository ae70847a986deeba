import type { Text } from "@/components/lib/i18n/messages";
import type { RouteView } from "@/lib/shared/contract";
import { unnamed } from "@/lib/shared/refusals";

/** The route that is always there, written or not. */
const lasting = "auto";

/** Why a route cannot be removed in the room; null where it can. */
export function standsText({
  id,
  owner,
  ownerPath,
}: Pick<RouteView, "id" | "owner" | "ownerPath">): Text | null {
  if (owner === "file") {
    return { key: "refusal.object_in_file", values: { id, path: ownerPath ?? unnamed } };
  }
  return id === lasting ? { key: "refusal.route_stays", values: { id } } : null;
}
