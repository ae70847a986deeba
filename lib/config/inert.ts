/** Settings that the file may have already and that nothing obeys yet: better said aloud than believed in. */
import type { ConfigDocument } from "./document";

const inert = {
  keys: ["rpm", "tpm", "parallel", "budget_usd_per_month", "strict_budget"],
  settings: ["timezone", "slo_served_percent", "currency", "budget_grace_usd"],
} as const;

/** The paths of the settings in `document` that have no effect in this release. */
export function inertSettings(document: ConfigDocument): string[] {
  const present = (object: object, names: readonly string[], path: string): string[] =>
    names.filter((name) => name in object).map((name) => `${path}.${name}`);
  return [
    ...document.keys.flatMap((key) => present(key, inert.keys, `keys.${key.id}`)),
    ...present(document.settings, inert.settings, "settings"),
  ];
}
