/** Targets that come into being with a call: the names that an `any_model` provider is asked for. */
import { anyModelRoute } from "../config/snapshot";
import type { Route, Snapshot } from "../core/types";

export type AnyModels = {
  find(snapshot: Snapshot, providerId: string, upstreamModel: string): Route | undefined;
};

/** Names kept alive per node; a stranger's invented names must not fill the memory. */
const maxNames = 200;

/** A book of such routes; when it is full, the one that was asked for longest ago is forgotten. */
export function createAnyModels(onForget: (route: Route) => void): AnyModels {
  const routes = new Map<string, Route>();
  return {
    find(snapshot, providerId, upstreamModel) {
      const provider = snapshot.anyModel.get(providerId);
      if (provider === undefined || upstreamModel === "") {
        return undefined;
      }
      const id = `${providerId}/${upstreamModel}`;
      const fresh = anyModelRoute(provider, upstreamModel);
      const known = routes.get(id);
      const route =
        known?.entries[0]?.targets.length === fresh.entries[0]?.targets.length ? known : fresh;
      if (route === undefined) {
        return fresh;
      }
      routes.delete(id);
      routes.set(id, route);
      const oldest = routes.values().next().value;
      if (routes.size > maxNames && oldest !== undefined) {
        routes.delete(oldest.id);
        onForget(oldest);
      }
      return route;
    },
  };
}
