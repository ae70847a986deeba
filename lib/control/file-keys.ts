import { type ConfigDocument } from "../config/document";
import { hashAppKey } from "../shared/app-key";
import { GatewayError } from "../shared/errors";
import { findSecret } from "../shared/secret";
import { type AppKeyRow } from "../store/app-keys";
import { canonicalJson } from "../store/content-hash";
import { type NewAppKey } from "../store/revisions";

const shortestSecret = 16;

/** The keys that must be written so that the table says what the document says: new, changed and revoked ones. */
export function changedFileKeys(
  document: ConfigDocument,
  existing: readonly AppKeyRow[],
): NewAppKey[] {
  const known = new Map(existing.map((key) => [key.id, key]));
  const problems: string[] = [];
  const wanted = document.keys.flatMap((key, index) => {
    const at = `keys.${index}`;
    const found = findSecret(key.key);
    if (known.get(key.id)?.source === "minted") {
      problems.push(`${at}.id: "${key.id}" is already the name of a key that was made here`);
    }
    if (!found.ok) {
      problems.push(`${at}.key: ${found.problem}`);
      return [];
    }
    if (found.secret.length < shortestSecret) {
      problems.push(`${at}.key: a key has at least ${shortestSecret} characters`);
    }
    return [toFileKey(key, found.secret)];
  });
  const hashes = new Set<string>();
  for (const key of wanted) {
    const twin = existing.find((other) => other.source === "minted" && other.hash === key.hash);
    if (hashes.has(key.hash) || twin !== undefined) {
      problems.push(`keys: "${key.id}" has the same secret as another key`);
    }
    hashes.add(key.hash);
  }
  if (problems.length > 0) {
    throw new GatewayError("invalid_request", { message: problems.join("\n") });
  }
  const ids = new Set(wanted.map(({ id }) => id));
  const gone = existing
    .filter((key) => key.source === "file" && key.revokedAt === null && !ids.has(key.id))
    .map((key) => ({ ...toNewAppKey(key), revoked: true }));
  return [...gone, ...wanted.filter((key) => !isKnown(key, known.get(key.id)))];
}

function toFileKey(key: ConfigDocument["keys"][number], secret: string): NewAppKey {
  return {
    id: key.id,
    name: key.id,
    hash: hashAppKey(secret),
    last4: secret.slice(-4),
    kind: "live",
    source: "file",
    limits: {
      allowedModels: key.allowed_models ?? null,
      allowedRegions: key.allowed_regions ?? null,
      defaultRouteOnModelName: key.default_route_on_model_name ?? null,
      midstream: key.midstream ?? null,
      rpm: key.rpm ?? null,
      tpm: key.tpm ?? null,
      parallel: key.parallel ?? null,
      budgetUsdPerMonth: key.budget_usd_per_month ?? null,
      strictBudget: key.strict_budget ?? false,
    },
    former: null,
    drill: null,
    revoked: false,
  };
}

function isKnown(key: NewAppKey, row: AppKeyRow | undefined): boolean {
  return (
    row !== undefined && canonicalJson({ ...toNewAppKey(row), drill: null }) === canonicalJson(key)
  );
}

function toNewAppKey({ revision: _revision, revokedAt, ...key }: AppKeyRow): NewAppKey {
  return { ...key, revoked: revokedAt !== null };
}
