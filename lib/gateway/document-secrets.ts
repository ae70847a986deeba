/** Where a configuration holds secrets of its own: the keys of its providers. */
import type { ConfigDocument } from "../config/document";

type Secretive = { readonly api_key?: unknown; readonly credentials?: unknown };

/** `document` with every key of a provider changed; undefined when one of them could not be. */
export function withSecrets(
  document: Readonly<Record<string, unknown>> | ConfigDocument,
  change: (secret: string) => string | undefined,
): Record<string, unknown> | undefined {
  const lost: unknown[] = [];
  const changed = (secret: unknown): unknown => {
    const next = typeof secret === "string" ? change(secret) : secret;
    if (next === undefined) {
      lost.push(secret);
    }
    return next;
  };
  const held = (owner: Secretive): Secretive => ({
    ...owner,
    ...(owner.api_key === undefined ? {} : { api_key: changed(owner.api_key) }),
    ...(Array.isArray(owner.credentials)
      ? { credentials: (owner.credentials as Secretive[]).map(held) }
      : {}),
  });
  const { providers } = document;
  const next = Array.isArray(providers)
    ? { ...document, providers: (providers as Secretive[]).map(held) }
    : { ...document };
  return lost.length === 0 ? next : undefined;
}
