import { type ConfigDocument } from "../config/document";
import { validateDocument } from "../config/validate";
import { type BaseDocument } from "../store/configuration";
import { routeChains } from "./routes";

/**
 * `next`, the file's new content, with the providers, models and routes that people made beside it; null where there are
 * none, or where they make no sense without what the file gave up. A route goes on with the models that are left.
 */
export function withPeoplesObjects(
  next: ConfigDocument,
  current: ConfigDocument | undefined,
  base: BaseDocument | undefined,
): ConfigDocument | null {
  if (current === undefined || base?.source !== "file") {
    return null;
  }
  const names = new Set([...next.models, ...next.routes].map(({ id }) => id));
  const providers = current.providers.filter(
    ({ id }) => !isIn(base.document.providers, id) && !isIn(next.providers, id),
  );
  const models = current.models.filter(
    ({ id }) => !isIn(base.document.models, id) && !names.has(id),
  );
  const known = [...next.models, ...models];
  const routes = current.routes
    .filter(({ id }) => !isIn(routeChains(base.document), id) && !names.has(id))
    .map((route) => ({ ...route, chain: route.chain.filter((model) => isIn(known, model)) }))
    .filter(({ chain }) => chain.length > 0);
  if (providers.length + models.length + routes.length === 0) {
    return null;
  }
  const validated = validateDocument({
    ...next,
    providers: [...next.providers, ...providers],
    models: known,
    routes: [...next.routes, ...routes],
  });
  return validated.ok ? validated.document : null;
}

function isIn(objects: readonly { readonly id: string }[], id: string): boolean {
  return objects.some((one) => one.id === id);
}
