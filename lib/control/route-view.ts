import { type RouteView } from "../shared/contract";
import { readCurrent } from "./current";
import { noSuchObject } from "./objects";
import { routeViews } from "./routes";
import { defineVerb } from "./verb";

/** One alias with its chain, its owner and the revision to send as If-Match. @throws {GatewayError} `not_found`. */
export const routeView = defineVerb<{ readonly id: string }, RouteView>(
  "read",
  async (_actor, deps, { id }) => {
    const views = routeViews(await readCurrent(deps));
    const view = views.find((route) => route.id === id);
    if (view === undefined) {
      throw noSuchObject(
        "route",
        id,
        views.map((route) => route.id),
      );
    }
    return view;
  },
);
