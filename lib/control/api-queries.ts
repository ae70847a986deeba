import { CallView } from "../shared/contract";
import { GatewayError } from "../shared/errors";
import { type ApiCall, pageLimit } from "./api";
import { type CallsQuery } from "./calls-page";
import { changers, type ChangesQuery } from "./changes-page";
import { type RevisionPair } from "./compare-revisions";
import { type MetricsQuery } from "./metrics-view";
import { type MoversQuery } from "./movers-view";
import { type ObjectQuery, type ObjectsQuery } from "./object-view";
import { type MetricsRange, parseBetween, parseMetricsRange, type RangeName } from "./ranges";

/** The addresses of the operator API as the verbs want them. All throw `invalid_request` naming the parameter. */

const longestText = 200;

/** The id after the collection: `/api/targets/<id>`. */
export function pathId({ path }: ApiCall): string {
  // An encoded slash that something on the way decoded belongs to the id.
  return path.slice(1).join("/");
}

/** The id in `/api/keys/<id>/rotate` and the like. */
export function pathPart({ path }: ApiCall): string {
  return path[1] ?? "";
}

/** `?reason=` of a removal, which has no body. */
export function queryReason({ url }: ApiCall): string | null {
  return text(url, "reason") ?? null;
}

/** The id in `/api/calls/<id>/body`. */
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
    throw new GatewayError("invalid_request", {
      message: "A revision is a number.",
      param: "revision",
    });
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
function rangeOf(url: URL): MetricsRange {
  const [from, to] = [text(url, "from"), text(url, "to")];
  return from === undefined && to === undefined
    ? streamRange(url)
    : parseBetween(from ?? "", to ?? "", Date.now());
}

/** `?range=`, an hour when it is not said. */
export function streamRange(url: URL): RangeName {
  return parseMetricsRange(url.searchParams.get("range") ?? "1h");
}

/** The filters and the page of `/api/calls`. */
export function callQuery({ url }: ApiCall): CallsQuery {
  const outcome = oneOf(url, "outcome", CallView.shape.outcome.options);
  const rescued = oneOf(url, "rescued", ["true", "false"] as const);
  const model = text(url, "model");
  const region = text(url, "region");
  const app = text(url, "app");
  const code = text(url, "code");
  return {
    ...pageQuery(url),
    ...(outcome !== undefined && { outcome }),
    ...(rescued !== undefined && { rescued: rescued === "true" }),
    ...(model !== undefined && { model }),
    ...(region !== undefined && { region }),
    ...(app !== undefined && { app }),
    ...(code !== undefined && { code }),
  };
}

/** The page of `/api/changes`, and whose changes. */
export function changeQuery({ url }: Pick<ApiCall, "url">): ChangesQuery {
  const by = oneOf(url, "by", changers);
  return { ...pageQuery(url), ...(by !== undefined && { by }) };
}

/** `?from=` and `?to=`, numbers of revisions; 0 is before the first. */
export function revisionPair({ url }: Pick<ApiCall, "url">): RevisionPair {
  const revision = (name: "from" | "to"): number => {
    const given = text(url, name) ?? "";
    if (!/^\d{1,9}$/.test(given)) {
      throw new GatewayError("invalid_request", {
        message: `\`${name}\` is the number of a revision.`,
        param: name,
      });
    }
    return Number(given);
  };
  const [from, to] = [revision("from"), revision("to")];
  if (to === 0) {
    throw new GatewayError("invalid_request", {
      message: "`to` is a revision: the first one is 1.",
      param: "to",
    });
  }
  return { from, to };
}

const mostInstants = 100;

/** `?at=`: up to 100 instants in epoch milliseconds, with commas between them. */
export function instantsQuery({ url }: Pick<ApiCall, "url">): number[] {
  const given = (url.searchParams.get("at") ?? "").split(",").filter((part) => part !== "");
  if (given.length > mostInstants || given.some((part) => !/^\d{1,15}$/.test(part))) {
    throw new GatewayError("invalid_request", {
      message: `\`at\` is a list of up to ${mostInstants} instants, in milliseconds since 1970.`,
      param: "at",
    });
  }
  return given.map(Number);
}

function pageQuery(url: URL): { readonly limit: number; readonly cursor?: string } {
  const cursor = text(url, "cursor");
  return { limit: pageLimit(url), ...(cursor !== undefined && { cursor }) };
}

function text(url: URL, name: string): string | undefined {
  const value = url.searchParams.get(name) ?? undefined;
  if (value !== undefined && (value.length > longestText || value.includes("\0"))) {
    throw new GatewayError("invalid_request", {
      message: `\`${name}\` is too long or not text.`,
      param: name,
    });
  }
  return value === "" ? undefined : value;
}

function oneOf<T extends string>(url: URL, name: string, values: readonly T[]): T | undefined {
  const given = text(url, name);
  const known = values.find((value) => value === given);
  if (given !== undefined && known === undefined) {
    throw new GatewayError("invalid_request", {
      message: `\`${name}\` is one of ${values.join(", ")}.`,
      param: name,
    });
  }
  return known;
}
