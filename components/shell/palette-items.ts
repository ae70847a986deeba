import type { MessageKey, Text } from "@/components/lib/i18n/messages";
import { type RangeName, ranges } from "@/components/lib/range";
import { targetName } from "@/components/lib/targets/state";
import type { ObjectRef } from "@/components/lib/writes/model";
import type { HealthView, Intent, SwitchView } from "@/lib/shared/contract";
import { keyName, type ViewCommand } from "./keymap";
import { pages } from "./nav-links";

export type PaletteAction =
  | { readonly kind: "go"; readonly href: string }
  | { readonly kind: "switch"; readonly ref: ObjectRef; readonly intent: Intent }
  | { readonly kind: "range"; readonly range: RangeName }
  | { readonly kind: "command"; readonly command: ViewCommand }
  | { readonly kind: "theme"; readonly theme: "light" | "dark" | "system" }
  | { readonly kind: "currency"; readonly currency: string }
  | { readonly kind: "pause" | "undo" | "help" | "language" };

export interface PaletteItem {
  readonly id: string;
  readonly group: "pages" | "objects" | "switches" | "view";
  readonly text: Text;
  readonly keys?: string;
  readonly action: PaletteAction;
}

/** Everything that can be gone to or done from anywhere, most wanted first. */
export function paletteItems(health: HealthView | undefined, currency: string): PaletteItem[] {
  return [
    ...pageItems,
    setupItem,
    ...objectItems(health),
    ...switchItems(health),
    ...viewItems,
    ...moneyItems(health, currency),
  ];
}

const pageItems = pages.map(({ href, label, key }): PaletteItem => ({
  id: href,
  group: "pages",
  text: { key: label },
  keys: `g ${keyName(key)}`,
  action: { kind: "go", href },
}));

const setupItem: PaletteItem = {
  id: "/setup",
  group: "pages",
  text: { key: "nav.setup" },
  action: { kind: "go", href: "/setup" },
};

const view = (id: string, key: MessageKey, action: PaletteAction, keys?: string): PaletteItem => ({
  id,
  group: "view",
  text: { key },
  action,
  ...(keys !== undefined && { keys }),
});

const command = (asked: ViewCommand, key: MessageKey, keys: string): PaletteItem =>
  view(key, key, { kind: "command", command: asked }, keys);

const viewItems: readonly PaletteItem[] = [
  view("undo", "palette.undo", { kind: "undo" }, "u"),
  view("pause", "palette.pause", { kind: "pause" }, "."),
  ...ranges.map((range): PaletteItem => ({
    id: `range ${range}`,
    group: "view",
    text: { key: `palette.range.${range}` },
    action: { kind: "range", range },
  })),
  ...(
    [
      ["earlier", "["],
      ["later", "]"],
      ["out", "-"],
      ["in", "="],
      ["live", "0"],
    ] as const
  ).map(([step, key]) => command({ kind: "range", step }, `palette.step.${step}`, key)),
  command({ kind: "time" }, "help.time", "t"),
  command({ kind: "link" }, "help.link", "y"),
  command({ kind: "export" }, "help.export", "e"),
  command({ kind: "worst" }, "help.worst", "f"),
  view("light", "palette.theme.light", { kind: "theme", theme: "light" }),
  view("dark", "palette.theme.dark", { kind: "theme", theme: "dark" }),
  view("system", "palette.theme.system", { kind: "theme", theme: "system" }),
  view("language", "palette.language", { kind: "language" }),
  view("help", "help.title", { kind: "help" }, "?"),
];

/** The other currency, where there is one. */
function moneyItems(health: HealthView | undefined, currency: string): PaletteItem[] {
  const exchange = health?.exchange?.currency;
  if (exchange === undefined) {
    return [];
  }
  const other = currency === "USD" ? exchange : "USD";
  const action = { kind: "currency", currency: other } as const;
  return [
    { id: "currency", group: "view", text: { key: "palette.currency", values: { other } }, action },
  ];
}

function objectItems(health: HealthView | undefined): PaletteItem[] {
  const item = (
    key: "palette.model" | "palette.region" | "palette.route",
    id: string,
    href: string,
  ) => ({
    id: href,
    group: "objects" as const,
    text: { key, values: { id } },
    action: { kind: "go" as const, href },
  });
  return [
    ...(health?.models ?? []).map(({ id }) =>
      item("palette.model", id, `/models/${encodeURIComponent(id)}`),
    ),
    ...(health?.regions ?? []).map(({ id }) =>
      item("palette.region", id, `/regions/${encodeURIComponent(id)}`),
    ),
    ...(health?.routes ?? []).map(({ id }) =>
      item("palette.route", id, `/routes/${encodeURIComponent(id)}`),
    ),
  ];
}

function switchItems(health: HealthView | undefined): PaletteItem[] {
  if (health === undefined) {
    return [];
  }
  const { models, regions, providers, targets } = health;
  return [
    ...models.map((one) => switchItem({ type: "model", id: one.id }, one.id, one.switch)),
    ...regions.map((one) => switchItem({ type: "region", id: one.id }, one.id, one.switch)),
    ...providers.map((one) => switchItem({ type: "provider", id: one.id }, one.id, one.switch)),
    ...targets.map((one) =>
      switchItem({ type: "target", id: one.id }, targetName(one, targets), one.switch),
    ),
  ];
}

/** Off drains, as everywhere. */
function switchItem(ref: ObjectRef, name: string, { intent }: SwitchView): PaletteItem {
  const isOn = intent === "enabled";
  return {
    id: `switch ${ref.type} ${ref.id}`,
    group: "switches",
    text: { key: isOn ? "palette.turnOff" : "palette.turnOn", values: { name } },
    action: { kind: "switch", ref, intent: isOn ? "draining" : "enabled" },
  };
}
