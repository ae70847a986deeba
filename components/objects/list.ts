import type { ObjectKind } from "@/components/lib/object-kinds";
import { listOf } from "@/components/lib/object-kinds";
import { shownRatio } from "@/components/lib/targets/availability";
import {
  byUrgency,
  shownState,
  urgency,
  urgencyOf,
  worstState,
} from "@/components/lib/targets/state";
import type {
  DisplayState,
  HealthView,
  ObjectRow,
  SwitchView,
  TargetView,
} from "@/lib/shared/contract";

/** Everything that a line of the list can be told, sorted and found by. */
export interface ListedObject {
  readonly id: string;
  readonly switch: SwitchView;
  readonly targets: readonly TargetView[];
  readonly state: DisplayState;
  /** Whose state that is; as the object's own switch says where that holds it off. Undefined without a target. */
  readonly worst: TargetView | undefined;
  /** The worst state of each minute of the last hour. */
  readonly hour: TargetView["strip"];
  readonly lastError: TargetView["lastError"];
  /** Undefined until they are read. */
  readonly figures: ObjectRow | undefined;
}

/** Every model, or region, in the operator's order. */
export function listed(
  kind: ObjectKind,
  health: HealthView,
  rows: readonly ObjectRow[],
): ListedObject[] {
  const figures = new Map(rows.map((row) => [row.id, row]));
  const own = new Map<string, TargetView[]>();
  for (const target of health.targets) {
    own.set(target[kind], [...(own.get(target[kind]) ?? []), target]);
  }
  return health[listOf[kind]].map(({ id, switch: view }) => {
    const targets = own.get(id) ?? [];
    const worst = targets.toSorted(byUrgency)[0];
    return {
      id,
      switch: view,
      targets,
      state: stateOf(view, targets),
      worst: worst === undefined || view.intent === "enabled" ? worst : heldOff(worst, view),
      hour: worstMinutes(targets.map(({ strip }) => strip)),
      lastError: targets
        .flatMap(({ lastError }) => lastError ?? [])
        .reduce<TargetView["lastError"]>(
          (newest, error) => (newest === null || error.at > newest.at ? error : newest),
          null,
        ),
      figures: figures.get(id),
    };
  });
}

function stateOf({ intent }: SwitchView, targets: readonly TargetView[]): DisplayState {
  if (intent === "enabled") {
    return worstState(targets);
  }
  return targets.some((target) => shownState(target) === "draining") ? "draining" : "off";
}

/** A target as the switch of what it belongs to would have it, were it its own: who, why and until when. */
function heldOff(target: TargetView, view: SwitchView): TargetView {
  return { ...target, switch: view, effectiveIntent: view.intent, offBy: null };
}

const worstFirst = ["down", "degraded", "recovering", "healthy", "off"] as const;

/** One strip for several: the worst of each minute, off where all of them are that say anything, a gap where none does. */
export function worstMinutes(strips: readonly TargetView["strip"][]): TargetView["strip"] {
  const cells = Math.max(0, ...strips.map(({ length }) => length));
  return Array.from({ length: cells }, (_, index) => {
    const seen = new Set(strips.map((strip) => strip[index] ?? null));
    return worstFirst.find((state) => seen.has(state)) ?? null;
  });
}

/** How many minutes of a strip were no good. */
export function badMinutes(strip: TargetView["strip"]): number {
  return strip.filter((state) => state === "down" || state === "degraded" || state === "recovering")
    .length;
}

/** What the list is narrowed to; null: all of them. */
export interface ListFilter {
  readonly q: string;
  readonly state: DisplayState | null;
  readonly provider: string | null;
  readonly region: string | null;
  readonly owner: "file" | "ui" | null;
}

type Search = Pick<URLSearchParams, "get">;

/** The filter that an address asks for. */
export function filterIn(search: Search): ListFilter {
  const word = (name: string): string | null => search.get(name) ?? null;
  return {
    q: search.get("q")?.trim() ?? "",
    state: urgency.find((state) => state === search.get("state")) ?? null,
    provider: word("provider"),
    region: word("region"),
    owner: (["file", "ui"] as const).find((owner) => owner === search.get("owner")) ?? null,
  };
}

/** Words of an address that narrow the list. */
export const filterNames = ["q", "state", "provider", "region", "owner"] as const;

