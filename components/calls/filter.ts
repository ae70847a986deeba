import type { CallView } from "@/lib/shared/contract";

/** What the list is narrowed to. The address bar holds it as the text that a person would type. */
export interface CallFilter {
  readonly outcome?: CallView["outcome"];
  readonly rescued?: boolean;
  /** `503`, or `5xx` for all of a class. */
  readonly status?: string;
  readonly attemptsOver?: number;
  /** Whether another model answered than the first of the chain. */
  readonly fallback?: boolean;
  readonly ttftOverMs?: number;
  readonly totalOverMs?: number;
  readonly costOverNanoUsd?: number;
  readonly stream?: boolean;
  readonly model?: string;
  readonly provider?: string;
  readonly region?: string;
  readonly app?: string;
  readonly code?: string;
}

/** A filter's word with a value that it cannot have. */
export interface WrongWord {
  readonly word: string;
  readonly name: FilterName;
}

export interface ReadFilter {
  readonly filter: CallFilter;
  readonly wrong: readonly WrongWord[];
  /** Words that are no filter. */
  readonly unknown: readonly string[];
}

const outcomes: Readonly<Record<CallView["outcome"], true>> = {
  served: true,
  failed: true,
  refused: true,
  cancelled: true,
  unknown_crash: true,
};
const textNames = ["model", "provider", "region", "app", "code"] as const;
type TextName = (typeof textNames)[number];

/** Words whose values are of a form, in the order in which a filter is written; null: not of that form. */
const readers = {
  outcome: (value) => (isOutcome(value) ? { outcome: value } : null),
  is: (value) => named(value, { rescued: { rescued: true }, "not-rescued": { rescued: false } }),
  status: (value) => (/^[1-5](\d\d|xx)$/i.test(value) ? { status: value.toLowerCase() } : null),
  attempts: (value) => over("attemptsOver", /^>(\d{1,9})$/.exec(value)?.[1]),
  fallbacks: (value) => named(value, { ">0": { fallback: true }, "0": { fallback: false } }),
  ttft: (value) => over("ttftOverMs", durationMs(value)),
  total: (value) => over("totalOverMs", durationMs(value)),
  cost: (value) => over("costOverNanoUsd", nanoUsd(value)),
  stream: (value) => named(value, { yes: { stream: true }, no: { stream: false } }),
} satisfies Record<string, (value: string) => CallFilter | null>;
export type FilterName = keyof typeof readers;

/** Reads `model:gpt-4.1 outcome:failed status:5xx attempts:>1 ttft:>2s cost:>0.01 is:rescued` and the like. */
export function readFilter(text: string): ReadFilter {
  let filter: CallFilter = {};
  const wrong: WrongWord[] = [];
  const unknown: string[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    const [, name = "", value = ""] = /^([^:]+):(.+)$/.exec(word) ?? [];
    if (isTextName(name)) {
      filter = { ...filter, [name]: value };
    } else if (isFilterName(name)) {
      const part = readers[name](value);
      if (part === null) {
        wrong.push({ word, name });
      }
      filter = { ...filter, ...part };
    } else {
      unknown.push(word);
    }
  }
  return { filter, wrong, unknown };
}

/** The words of a filter, each of which can be taken away. */
export function filterWords(filter: CallFilter): string[] {
  const { outcome, rescued, status, attemptsOver, fallback, stream } = filter;
  const { ttftOverMs, totalOverMs, costOverNanoUsd } = filter;
  return [
    ...(outcome === undefined ? [] : [`outcome:${outcome}`]),
    ...(rescued === undefined ? [] : [rescued ? "is:rescued" : "is:not-rescued"]),
    ...(status === undefined ? [] : [`status:${status}`]),
    ...(attemptsOver === undefined ? [] : [`attempts:>${attemptsOver}`]),
    ...(fallback === undefined ? [] : [fallback ? "fallbacks:>0" : "fallbacks:0"]),
    ...(ttftOverMs === undefined ? [] : [`ttft:>${durationWord(ttftOverMs)}`]),
    ...(totalOverMs === undefined ? [] : [`total:>${durationWord(totalOverMs)}`]),
    ...(costOverNanoUsd === undefined ? [] : [`cost:>${usdWord(costOverNanoUsd)}`]),
    ...(stream === undefined ? [] : [stream ? "stream:yes" : "stream:no"]),
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

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };
const mostMs = 2 ** 31 - 1;
const nanoPerUsd = 1e9;

function durationMs(value: string): number | undefined {
  const [, amount, unit = ""] = /^>(\d{1,9}(?:\.\d{1,3})?)(ms|s|m)$/.exec(value) ?? [];
  const ms = Math.round(Number(amount) * (unitsMs[unit] ?? Number.NaN));
  return ms <= mostMs ? ms : undefined;
}

function nanoUsd(value: string): number | undefined {
  const [, usd] = /^>\$?(\d{1,6}(?:\.\d{1,9})?)$/.exec(value) ?? [];
  return usd === undefined ? undefined : Math.round(Number(usd) * nanoPerUsd);
}

function durationWord(ms: number): string {
  return ms % 100 === 0 && ms > 0 ? `${ms / 1_000}s` : `${ms}ms`;
}

/** Without an exponent, which small numbers would be written with. */
function usdWord(nano: number): string {
  return (nano / nanoPerUsd).toFixed(9).replace(/\.?0+$/, "");
}

function over(
  name: "attemptsOver" | "ttftOverMs" | "totalOverMs" | "costOverNanoUsd",
  value: string | number | undefined,
): CallFilter | null {
  return value === undefined ? null : { [name]: Number(value) };
}

function named(value: string, values: Readonly<Record<string, CallFilter>>): CallFilter | null {
  return Object.hasOwn(values, value) ? (values[value] ?? null) : null;
}

function isTextName(name: string): name is TextName {
  return textNames.some((known) => known === name);
}

function isFilterName(name: string): name is FilterName {
  return Object.hasOwn(readers, name);
}

function isOutcome(text: string): text is CallView["outcome"] {
  return Object.hasOwn(outcomes, text);
}
