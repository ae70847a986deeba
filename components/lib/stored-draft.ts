import { isRecord } from "@/lib/shared/record";

/** What was typed and is not saved yet, as this tab keeps it over reloads. */
export type StoredDraft = {
  /** When the last of it was typed. */
  readonly atMs: number;
  /** The revision that it was begun from. */
  readonly basedOn: number | null;
  /** What the form began with. */
  readonly from: unknown;
  readonly value: unknown;
};

/** Where drafts are kept; a tab that is closed leaves none behind. */
export type DraftStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const keyOf = (name: string): string => `bellwether.typed.${name}`;

/** The text of what is kept under `name`; null for nothing, and where nothing can be kept. */
export function draftText(storage: () => DraftStorage, name: string): string | null {
  try {
    return storage().getItem(keyOf(name));
  } catch {
    return null;
  }
}

/** Keeps `draft`; null, or one that says nothing new, is forgotten. */
export function keepDraft(
  storage: () => DraftStorage,
  name: string,
  draft: StoredDraft | null,
): void {
  try {
    if (draft === null || isSame(draft.from, draft.value)) {
      storage().removeItem(keyOf(name));
    } else {
      storage().setItem(keyOf(name), JSON.stringify(draft));
    }
  } catch {
    // A browser that keeps nothing still shows what is typed.
  }
}

/** The draft that a text holds; null for what is none, or one of a release that kept it in another way. */
export function parsedStoredDraft<T>(
  text: string | null,
  isKind: (value: unknown) => value is T,
): (StoredDraft & { readonly value: T }) | null {
  if (text === null) {
    return null;
  }
  try {
    const draft: unknown = JSON.parse(text);
    if (!isRecord(draft)) {
      return null;
    }
    const { atMs, basedOn, from, value } = draft;
    return typeof atMs === "number" &&
      (basedOn === null || typeof basedOn === "number") &&
      isKind(value)
      ? { atMs, basedOn, from, value }
      : null;
  } catch {
    return null;
  }
}

/** Whether two values read the same, written down. */
export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

type Judge = (value: unknown) => boolean;
type Example<T> =
  | Judge
  | (T extends readonly (infer Member)[]
      ? readonly Example<Member>[]
      : T extends object
        ? { readonly [Name in keyof T]: Example<T[Name]> }
        : T);

/**
 * A guard for values like `example`: texts, yes or no, records with the same fields at least, and lists like their first
 * member. A function in its place decides by itself.
 */
export function isLike<T>(example: Example<T>): (value: unknown) => value is T {
  return (value): value is T => fits(example, value);
}

function fits(example: unknown, value: unknown): boolean {
  if (isJudge(example)) {
    return example(value);
  }
  if (Array.isArray(example)) {
    return Array.isArray(value) && value.every((member) => fits(example[0], member));
  }
  if (isRecord(example)) {
    return (
      isRecord(value) && Object.entries(example).every(([name, part]) => fits(part, value[name]))
    );
  }
  return typeof value === typeof example;
}

function isJudge(example: unknown): example is Judge {
  return typeof example === "function";
}