/** Those that a filter leaves. The text is looked for in the name, and in those of providers and of models there. */
export function filtered(objects: readonly ListedObject[], filter: ListFilter): ListedObject[] {
  const { state, provider, region, owner } = filter;
  const q = filter.q.toLowerCase();
  return objects.filter(
    ({ id, targets, figures, ...object }) =>
      (state === null || object.state === state) &&
      (provider === null || targets.some((target) => target.provider === provider)) &&
      (region === null || targets.some((target) => target.region === region)) &&
      (owner === null || (figures?.owner === "file") === (owner === "file")) &&
      (q === "" ||
        [id, ...targets.flatMap((target) => [target.provider, target.upstreamModel])].some((name) =>
          name.toLowerCase().includes(q),
        )),
  );
}

/** Columns beside the name and the state, which are always there. */
export const columns = [
  "hour",
  "availability",
  "served",
  "attempts",
  "errors",
  "moved",
  "ttft",
  "speed",
  "price",
  "cost",
  "error",
] as const;
export type Column = (typeof columns)[number];

const usual: ReadonlySet<Column> = new Set(
  columns.filter((column) => column !== "attempts" && column !== "errors"),
);

/** The columns that a text names; the usual ones where it names none. */
export function columnsIn(text: string | null): ReadonlySet<Column> {
  const named = new Set(text?.split(",") ?? []);
  const known = columns.filter((column) => named.has(column));
  return known.length === 0 ? usual : new Set(known);
}

/** The same as a text; null for the usual ones. */
export function columnsText(shown: ReadonlySet<Column>): string | null {
  const named = columns.filter((column) => shown.has(column));
  const isUsual = named.length === usual.size && named.every((column) => usual.has(column));
  return isUsual ? null : named.join(",");
}

export type SortKey = "name" | "state" | Column;

export interface Sort {
  readonly key: SortKey;
  readonly isDescending: boolean;
}

/** Problems first. */
export const usualSort: Sort = { key: "state", isDescending: false };

/** What is looked for in these is the least of them. */
const leastFirst: ReadonlySet<SortKey> = new Set(["name", "state", "availability", "speed"]);

/** The order that an address asks for: `cost`, or `-cost` with the most first. */
export function sortIn(text: string | null): Sort {
  const name = text?.replace(/^-/, "");
  const key = (["name", "state", ...columns] as const).find((known) => known === name);
  return key === undefined ? usualSort : { key, isDescending: text?.startsWith("-") === true };
}

/** The order after a click on a column: what is looked for first, then the other way round, then the usual one; null is that. */
export function nextSort({ key, isDescending }: Sort, clicked: SortKey): string | null {
  const isFirstDescending = !leastFirst.has(clicked);
  const text = (descending: boolean): string => `${descending ? "-" : ""}${clicked}`;
  if (key !== clicked) {
    return text(isFirstDescending);
  }
  return isDescending === isFirstDescending ? text(!isFirstDescending) : null;
}

/** Ids in an order; what is alike, and what has no value, follows by its problems, and then in the operator's order. */
export function sorted(objects: readonly ListedObject[], { key, isDescending }: Sort): string[] {
  const sign = isDescending ? -1 : 1;
  return objects
    .toSorted((left, right) => {
      const [a, b] = [valueOf(left, key), valueOf(right, key)];
      if (a === null || b === null) {
        return Number(a === null) - Number(b === null) || byState(left, right);
      }
      const order = typeof a === "string" ? a.localeCompare(String(b)) : a - Number(b);
      return sign * order || byState(left, right);
    })
    .map(({ id }) => id);
}

function byState(left: ListedObject, right: ListedObject): number {
  return urgencyOf(left.state) - urgencyOf(right.state);
}

function valueOf(
  { id, state, hour, figures, lastError }: ListedObject,
  key: SortKey,
): string | number | null {
  switch (key) {
    case "name":
      return id;
    case "state":
      return urgencyOf(state);
    case "hour":
      return badMinutes(hour);
    case "error":
      return lastError?.at ?? null;
    case "availability":
      return figures === undefined ? null : shownRatio(figures.availability);
    case "served":
      return figures?.servedShare ?? null;
    case "attempts":
      return figures?.attempts ?? null;
    case "errors":
      return figures?.failed ?? null;
    case "moved":
      return figures?.movedOut ?? null;
    case "ttft":
      return figures?.ttftP50Ms ?? null;
    case "speed":
      return figures?.tokensPerSecond ?? null;
    case "price":
      return figures?.costPerMTokNanoUsd ?? null;
    case "cost":
      return figures?.costNanoUsd ?? null;
  }
}
