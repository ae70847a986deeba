/** Where a configuration holds secrets of its own: the keys of its providers, and headers of their regions. */
import { isSecretHeader } from "../config/secret-names";
import { isRecord } from "../shared/record";

/** `document` with every secret of a provider changed; undefined when one of them could not be. */
export function withSecrets(
  document: Readonly<Record<string, unknown>>,
  change: (secret: string) => string | undefined,
): Record<string, unknown> | undefined {
  const lost: unknown[] = [];
  const changed = (value: unknown): unknown => {
    const next = typeof value === "string" ? change(value) : value;
    if (next === undefined) {
      lost.push(value);
    }
    return next;
  };
  const walk = (part: unknown, isHeaders = false): unknown => {
    if (Array.isArray(part)) {
      return part.map((member) => walk(member));
    }
    if (!isRecord(part)) {
      return part;
    }
    return Object.fromEntries(
      Object.entries(part).map(([name, member]) => {
        const isSecret = isHeaders ? isSecretHeader(name) : name === "api_key";
        return [name, isSecret ? changed(member) : walk(member, name === "headers")];
      }),
    );
  };
  const next = { ...document, providers: walk(document["providers"]) };
  return lost.length === 0 ? next : undefined;
}
