import { type ConfigDocument } from "../config/document";
import { policySettings, policyValue } from "../config/route-policy";
import { type RoutePolicyView } from "../shared/contract";
import { slotRange } from "../shared/histogram";
import { openingsSince } from "../store/health-events";
import { type RouteCounts, routeCountsSince, routesCountedSince } from "../store/route-counts";
import { demoRule, readCurrent } from "./current";
import { toRouteText } from "./config-text";
import { noSuchObject } from "./objects";
import { routeViews } from "./routes";
import { defineVerb } from "./verb";

const hourMs = 3_600_000;
const quarterMs = hourMs / 4;
const weekMs = 168 * hourMs;
const freshMs = 10_000;

/**
 * The settings of a route with their bounds, what they did in the last 7 days, and what the models of the configuration
 * could have done for its calls. Counted from rollups; no figure is made of single calls.
 *
 * @throws {GatewayError} `not_found`.
 */
export const routePolicyView = defineVerb<{ readonly id: string }, RoutePolicyView>(
  "read",
  async (_actor, deps, { id }) => {
    const current = await readCurrent(deps);
    const views = routeViews(current);
    const view = views.find((route) => route.id === id);
    if (view === undefined) {
      throw noSuchObject(
        "route",
        id,
        views.map((route) => route.id),
      );
    }
    return deps.cache.get(`policy ${current.revision} ${id}`, freshMs, async () => {
      const { db } = deps;
      const now = Date.now();
      const demo = (await demoRule(deps, current)) === "only";
      const weekAgoMs = Math.floor((now - weekMs) / quarterMs) * quarterMs;
      const [counts, countedSince] = await Promise.all([
        routeCountsSince(db, id, { fromMs: weekAgoMs, demo }),
        routesCountedSince(db),
      ]);
      const from = Math.max(weekAgoMs, countedSince ?? now);
      const openings = await openingsSince(db, view.chain, from);
      const route = current.document.routes.find((one) => one.id === id);
      return {
        generatedAt: now,
        id,
        revision: view.revision,
        editable: view.owner !== "file",
        settings: policySettings.map(({ place, group, defaultValue, bounds, options }) => ({
          place,
          group,
          value: policyValue(route, place),
          defaultValue,
          bounds: bounds && {
            least: bounds.least,
            most: bounds.most,
            whole: bounds.isWhole,
            unit: bounds.unit ?? null,
          },
          options: [...options],
        })),
        models: current.document.models.map((model) => toChainModel(model, counts)),
        yaml: toRouteText(route ?? { id, chain: view.chain }),
        week: {
          from,
          to: now,
          calls: counts.get("calls") ?? 0,
          failed: (counts.get("failed") ?? 0) + (counts.get("unknown_crash") ?? 0),
          attempts: counts.get("attempts") ?? 0,
          reasons: startingWith(counts, "reason_"),
          rescued: startingWith(counts, "rescued_"),
          codes: startingWith(counts, "code_"),
          opened: openings.opened,
          wouldHaveOpened: openings.observed,
          longestAwayMs: openings.longestMs,
        },
      };
    });
  },
);

type ModelDocument = ConfigDocument["models"][number];

function toChainModel(
  { id, capabilities = {}, price }: ModelDocument,
  counts: RouteCounts,
): RoutePolicyView["models"][number] {
  const { context, tools, vision, json } = capabilities;
  const lacks = (need: "tools" | "vision" | "json"): number =>
    capabilities[need] === false ? (counts.get(`needs_${need}`) ?? 0) : 0;
  return {
    id,
    contextTokens: context ?? null,
    tools: tools ?? null,
    vision: vision ?? null,
    json: json ?? null,
    priceUsdPerMTok: price === undefined ? null : { input: price.input, output: price.output },
    lacks: {
      tools: lacks("tools"),
      vision: lacks("vision"),
      json: lacks("json"),
      context: context === undefined ? 0 : promptsOver(counts, context),
    },
  };
}

/** Prompts that were surely longer: those in slots that begin beyond it. */
function promptsOver(counts: RouteCounts, contextTokens: number): number {
  return Object.entries(startingWith(counts, "prompt_"))
    .filter(([slot]) => slotRange(Number(slot)).least > contextTokens)
    .reduce((sum, [, n]) => sum + n, 0);
}

function startingWith(counts: RouteCounts, start: string): Record<string, number> {
  return Object.fromEntries(
    [...counts].flatMap(([what, n]) =>
      what.startsWith(start) ? [[what.slice(start.length), n] as const] : [],
    ),
  );
}
