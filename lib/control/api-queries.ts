import { CallView } from "../shared/contract";
import { GatewayError, wrongParameter } from "../shared/errors";
import { type ApiCall, pageLimit } from "./api";
import { type CallsQuery } from "./calls-page";
import { changers, type ChangesQuery } from "./changes-page";
import { type RevisionPair } from "./compare-revisions";
import { type MetricsQuery } from "./metrics-view";
import { type MoversQuery } from "./movers-view";
import { type ObjectQuery, type ObjectsQuery } from "./object-view";
import {
  instantOf,
  type MetricsRange,
  parseBetween,
  parseMetricsRange,
  type RangeName,
} from "./ranges";

/** The addresses of the operator API as the verbs want them. All throw `invalid_request` naming the parameter. */

const longestText = 200;
/** As long as one in a body. */
const longestReason = 500;

/** The id after the collection: `/api/targets/<id>`. */
export function pathId({ path }: ApiCall): string {
  // An encoded slash that something on the way decoded belongs to the id.
  return path.slice(1).join("/");
}

/** The id in `/api/targets/<id>/probe` and the like. */
export function pathTarget({ path }: ApiCall): string {
  return path.slice(1, -1).join("/");
}

/** The id in `/api/keys/<id>/rotate` and the like. */
export function pathPart({ path }: ApiCall): string {
  return path[1] ?? "";
}

/** `?reason=` of a removal, which has no body. */
export function queryReason({ url }: ApiCall): string | null {
  return text(url, "reason", longestReason) ?? null;
}

/** The id in `/api/calls/<id>/body` and `…/alternatives`. */
export function pathCall({ path }: ApiCall): string {
  return path[1] ?? "";
}

/** The id in `/api/routes/<id>/policy`: a route's name has no slash. */
export function pathRoute(call: ApiCall): string {
  return pathCall(call);
}

/** The number in `/api/changes/<revision>/revert`. */
export function pathRevision({ path }: ApiCall): number {
  const text = path[1] ?? "";
  if (!/^\d{1,9}$/.test(text)) {
    throw wrongParameter("revision", "A revision is a number.");
  }
  return Number(text);
}

/** `?range=` or `?from=&to=`, and `?app=`, of `/api/metrics`. */
export function metricsQuery({ url }: ApiCall): MetricsQuery {
  return { range: rangeOf(url), app: text(url, "app") ?? null };
}

/** `?range=` or `?from=&to=` of `/api/movers`. */
export function moversQuery({ url }: ApiCall): MoversQuery {
  return { range: rangeOf(url) };
}

const figureKinds: Readonly<Record<string, ObjectsQuery["kind"]>> = {
  models: "model",
  regions: "region",
};

/** `/api/figures/{models|regions}?range=` or `?from=&to=`. */
export function objectsQuery({ url, path }: ApiCall): ObjectsQuery {
  const kind = figureKinds[path[1] ?? ""];
  if (kind === undefined) {
    throw new GatewayError("not_found");
  }
  return { kind, range: rangeOf(url) };
}

/** `/api/figures/{models|regions}/<id>?range=`. */
export function objectQuery(call: ApiCall): ObjectQuery {
  return { ...objectsQuery(call), id: call.path.slice(2).join("/") };
}

/** `?from=&to=` where one of them is given, else `?range=`. */
export function rangeOf(url: URL): MetricsRange {
  const [from, to] = [text(url, "from"), text(url, "to")];
  return from === undefined && to === undefined
    ? streamRange(url)
    : parseBetween(from ?? "", to ?? "", Date.now());
}

/** `?range=`, an hour when it is not said. */
export function streamRange(url: URL): RangeName {
  return parseMetricsRange(url.searchParams.get("range") ?? "1h");
}

/** The filters, the span of time and the page of `/api/calls`. */
export function callQuery({ url }: ApiCall): CallsQuery {
  const isBounded = ["range", "from", "to"].some((name) => text(url, name) !== undefined);
  return {
    ...pageQuery(url),
    ...(isBounded && { range: rangeOf(url) }),
    ...given("outcome", oneOf(url, "outcome", CallView.shape.outcome.options)),
    ...given("rescued", yesNo(url, "rescued")),
    ...given("stream", yesNo(url, "stream")),
    ...given("fallback", yesNo(url, "fallback")),
    ...given("model", text(url, "model")),
    ...given("region", text(url, "region")),
    ...given("provider", text(url, "provider")),
    ...given("app", text(url, "app")),
    ...given("code", text(url, "code")),
    ...given("status", statusOf(url)),
    ...given("attemptsOver", wholeNumber(url, "attemptsOver", mostInteger)),
    ...given("ttftOverMs", wholeNumber(url, "ttftOverMs", mostInteger)),
    ...given("totalOverMs", wholeNumber(url, "totalOverMs", mostInteger)),
    ...given("costOverNanoUsd", wholeNumber(url, "costOverNanoUsd", Number.MAX_SAFE_INTEGER)),
  };
}

