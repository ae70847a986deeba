import { isReference, isSecretHeader } from "../config/secret-names";
import { boxFacts } from "../shared/box-text";
import { isRecord } from "../shared/record";

/** What stands in place of a secret. */
export const secretMask = "••••";

const secretNames = /^(api_key|key)$/;

function masked(secret: string): string {
  return secretMask + (boxFacts(secret)?.last4 ?? "");
}

/** A configuration value without literal secrets; references such as env:NAME stay, because they hide nothing. */
export function withoutSecrets(value: unknown, name = "", inHeaders = false): unknown {
  if (Array.isArray(value)) {
    return value.map((member) => withoutSecrets(member));
  }
  if (isRecord(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        key,
        withoutSecrets(member, key, name === "headers"),
      ]),
    );
  }
  const isSecret = inHeaders ? isSecretHeader(name) : secretNames.test(name);
  return isSecret && typeof value === "string" && !isReference(value) ? masked(value) : value;
}
