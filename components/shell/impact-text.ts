import type { MessageValues, Text } from "@/components/lib/i18n/messages";
import type { ImpactView } from "@/lib/shared/contract";
import type { Format } from "@/lib/shared/format";

const routesShown = 4;
const appsShown = 6;

/** `71`, `3.2`: calls a minute. */
export function rateText(f: Format, perMinute: number): string {
  return perMinute >= 10 || perMinute === 0 ? f.count(Math.round(perMinute)) : perMinute.toFixed(1);
}

/** Why a change does not happen at once, one sentence each. */
export function becauseTexts({ because, emptied, inFlight }: ImpactView): Text[] {
  return because.map((reason): Text => {
    const values: MessageValues =
      reason === "empties" ? { n: emptied.length, routes: emptied.join(", ") } : { n: inFlight };
    return { key: `confirm.why.${reason}`, values };
  });
}

type Place = NonNullable<ImpactView["routes"][number]["to"]>;

export type ImpactRow = { readonly label: Text; readonly lines: readonly Text[] };

/** What a change would do, row by row; what nobody can tell is left out. */
export function impactRows(impact: ImpactView, f: Format): ImpactRow[] {
  const { inFlight, p95, costNanoUsdPerHour: cost } = impact;
  const row = (name: RowName, lines: readonly Text[]): ImpactRow[] =>
    lines.length === 0 ? [] : [{ label: { key: `confirm.rows.${name}` }, lines }];
  return [
    ...row("moves", [movesText(impact, f)]),
    ...row("apps", appTexts(impact)),
    ...row("goes", goesTexts(impact)),
    ...row("p95", p95 === null ? [] : [p95Text(p95, f)]),
    ...row("cost", cost === null ? [] : [costText(cost, f)]),
    ...row(
      "running",
      inFlight === 0 ? [] : [{ key: "confirm.list", values: { names: f.count(inFlight) } }],
    ),
  ];
}

type RowName = "moves" | "apps" | "goes" | "p95" | "cost" | "running";

function movesText({ movedPerMinute, movedShare }: ImpactView, f: Format): Text {
  if (movedPerMinute === 0) {
    return { key: "confirm.movesNone" };
  }
  const rate = rateText(f, movedPerMinute);
  return movedShare === null
    ? { key: "confirm.movesFew", values: { rate } }
    : { key: "confirm.moves", values: { rate, share: f.percent(movedShare) } };
}

/** Whose calls a change ends: how many they are, and of which apps where there are any. */
export function movedRows(impact: ImpactView, f: Format): Text[] {
  return [movesText(impact, f), ...appTexts(impact)];
}

function appTexts({ apps, movedPerMinute }: ImpactView): Text[] {
  const shown = apps.slice(0, appsShown).map(({ id }) => id);
  const names = apps.length > appsShown ? `${shown.join(", ")} …` : shown.join(", ");
  return movedPerMinute === 0 || names === "" ? [] : [{ key: "confirm.list", values: { names } }];
}

function goesTexts({ routes }: ImpactView): Text[] {
  const busiest = routes.toSorted((left, right) => right.callsPerMinute - left.callsPerMinute);
  // The name of a route that is a model's, and a model that stays the same, are not said twice.
  const place = ({ model, region }: Place, said: string): string =>
    model === said ? region : `${model} / ${region}`;
  const lines = busiest.slice(0, routesShown).map(({ id, from, to }): Text => {
    if (to === null) {
      return { key: "confirm.nobody", values: { route: id } };
    }
    const before = from === null ? "–" : place(from, id);
    return from?.model === to.model && from.region === to.region
      ? { key: "confirm.stays", values: { route: id, from: before } }
      : {
          key: "confirm.goes",
          values: { route: id, from: before, to: place(to, from?.model ?? id) },
        };
  });
  return routes.length > routesShown
    ? [...lines, { key: "confirm.more", values: { n: routes.length - routesShown } }]
    : lines;
}

function p95Text({ fromMs, toMs }: NonNullable<ImpactView["p95"]>, f: Format): Text {
  const values = { ms: f.ms(Math.abs(toMs - fromMs)), from: f.ms(fromMs), to: f.ms(toMs) };
  return { key: toMs > fromMs ? "confirm.slower" : "confirm.faster", values };
}

function costText(nanoUsd: number, f: Format): Text {
  if (nanoUsd === 0) {
    return { key: "confirm.sameCost" };
  }
  const values = { money: f.money(Math.abs(nanoUsd)) };
  return { key: nanoUsd > 0 ? "confirm.dearer" : "confirm.cheaper", values };
}
