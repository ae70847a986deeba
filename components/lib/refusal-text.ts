import type { CarriedRefusal, RefusalReason } from "@/lib/shared/refusals";
import { isRecord } from "@/lib/shared/record";
import { ApiFailure } from "./api";
import { personName } from "./i18n/actor-name";
import type { MessageKey, Translate } from "./i18n/messages";

/** What a refusal says: the reader's sentence, and a parser's own words where it has some. */
export type RefusalWords = { readonly text: string; readonly detail: string | null };

/** The sentence of a refusal in the reader's language; null where the page has none for its reason. */
export function refusalWords(
  { reason, values = {} }: CarriedRefusal,
  t: Translate,
): RefusalWords | null {
  // A reason without words in messages is none of the keys, and does not compile.
  const key: MessageKey = `refusal.${reason as RefusalReason}`;
  if (reason === undefined || !t.has(key)) {
    return null;
  }
  const { detail, actor } = values;
  const named = actor === undefined ? values : { ...values, actor: personName(t, String(actor)) };
  return { text: t(key, named), detail: detail === undefined ? null : String(detail) };
}

/**
 * What went wrong with something that was asked of the operator API, in the reader's language. What has no words there is
 * told as the API says it, in English, with its code.
 */
export function failureText(error: unknown, t: Translate): string {
  if (!(error instanceof ApiFailure) || error.status === 0) {
    return t("failure.unreachable");
  }
  const { code, message, refusal, details } = error;
  const words = refusalWords(refusal, t);
  if (words !== null) {
    return [joined(words), ...problemLines(details["problems"], t)].join("\n");
  }
  if (code === "outdated" || code === "database_unavailable" || code === "internal") {
    return t(`failure.${code}`);
  }
  return message === "" ? t("failure.other", { code }) : `${message} (${code})`;
}

function joined({ text, detail }: RefusalWords): string {
  return detail === null ? text : `${text} ${detail}`;
}

/** What is wrong with single fields of what was sent, by field, and whether that is all. */
export type FieldTexts = { readonly texts: ReadonlyMap<string, string>; readonly isAll: boolean };

/** What the server refused, told beside the fields that it is about. */
export function fieldTexts(error: unknown, t: Translate): FieldTexts {
  const { param = null, details = {} } = error instanceof ApiFailure ? error : {};
  if (param !== null) {
    return { texts: new Map([[param, failureText(error, t)]]), isAll: true };
  }
  const problems = problemsIn(details["problems"]);
  const placed = problems.flatMap(({ field, ...problem }): [string, string][] =>
    field === undefined ? [] : [[field, problemText(problem, t)]],
  );
  return { texts: new Map(placed), isAll: placed.length > 0 && placed.length === problems.length };
}

/** The text of a field, or of a part of it. */
export function fieldText({ texts }: FieldTexts, field: string): string | undefined {
  return [...texts].find(([name]) => name === field || name.startsWith(`${field}.`))?.[1];
}

/** One line for each problem of a document, with its place in it. */
function problemLines(problems: unknown, t: Translate): string[] {
  return problemsIn(problems).map((problem) => `${problem.place}: ${problemText(problem, t)}`);
}

type PlacedProblem = CarriedRefusal & {
  readonly place: string;
  readonly message: string;
  /** Of the form that was sent. */
  readonly field?: string;
};

function problemText(problem: Omit<PlacedProblem, "field">, t: Translate): string {
  const words = refusalWords(problem, t);
  return words === null ? problem.message : joined(words);
}

function problemsIn(problems: unknown): PlacedProblem[] {
  return Array.isArray(problems) ? problems.filter(isProblem) : [];
}

function isProblem(value: unknown): value is PlacedProblem {
  return (
    isRecord(value) && typeof value["place"] === "string" && typeof value["message"] === "string"
  );
}