/** What a column of four bytes holds. */
const mostInteger = 2 ** 31 - 1;

function given<Name extends string, T>(
  name: Name,
  value: T | undefined,
): Partial<Readonly<Record<Name, T>>> {
  // An object of one name that is known by its type: TypeScript widens a computed name to any text.
  return value === undefined ? {} : ({ [name]: value } as Record<Name, T>);
}

/** The page of `/api/changes`, and whose changes. */
export function changeQuery({ url }: Pick<ApiCall, "url">): ChangesQuery {
  const object = text(url, "object");
  if (object !== undefined && !objectForm.test(object)) {
    throw wrongParameter(
      "object",
      "`object` is one such as model:gpt-4.1, route:auto, key:shop or settings.",
    );
  }
  return {
    ...pageQuery(url),
    ...given("by", oneOf(url, "by", changers)),
    ...given("object", object),
  };
}

const objectForm =
  /^((provider|region|model|target|route|key|order):.+|settings|allow_literal_secrets)$/;

/** `?at=`, an instant of ISO 8601. */
export function instantQuery({ url }: Pick<ApiCall, "url">): { readonly atMs: number } {
  return { atMs: instantOf(text(url, "at") ?? "", "at") };
}

/** `?revision=`; null for the newest. */
export function revisionQuery({ url }: Pick<ApiCall, "url">): number | null {
  return wholeNumber(url, "revision", mostInteger) ?? null;
}

/** `?from=` and `?to=`, numbers of revisions; 0 is before the first. */
export function revisionPair({ url }: Pick<ApiCall, "url">): RevisionPair {
  const revision = (name: "from" | "to"): number => {
    const given = text(url, name) ?? "";
    if (!/^\d{1,9}$/.test(given)) {
      throw wrongParameter(name, `\`${name}\` is the number of a revision.`);
    }
    return Number(given);
  };
  const [from, to] = [revision("from"), revision("to")];
  if (to === 0) {
    throw wrongParameter("to", "`to` is a revision: the first one is 1.");
  }
  return { from, to };
}

const mostInstants = 100;

/** `?at=`: up to 100 instants in epoch milliseconds, with commas between them. */
export function instantsQuery({ url }: Pick<ApiCall, "url">): number[] {
  const given = (url.searchParams.get("at") ?? "").split(",").filter((part) => part !== "");
  if (given.length > mostInstants || given.some((part) => !/^\d{1,15}$/.test(part))) {
    throw wrongParameter(
      "at",
      `\`at\` is a list of up to ${mostInstants} instants, in milliseconds since 1970.`,
    );
  }
  return given.map(Number);
}

function pageQuery(url: URL): { readonly limit: number; readonly cursor?: string } {
  const cursor = text(url, "cursor");
  return { limit: pageLimit(url), ...(cursor !== undefined && { cursor }) };
}

function text(url: URL, name: string, most = longestText): string | undefined {
  const value = url.searchParams.get(name) ?? undefined;
  if (value !== undefined && (value.length > most || value.includes("\0"))) {
    throw wrongParameter(name, `\`${name}\` is too long or not text.`);
  }
  return value === "" ? undefined : value;
}

function yesNo(url: URL, name: string): boolean | undefined {
  const said = oneOf(url, name, ["true", "false"] as const);
  return said === undefined ? undefined : said === "true";
}

function statusOf(url: URL): string | undefined {
  const said = text(url, "status");
  if (said !== undefined && !/^[1-5](\d\d|xx)$/.test(said)) {
    throw wrongParameter(
      "status",
      "`status` is a status such as 503, or a class of them such as 5xx.",
    );
  }
  return said;
}

function wholeNumber(url: URL, name: string, most: number): number | undefined {
  const said = text(url, name);
  if (said !== undefined && (!/^\d{1,16}$/.test(said) || Number(said) > most)) {
    throw wrongParameter(name, `\`${name}\` is a whole number of 0 to ${most}.`);
  }
  return said === undefined ? undefined : Number(said);
}

function oneOf<T extends string>(url: URL, name: string, values: readonly T[]): T | undefined {
  const given = text(url, name);
  const known = values.find((value) => value === given);
  if (given !== undefined && known === undefined) {
    throw wrongParameter(name, `\`${name}\` is one of ${values.join(", ")}.`);
  }
  return known;
}
