import { type ConfigDocument } from "../config/document";
import { validateDocument } from "../config/validate";
import { type BaseDocument } from "../store/configuration";

/**
 * `next`, the file's new content, with the providers and models that people made beside it; null where there are none, or
 * where they make no sense without what the file gave up.
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
  if (providers.length + models.length === 0) {
    return null;
  }
  const validated = validateDocument({
    ...next,
    providers: [...next.providers, ...providers],
    models: [...next.models, ...models],
  });
  return validated.ok ? validated.document : null;
}

function isIn(objects: readonly { readonly id: string }[], id: string): boolean {
  return objects.some((one) => one.id === id);
}
