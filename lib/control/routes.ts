import { type ConfigDocument } from "../config/document";
import { autoRoute } from "../config/compile-routes";
import { type RouteView } from "../shared/contract";
import { type Current } from "./current";

export type RouteChain = {
  readonly id: string;
  readonly chain: readonly string[];
  /** It is not written anywhere: `auto` of a document without it is the models in their order. */
  readonly implicit: boolean;
};

/** The aliases that callers may use, in the document's order; a model's own name is not among them. */
export function routeChains(document: ConfigDocument): RouteChain[] {
  const written = document.routes.map(({ id, chain }) => ({ id, chain, implicit: false }));
  const isWritten = written.some(({ id }) => id === autoRoute);
  return isWritten || document.models.length === 0
    ? written
    : [{ id: autoRoute, chain: document.models.map(({ id }) => id), implicit: true }, ...written];
}

/** The revision that last changed a route, of those that `listRouteRevisions` gives. */
export function routeRevision(
  revisions: ReadonlyMap<string, number>,
  { id, implicit }: Pick<RouteChain, "id" | "implicit">,
): number {
  const own = revisions.get(`route:${id}`) ?? 0;
  return implicit ? Math.max(own, revisions.get("order:models") ?? 0) : own;
}

/** The document with a route's chain replaced; a route that was implicit is written down. */
export function withChain(
  document: ConfigDocument,
  { id, implicit }: RouteChain,
  chain: readonly string[],
): ConfigDocument {
  const routes = implicit
    ? [{ id, chain: [...chain] }, ...document.routes]
    : document.routes.map((route) => (route.id === id ? { ...route, chain: [...chain] } : route));
  return { ...document, routes };
}

/** The aliases with who wrote them: the file, Bellwether at its first start, or people. */
export function routeViews({
  document,
  base,
  routeRevisions,
}: Pick<Current, "document" | "base" | "routeRevisions">): RouteView[] {
  return routeChains(document).map((route): RouteView => {
    const written = base === undefined ? [] : routeChains(base.document);
    const former = written.find(({ id }) => id === route.id);
    const owner = base?.source === "file" ? "file" : "system";
    return {
      id: route.id,
      chain: [...route.chain],
      owner: former === undefined ? "ui" : owner,
      ownerPath: former === undefined ? null : (base?.path ?? null),
      overridden: former !== undefined && former.chain.join("\n") !== route.chain.join("\n"),
      revision: routeRevision(routeRevisions, route),
    };
  });
}
