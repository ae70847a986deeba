import type { CallView } from "@/lib/shared/contract";

/** What the list is narrowed to. The address bar holds it as the text that a person would type. */
export interface CallFilter {
  readonly outcome?: CallView["outcome"];
  readonly rescued?: boolean;
  readonly model?: string;
  readonly region?: string;
  readonly app?: string;
  readonly code?: string;
}

export interface ReadFilter {
  readonly filter: CallFilter;
  /** Words that are no filter, or have a value that it cannot have. */
  readonly unknown: readonly string[];
}

const outcomes: Readonly<Record<CallView["outcome"], true>> = {
  served: true,
  failed: true,
  refused: true,
  cancelled: true,
  unknown_crash: true,
};
const textNames = ["model", "region", "app", "code"] as const;
type TextName = (typeof textNames)[number];

/** Reads `model:gpt-4.1 region:us-east app:shop outcome:failed code:budget_exceeded is:rescued`. */
export function readFilter(text: string): ReadFilter {
  const filter: { -readonly [Name in keyof CallFilter]: CallFilter[Name] } = {};
  const unknown: string[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    const [, name = "", value = ""] = /^([^:]+):(.+)$/.exec(word) ?? [];
    if (isTextName(name)) {
      filter[name] = value;
    } else if (name === "outcome" && isOutcome(value)) {
      filter.outcome = value;
    } else if (name === "is" && (value === "rescued" || value === "not-rescued")) {
      filter.rescued = value === "rescued";
    } else {
      unknown.push(word);
    }
  }
  return { filter, unknown };
}

/** The words of a filter, each of which can be taken away. */
export function filterWords(filter: CallFilter): string[] {
  const { outcome, rescued } = filter;
  return [
    ...(outcome === undefined ? [] : [`outcome:${outcome}`]),
    ...(rescued === undefined ? [] : [rescued ? "is:rescued" : "is:not-rescued"]),
    ...textNames.flatMap((name) => {
      const value = filter[name];
      return value === undefined ? [] : [`${name}:${value}`];
    }),
  ];
}

/** The filter as the query of `/api/calls`. */
export function filterQuery(filter: CallFilter): URLSearchParams {
  return new URLSearchParams(
    Object.entries(filter).map(([name, value]: [string, unknown]) => [name, String(value)]),
  );
}

function isTextName(name: string): name is TextName {
  return textNames.some((known) => known === name);
}

function isOutcome(text: string): text is CallView["outcome"] {
  return Object.hasOwn(outcomes, text);
}
