import { isLike } from "@/components/lib/stored-draft";
import { typedNumber } from "@/components/lib/typed-number";
import type { KeyEdit, KeyView } from "@/lib/shared/contract";

/** What a key may use, in the order of the form. */
export const limitNames = ["rpm", "tpm", "parallel", "budgetUsdPerMonth"] as const;
export type LimitName = (typeof limitNames)[number];

/** A key as it is typed. */
export type KeyDraft = {
  /** Where it is made; an existing key keeps its own. */
  readonly id: string;
  readonly name: string;
  /** Empty: no limit. */
  readonly limits: Readonly<Record<LimitName, string>>;
  /** None: all of them. */
  readonly models: readonly string[];
  readonly regions: readonly string[];
};

/** A key that nothing was said of yet. */
export const emptyKey: KeyDraft = {
  id: "",
  name: "",
  limits: { rpm: "", tpm: "", parallel: "", budgetUsdPerMonth: "" },
  models: [],
  regions: [],
};

/** Whether a value that was kept is a key as it is typed. */
export const isKeyDraft = isLike<KeyDraft>({ ...emptyKey, models: [""], regions: [""] });

/** The form's fields as they stand for a key. */
export function keyDraftOf({ id, name, limits }: KeyView): KeyDraft {
  const text = (limit: LimitName): string => String(limits[limit] ?? "");
  return {
    id,
    name: name === id ? "" : name,
    limits: {
      rpm: text("rpm"),
      tpm: text("tpm"),
      parallel: text("parallel"),
      budgetUsdPerMonth: text("budgetUsdPerMonth"),
    },
    models: chosen(limits.allowedModels),
    regions: chosen(limits.allowedRegions),
  };
}

/** What the form says, for the server: every field of it, null for what does not limit. */
export function toKeyEdit({ id, name, limits, models, regions }: KeyDraft): Required<KeyEdit> {
  return {
    name: name.trim() === "" ? id.trim() : name.trim(),
    limits: {
      rpm: typedNumber(limits.rpm),
      tpm: typedNumber(limits.tpm),
      parallel: typedNumber(limits.parallel),
      budgetUsdPerMonth: typedNumber(limits.budgetUsdPerMonth),
      allowedModels: models.length === 0 ? null : [...models],
      allowedRegions: regions.length === 0 ? null : [...regions],
    },
  };
}

function chosen(allowed: readonly string[] | null): readonly string[] {
  return allowed === null || allowed.includes("*") ? [] : allowed;
}
