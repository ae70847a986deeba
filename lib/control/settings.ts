import { type ConfigDocument, defaultCallLogDays } from "../config/document";
import { defaultProbeBudgetUsd } from "../config/snapshot";
import { type WriteResult } from "../shared/contract";
import { shownEnvironment } from "../shared/env";
import { GatewayError } from "../shared/errors";
import { type SettingsRequest, type SettingsView } from "../shared/settings-contract";
import { listGatewayCards } from "../store/gateway-cards";
import { listNodes } from "../store/nodes";
import { listObjectRevisions } from "../store/object-revisions";
import { findNewestRevision } from "../store/revisions";
import { readCurrent } from "./current";
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
    const { timezone, call_log_days: days, probe_budget_usd_per_day: budget } = document.settings;
    return {
      generatedAt: Date.now(),
      revision,
      revisedAt: newest?.createdAt ?? null,
      settings: {
        timezone: timezone ?? null,
        callLogDays: days ?? null,
        probeBudgetUsdPerDay: budget ?? null,
      },
      defaults: {
        timezone: "UTC",
        callLogDays: defaultCallLogDays,
        probeBudgetUsdPerDay: defaultProbeBudgetUsd,
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
    const { timezone, callLogDays, probeBudgetUsdPerDay } = request;
    return editDocument(actor, deps, {
      object: "settings",
      reason: request.reason ?? null,
      ifMatch,
      change(document, base) {
        if (base?.source === "file") {
          throw new GatewayError("invalid_request", {
            message: `The settings are written in ${base.path ?? "the configuration file"}: change them there.`,
          });
        }
        const {
          timezone: _timezone,
          call_log_days: _days,
          probe_budget_usd_per_day: _budget,
          ...others
        } = document.settings;
        const settings: ConfigDocument["settings"] = {
          ...others,
          ...(timezone !== null && { timezone }),
          ...(callLogDays !== null && { call_log_days: callLogDays }),
          ...(probeBudgetUsdPerDay !== null && { probe_budget_usd_per_day: probeBudgetUsdPerDay }),
        };
        return { ...document, settings };
      },
    });
  },
);
