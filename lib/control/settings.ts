import { type ConfigDocument, defaultCallLogDays } from "../config/document";
import { dryRun } from "../config/dry-run";
import { defaultProbeBudgetUsd } from "../config/snapshot";
import { type WriteResult } from "../shared/contract";
import { shownEnvironment } from "../shared/env";
import { GatewayError } from "../shared/errors";
import { unnamed } from "../shared/refusals";
import { type SettingsRequest, type SettingsView } from "../shared/settings-contract";
import { listGatewayCards } from "../store/gateway-cards";
import { listNodes } from "../store/nodes";
import { listObjectRevisions } from "../store/object-revisions";
import { findNewestRevision } from "../store/revisions";
import { readCurrent, usualSloPercent } from "./current";
import { editDocument } from "./edit-document";
import { defineVerb } from "./verb";

const nodeHours = 24;
const freshMs = 900;

/** What is set, by whom and where: the document's settings, the nodes of a day, and the environment of each process. */
export const settingsView = defineVerb<null, SettingsView>("administer", async (_actor, deps) => {
  const { db, cache } = deps;
  const { document, base, revision } = await readCurrent(deps);
  return cache.get(`settings ${revision}`, freshMs, async () => {
    const [nodes, cards, newest, revisions] = await Promise.all([
      listNodes(db, nodeHours),
      listGatewayCards(db),
      db.run((prisma) => findNewestRevision(prisma)),
      db.run((prisma) => listObjectRevisions(prisma)),
    ]);
    const {
      timezone,
      call_log_days: days,
      probe_budget_usd_per_day: budget,
      slo_served_percent: goal,
      currency,
      exchange_rate: rate,
    } = document.settings;
    return {
      generatedAt: Date.now(),
      revision,
      revisedAt: newest?.createdAt ?? null,
      settings: {
        timezone: timezone ?? null,
        callLogDays: days ?? null,
        probeBudgetUsdPerDay: budget ?? null,
        sloServedPercent: goal ?? null,
        currency: currency ?? null,
        exchangeRate: rate === undefined ? null : { perUsd: rate.per_usd, at: rate.at },
      },
      defaults: {
        timezone: "UTC",
        callLogDays: defaultCallLogDays,
        probeBudgetUsdPerDay: defaultProbeBudgetUsd,
        sloServedPercent: usualSloPercent,
      },
      settingsRevision: revisions.get("settings") ?? 0,
      file: base?.source === "file" ? base.path : null,
      nodes: nodes.map((node) => ({
        ...node,
        environment: { ...cards.find(({ nodeId }) => nodeId === node.id)?.environment },
      })),
      environment: { ...shownEnvironment() },
    };
  });
});

type Asked = { readonly request: SettingsRequest; readonly ifMatch: number | null };

/** Changes the document's settings. @throws {GatewayError} `invalid_request` naming the field; `conflict`. */
export const setSettings = defineVerb<Asked, WriteResult>(
  "administer",
  (actor, deps, { request, ifMatch }) => {
    return editDocument(actor, deps, {
      object: "settings",
      reason: request.reason ?? null,
      ifMatch,
      change(document, base) {
        if (base?.source === "file") {
          throw new GatewayError("invalid_request", {
            message: `The settings are written in ${base.path ?? "the configuration file"}: change them there.`,
            refusal: { reason: "settings_in_file", values: { path: base.path ?? unnamed } },
          });
        }
        const changed = { ...document, settings: withAsked(document.settings, request) };
        refuseWrongField(changed);
        return changed;
      },
    });
  },
);

type Settings = ConfigDocument["settings"];

const fieldOf: Readonly<Partial<Record<string, keyof SettingsRequest>>> = {
  timezone: "timezone",
  call_log_days: "callLogDays",
  probe_budget_usd_per_day: "probeBudgetUsdPerDay",
  slo_served_percent: "sloServedPercent",
  currency: "currency",
  exchange_rate: "exchangeRate",
} satisfies Partial<Record<keyof Settings, keyof SettingsRequest>>;

/** What is wrong with one setting is told by its field, in a form beside it. */
function refuseWrongField(document: ConfigDocument): void {
  const run = dryRun(document, [], Date.now());
  const problem = run.ok ? undefined : run.problems.find(({ path }) => path[0] === "settings");
  const param = fieldOf[String(problem?.path[1])];
  if (problem !== undefined && param !== undefined) {
    throw new GatewayError("invalid_request", {
      message: problem.message,
      param,
      ...(problem.refusal !== undefined && { refusal: problem.refusal }),
    });
  }
}

/** The settings with what was asked for: what was not named stays, what is null goes. */
function withAsked(settings: Settings, request: SettingsRequest): Settings {
  const {
    timezone,
    callLogDays,
    probeBudgetUsdPerDay,
    sloServedPercent,
    currency,
    exchangeRate: rate,
  } = request;
  const asked: { readonly [Name in keyof Settings]: Settings[Name] | null } = {
    ...(timezone !== undefined && { timezone }),
    ...(callLogDays !== undefined && { call_log_days: callLogDays }),
    ...(probeBudgetUsdPerDay !== undefined && { probe_budget_usd_per_day: probeBudgetUsdPerDay }),
    ...(sloServedPercent !== undefined && { slo_served_percent: sloServedPercent }),
    ...(currency !== undefined && { currency }),
    ...(rate !== undefined && {
      exchange_rate: rate === null ? null : { per_usd: rate.perUsd, at: rate.at },
    }),
  };
  const kept = Object.entries({ ...settings, ...asked }).filter(([, value]) => value !== null);
  return Object.fromEntries(kept);
}
